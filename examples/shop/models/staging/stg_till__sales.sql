select
    receipt as receipt_number,
    item as sku,
    cast(sold_on as date) as sold_on,
    units as quantity,
    total_cents,
    clerk as clerk_name
from {{ source('till', 'sales') }}
