{{ config(access='public', group='growers') }}
select * from {{ ref('stg_trees') }} left join {{ ref('tree_history') }} using (tree_id)
