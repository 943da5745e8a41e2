select * from {{ ref('tariff') }} where {{ var('late', false) }} = false
