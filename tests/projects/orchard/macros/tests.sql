{% test not_a_loss(model, column_name, at_least) %}
select * from {{ model }} where {{ column_name }} < {{ at_least }}
{% endtest %}

{% test fewer_rows_than(model, other) %}
select 1 from {{ model }} having count(*) > (select count(*) from {{ other }})
{% endtest %}
