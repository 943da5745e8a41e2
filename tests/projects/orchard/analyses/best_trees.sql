select * from {{ ref('fct_harvest') }} order by kg desc
