{% test no_pirates(model) %}
select * from {{ model }} where flag = 'jolly roger'
{% endtest %}
