-- depends_on: {{ ref('lamp_types') }}
select * from {{ ref('stg_lamps') }} join {{ ref('stg_wicks') }} using (lamp_id)
