{% test dbt_expect_rows(model) %}
select 1 where not exists (select 1 from {{ model }})
{% endtest %}
