with daily as (

    select
        sold_on,
        channel,
        count(distinct sale_id) as sale_count,
        sum(net_cents) as revenue_cents
    from {{ ref('int_sales_unioned') }}
    group by sold_on, channel

)

select
    sold_on,
    channel,
    sale_count,
    round(revenue_cents / 100.0, 2) as revenue,
    avg(revenue_cents / 100.0) over (
        partition by channel
        order by sold_on
        rows between {{ var('moving_average_days') - 1 }} preceding and current row
    ) as revenue_moving_average
from daily
