select city, {{ private_columns() }} from {{ ref('stg_people') }}
