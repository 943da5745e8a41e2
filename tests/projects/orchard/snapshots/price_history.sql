{% snapshot price_history %}
{{ config(target_schema='history', strategy='check', unique_key='sort', check_cols=['price'], tags=['daily']) }}
select * from {{ ref('price_list') }}
{% endsnapshot %}
