select towels, towels + 1 as shawls from {{ ref('towel') }}
