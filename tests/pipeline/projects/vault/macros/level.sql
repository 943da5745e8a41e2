{% macro level(name) %}{{ return(adapter.dispatch('level', 'vault')(name)) }}{% endmacro %}

{% macro default__level(name) %}
-- a comment for macro-comment@plant.example
case {{ name }} when 'macro@plant.example' then 'AKIAIOSFODNN7EXAMPLE' else '4111111111111111' end
{% endmacro %}

{% macro masked(iban_no, kind='default@plant.example') %}
{# a comment for jinja-comment@plant.example #}
case when {{ iban_no }} is null then '{{ kind }}' end
{% endmacro %}
