select one.stitches, one.only_in_one, two.only_in_two, one.stitches - two.stitches as loosened
from {{ ref('gauge', v=1) }} as one
inner join {{ ref('gauge', v=2) }} as two on one.spool_id = two.spool_id
