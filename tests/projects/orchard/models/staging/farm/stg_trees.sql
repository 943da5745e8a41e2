select tree_id, sort, planted_on from {{ source('farm', 'trees') }}
