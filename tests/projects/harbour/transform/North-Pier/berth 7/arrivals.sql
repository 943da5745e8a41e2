select * from {{ ref('Ships') }}
