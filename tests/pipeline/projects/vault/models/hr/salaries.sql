select id, 'HUSHliteral' as amount, {{ level("'HUSHcall'") }} as lvl, case id when 1 then 'HUSHbonus' else 'none' end as bonus from {{ ref('clients') }}
