select
    sku,
    product_name,
    category_id,
    list_price,
    weight_grams,
    is_discontinued
from {{ ref('stg_webshop__products') }}
