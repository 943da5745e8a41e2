select * from {{ ref('lamp_prices', v='draft') }}
