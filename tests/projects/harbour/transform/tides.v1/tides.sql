select * from {{ ref('tide.levels') }}
