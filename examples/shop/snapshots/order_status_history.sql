{% snapshot order_status_history %}

{{
    config(
        unique_key='order_id',
        strategy='check',
        check_cols=['order_status', 'shipped_at']
    )
}}

select
    order_id,
    customer_id,
    order_status,
    shipped_at
from {{ ref('stg_webshop__orders') }}

{% endsnapshot %}
