with customers as (

    select * from {{ ref('stg_webshop__customers') }}

),

countries as (

    select * from {{ ref('countries') }}

),

orders as (

    select
        customer_id,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as latest_ordered_at,
        count(*) as order_count,
        sum(coalesce(paid_cents, 0)) as lifetime_cents
    from {{ ref('int_customer_orders_ranked') }}
    group by customer_id

)

select
    customers.customer_id,
    customers.customer_name,
    customers.email as contact_email,
    customers.country_code,
    countries.country_name,
    countries.shipping_zone,
    customers.has_marketing_consent,
    customers.registered_at,
    orders.first_ordered_at,
    orders.latest_ordered_at,
    coalesce(orders.order_count, 0) as order_count,
    round(coalesce(orders.lifetime_cents, 0) / 100.0, 2) as lifetime_value,
    case
        when orders.order_count >= 3 then 'regular'
        when orders.order_count = 2 then 'returning'
        when orders.order_count = 1 then 'new'
        else 'prospect'
    end as customer_segment
from customers
left join countries on customers.country_code = countries.country_code
left join orders on customers.customer_id = orders.customer_id
