{% snapshot people_then %}
{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='then') }}
-- a comment for snapshot@plant.example
select id, mobile from {{ ref('stg_people') }}
{% endsnapshot %}
