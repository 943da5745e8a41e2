{% macro band(name) %}case {{ name }} when 'HUSHband' then 1 end{% endmacro %}

{% macro duckdb__level(name) %}case {{ name }} when 'HUSHduck' then 1 end{% endmacro %}
