select yarn_id as "yarnId", fibre, metres * 100 as centimetres, upper(fibre) as "fibreCode" from {{ ref('yarns') }}
