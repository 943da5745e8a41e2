select fibre, balls, balls * metres as total from {{ ref('merino') }}
