select loaf, branch, sum(quantity) as loaves
from {{ ref('sales') }}
group by loaf, branch
