select
    orders.customer_id,
    orders.order_id,
    orders.ordered_at,
    payments.paid_cents,
    row_number() over (partition by orders.customer_id order by orders.ordered_at) as order_number,
    lag(orders.ordered_at) over (
        partition by orders.customer_id
        order by orders.ordered_at
    ) as previous_ordered_at
from {{ ref('stg_webshop__orders') }} as orders
left join {{ ref('int_order_payments') }} as payments on orders.order_id = payments.order_id
where orders.order_status <> 'cancelled'
