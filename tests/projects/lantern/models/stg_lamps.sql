select lamp_id, {{ function('lumen') }}(watts) as lumen from {{ source('workshop', 'lamps') }}
