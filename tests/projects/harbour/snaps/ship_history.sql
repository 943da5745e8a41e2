{% snapshot ship_history %}
{{ config(target_schema='history', strategy='check', unique_key='ship_id', check_cols='all') }}
select * from {{ ref('Ships') }}
{% endsnapshot %}

{% snapshot flag_history %}
{{ config(target_schema='history', strategy='check', unique_key='flag', check_cols='all', enabled=false) }}
select * from {{ ref('flags') }}
{% endsnapshot %}
