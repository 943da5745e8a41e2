select soil_id from {{ ref('stg_soil') }} cross join {{ source('fertilizer_raw', 'sales') }}
