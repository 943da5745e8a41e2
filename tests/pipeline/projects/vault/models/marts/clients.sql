select
    id,
    {{ band('mobile') }} as band,
    {{ level('city') }} as level,
    case when mobile = 'when@plant.example' then 1 else 2 end as reach
from {{ ref('stg_people') }}
