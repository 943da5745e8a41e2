select * from {{ ref('dim_trees') }} join {{ ref('stg_pickings') }} using (tree_id)
