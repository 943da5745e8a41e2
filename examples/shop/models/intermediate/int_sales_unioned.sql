{#- Web and till sell the same articles; from here on a sale is a sale. -#}
with web as (

    select
        'web' as channel,
        lines.order_line_id as sale_id,
        cast(orders.ordered_at as date) as sold_on,
        lines.sku,
        lines.quantity,
        lines.net_cents
    from {{ ref('int_order_lines_priced') }} as lines
    inner join {{ ref('stg_webshop__orders') }} as orders on lines.order_id = orders.order_id
    where orders.order_status not in ('returned', 'cancelled')

),

till as (

    select
        'till' as channel,
        receipt_number || '-' || sku as sale_id,
        sold_on,
        sku,
        quantity,
        total_cents as net_cents
    from {{ ref('stg_till__sales') }}

)

select * from web
union all
select * from till
