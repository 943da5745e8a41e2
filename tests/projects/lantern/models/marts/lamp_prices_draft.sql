select type, 1 as price from {{ ref('lamp_types') }}
