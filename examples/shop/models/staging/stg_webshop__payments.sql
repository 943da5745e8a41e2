select
    id as payment_id,
    order_id,
    method as payment_method,
    amount_cents,
    state as payment_state,
    captured as captured_at,
    state = 'captured' as is_captured
from {{ source('webshop', 'payments') }}
