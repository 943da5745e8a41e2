select * from {{ ref('departures') }}
