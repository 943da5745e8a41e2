select id, 'HUSHwages' as pay, {{ level('HUSHargument') }} as lvl from {{ ref('stg_people') }}
