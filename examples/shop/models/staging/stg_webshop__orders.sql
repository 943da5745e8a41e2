with source as (

    select * from {{ source('webshop', 'orders') }}

),

renamed as (

    select
        id as order_id,
        user_id as customer_id,
        case status
            when 'P' then 'placed'
            when 'S' then 'shipped'
            when 'D' then 'delivered'
            when 'R' then 'returned'
            when 'X' then 'cancelled'
        end as order_status,
        ordered as ordered_at,
        shipped as shipped_at,
        ship_country as ship_to_country_code,
        -- an empty coupon means none was used
        nullif(coupon, '') as coupon_code
    from source

)

select * from renamed
