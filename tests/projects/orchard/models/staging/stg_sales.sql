select * from {{ ref('price_list') }} join {{ ref('fertilizer', 'stg_soil') }} on true
