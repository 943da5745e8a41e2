select dye_id, is_dense, not is_dense as is_loose from {{ ref('weft') }}
