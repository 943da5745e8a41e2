select dye_id, count(*) as threads from {{ source('mill', 'dyes') }} group by dye_id
