select tree_id, sum(kg) as kg from {{ ref('stg_pickings') }} group by 1
