select
    order_id || '-' || line_no as order_line_id,
    order_id,
    line_no as line_number,
    sku,
    qty as quantity,
    unit_price_cents,
    discount_cents
from {{ source('webshop', 'order_lines') }}
