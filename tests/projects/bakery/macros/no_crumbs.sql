{% macro no_crumbs(relation) %}
  delete from {{ relation }} where quantity = 0
{% endmacro %}
