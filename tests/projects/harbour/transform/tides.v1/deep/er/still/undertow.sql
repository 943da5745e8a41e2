{{ config(tags=['deep', 'tidal']) }}
select * from {{ ref('tides') }} union all select * from {{ ref('Ships') }}
