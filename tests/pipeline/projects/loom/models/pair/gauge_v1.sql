select spool_id, wound_at, spool_id * 2 as stitches, 'a' as only_in_one from {{ source('mill', 'spools') }}
