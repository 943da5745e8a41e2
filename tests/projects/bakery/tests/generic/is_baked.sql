{% test is_baked(model, column_name, least=1) %}
select * from {{ model }} where {{ column_name }} < {{ least }}
{% endtest %}
