select * from {{ ref('arrivals') }} left join {{ ref('Ships') }} using (ship_id)
