select * from {{ source('Sea', 'Levels') }}
