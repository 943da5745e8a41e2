{#- Stands in for the loaders of a real shop: fills the source tables from the files in raw/. -#}
{% macro load_raw_tables() %}
    {% if execute %}
        {% for node in graph.sources.values() %}
            create schema if not exists {{ node.schema }};
            create or replace table {{ node.schema }}.{{ node.identifier }} as
                select * from read_csv('raw/{{ node.source_name }}/{{ node.identifier }}.csv', header = true);
        {% endfor %}
    {% endif %}
{% endmacro %}
