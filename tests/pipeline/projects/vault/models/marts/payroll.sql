select wages.id, clients.band from {{ ref('wages') }} as wages join {{ ref('clients') }} as clients using (id)
