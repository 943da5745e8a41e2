select "yarnId", fibre, centimetres / 2 as halved from {{ ref('zephyr') }}
