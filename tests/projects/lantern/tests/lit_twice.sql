select lamp_id from {{ ref('lit') }} group by 1 having count(*) > 1
