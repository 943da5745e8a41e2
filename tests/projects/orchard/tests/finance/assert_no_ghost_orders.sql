{{ config(tags=['audit']) }}
select * from {{ ref('orders') }} left join {{ ref('dim_trees') }} using (tree_id) where sort is null
