with lines as (

    select * from {{ ref('stg_webshop__order_lines') }}

),

products as (

    select * from {{ ref('stg_webshop__products') }}

),

categories as (

    select * from {{ ref('product_categories') }}

)

select
    lines.order_line_id,
    lines.order_id,
    lines.sku,
    products.product_name,
    categories.category_name,
    lines.quantity,
    lines.quantity * lines.unit_price_cents as gross_cents,
    lines.discount_cents,
    lines.quantity * lines.unit_price_cents - lines.discount_cents as net_cents
from lines
left join products on lines.sku = products.sku
left join categories on products.category_id = categories.category_id
