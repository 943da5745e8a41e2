select * from {{ ref('tariff', v=1.5) }} cross join {{ ref('empty') }}
