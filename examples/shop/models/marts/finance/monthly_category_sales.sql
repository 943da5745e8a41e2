-- Asked for by purchasing; nobody has described it yet.
select
    date_trunc('month', sales.sold_on) as sales_month,
    categories.category_name,
    sum(sales.quantity) as units_sold,
    round(sum(sales.net_cents) / 100.0, 2) as revenue,
    round(100.0 * sum(sales.net_cents) / sum(sum(sales.net_cents)) over (
        partition by date_trunc('month', sales.sold_on)
    ), 1) as revenue_share_percent
from {{ ref('int_sales_unioned') }} as sales
inner join {{ ref('stg_webshop__products') }} as products on sales.sku = products.sku
inner join {{ ref('product_categories') }} as categories on products.category_id = categories.category_id
group by 1, 2
