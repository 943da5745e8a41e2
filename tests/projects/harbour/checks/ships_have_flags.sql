select * from {{ ref('Ships') }} left join {{ ref('flags_1900') }} using (flag) where flag is null
