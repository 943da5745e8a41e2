{% snapshot lamp_history %}
{{ config(target_schema='history', strategy='check', unique_key='lamp_id', check_cols='all', tags='base') }}
select * from {{ ref('stg_lamps') }}
{% endsnapshot %}
