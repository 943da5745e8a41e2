select
    order_id,
    count(*) as payment_attempts,
    sum(case when is_captured then amount_cents else 0 end) as paid_cents,
    max(captured_at) as last_paid_at,
    coalesce(bool_or(payment_method = 'gift_card' and is_captured), false) as used_gift_card
from {{ ref('stg_webshop__payments') }}
group by order_id
