select id, amount, bonus, id * 2 as twice from {{ ref('salaries') }}
