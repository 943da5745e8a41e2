select tree_id, sum(kg) as kg, max(price) as price
from {{ ref('stg_pickings') }} cross join {{ ref('stg_sales') }} group by 1
