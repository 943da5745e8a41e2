-- a comment for sql-head@plant.example, key AKIAIOSFODNN7EXAMPLE
select
    id,
    iban_no,
    mobile, -- a comment for sql-column@plant.example
    city,
    coalesce(mobile, 'literal@plant.example', '4111111111111111') as mail
from {{ source('bank', 'people') }} /* block@plant.example */
