{% macro private_columns() %}mobile, iban_no{% endmacro %}
