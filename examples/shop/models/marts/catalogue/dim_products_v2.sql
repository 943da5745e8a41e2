with products as (

    select * from {{ ref('stg_webshop__products') }}

),

categories as (

    select * from {{ ref('product_categories') }}

)

select
    products.sku,
    products.product_name,
    categories.category_name,
    products.list_price,
    products.weight_grams / 1000.0 as weight_kg,
    products.is_discontinued,
    categories.shelf_life_days is not null as is_perishable
from products
left join categories on products.category_id = categories.category_id
