select fibre, count(*) as balls, sum(metres) as metres from {{ ref('yarns') }} group by fibre
