{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}
select tree_id, kg * price as revenue from {{ ref('orders') }} join {{ ref('orders', v=1) }} using (tree_id)
