select is_loose, count(*) as towels from {{ ref('apron') }} group by is_loose
