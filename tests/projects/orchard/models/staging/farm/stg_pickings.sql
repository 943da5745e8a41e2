{{ config(tags=['hourly'], unique_key='picking_id', materialized='incremental') }}
select p.*, w.rain_mm
from {{ source('farm', 'pickings') }} p
left join {{ source('farm', 'weather_2024') }} w on p.picked_on = w.day
