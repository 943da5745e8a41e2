{# Money is kept in whole cents upstream; reports show dollars with two decimals. #}
{% macro cents_to_dollars(column) -%}
    round({{ column }} / 100.0, 2)::decimal(12, 2)
{%- endmacro %}
