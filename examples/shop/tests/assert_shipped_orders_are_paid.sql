-- Nothing leaves the warehouse before it is paid for; a returned order was refunded.
select order_id
from {{ ref('fct_orders') }}
where shipped_at is not null
  and order_status <> 'returned'
  and not is_fully_paid
