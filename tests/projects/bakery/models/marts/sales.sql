select
    sale_id,
    branch,
    cast(sold_at as timestamp) as sold_at,
    loaf,
    quantity,
    {{ cents_to_euros('price_cents') }} * quantity as amount,
    customer as customer_id,
    quantity >= 10 as is_large
from {{ ref('raw_sales') }}
