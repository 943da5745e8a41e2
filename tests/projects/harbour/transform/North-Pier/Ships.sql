select * from {{ source('Sea', 'ships') }} join {{ ref('flags') }} using (flag)
