{# Money is kept in cents. #}
{% macro cents_to_euros(column_name, scale=2) -%}
    {{ return(adapter.dispatch('cents_to_euros', 'bakery')(column_name, scale)) }}
{%- endmacro %}

{% macro default__cents_to_euros(column_name, scale) -%}
    round({{ column_name }} / 100.0, {{ scale }})
{%- endmacro %}

{% macro vat(amount, rate="'%}'", country='DE') -%}
    {{ amount }} * {{ rate }}
{%- endmacro %}
