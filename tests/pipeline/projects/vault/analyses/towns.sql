-- a comment for analysis@plant.example
select city, {{ masked('iban_no') }} as m from {{ ref('stg_people') }}
