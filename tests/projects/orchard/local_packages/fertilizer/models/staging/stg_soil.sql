select 1 as soil_id, 'clay' as kind
