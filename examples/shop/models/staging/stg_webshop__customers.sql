with source as (

    select * from {{ source('webshop', 'customers') }}

),

renamed as (

    select
        id as customer_id,
        full_name as customer_name,
        lower(email) as email,
        country as country_code,
        marketing_opt_in as has_marketing_consent,
        created as registered_at
    from source

)

select * from renamed
