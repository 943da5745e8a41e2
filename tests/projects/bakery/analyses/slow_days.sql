select branch, count(*) as sales, min(amount) as least_amount
from {{ ref('sales') }}
group by branch
