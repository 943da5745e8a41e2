select dye_id, threads, threads > 10 as is_dense from {{ ref('warp') }}
