select * from {{ ref('lit') }} where {{ function('lumen') }}(1) > 0
