select * from {{ source('workshop', 'wicks') }} join {{ ref('lamp_types') }} using (type)
