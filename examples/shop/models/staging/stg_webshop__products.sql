with source as (

    select * from {{ source('webshop', 'products') }}

)

select
    sku,
    title as product_name,
    category as category_id,
    {{ cents_to_dollars('price_cents') }} as list_price,
    weight_grams,
    discontinued as is_discontinued,
    updated as updated_at
from source
