with orders as (

    select * from {{ ref('stg_webshop__orders') }}

),

payments as (

    select * from {{ ref('int_order_payments') }}

),

lines as (

    select
        order_id,
        sum(quantity) as item_count,
        sum(net_cents) as net_cents
    from {{ ref('int_order_lines_priced') }}
    group by order_id

)

select
    orders.order_id::bigint as order_id,
    orders.customer_id::bigint as customer_id,
    orders.order_status::varchar as order_status,
    orders.ordered_at::timestamp as ordered_at,
    orders.shipped_at::timestamp as shipped_at,
    coalesce(lines.item_count, 0)::integer as item_count,
    coalesce(lines.net_cents, 0)::bigint as net_cents,
    coalesce(payments.paid_cents, 0)::bigint as paid_cents,
    (coalesce(payments.paid_cents, 0) >= coalesce(lines.net_cents, 0))::boolean as is_fully_paid
from orders
left join payments on orders.order_id = payments.order_id
left join lines on orders.order_id = lines.order_id
