select 1 as oil_id
