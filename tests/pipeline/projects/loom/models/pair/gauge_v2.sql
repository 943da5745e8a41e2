select spool_id, wound_at, spool_id * 3 as stitches, 'b' as only_in_two, 'c' as undeclared_in_two from {{ source('mill', 'spools') }}
