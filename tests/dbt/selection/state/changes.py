"""A table of changes to a dbt project, each to nodes of its own: one parse before and one after try them all.

A change is its name, and the project's files before and after. A file that is a mapping is merged, not replaced:
that is how many rows share dbt_project.yml. ``{0}`` in a file stands for the row's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

Files = Mapping[str, str | Mapping[str, Any]]
PROJECT = "dbt_project.yml"
SQL, YML = "models/{0}.sql", "models/{0}.yml"
ONE = "select 1 as id"


class Change(Struct, frozen=True):
    """One row of the table."""

    name: str
    before: Files
    after: Files

    def write(self, root: Path, files: Files) -> None:
        """Write one side of it into a project."""
        for path, content in files.items():
            file = root / path.format(self.name)
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                file.write_text(content.replace("{0}", self.name), encoding="utf-8")
            else:
                found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
                file.write_text(yaml.safe_dump(merged(found, content)), encoding="utf-8")


def merged(one: Any, other: Any) -> Any:
    """Mappings are united, lists joined, and of anything else the other counts."""
    if isinstance(one, dict) and isinstance(other, Mapping):
        return {**one, **{key: merged(one.get(key), value) for key, value in other.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def fill(template: str, *values: str) -> str:
    """Each ``~`` of the template replaced by a value."""
    pieces = template.split("~")
    return "".join(piece + value for piece, value in zip(pieces, (*values, ""), strict=True))


def versions(latest: str, listed: str) -> str:
    """The entry of a model with versions."""
    return fill("models: [{name: '{0}', latest_version: ~, versions: [~]}]", latest, listed)


def sql(name: str, before: str, after: str, **files: str) -> Change:
    """A model's SQL changes; ``files`` stay."""
    stay = {path.replace("__", "/") + ".sql": text for path, text in files.items()}
    return Change(name, {SQL: before, **stay}, {SQL: after, **stay})


def yml(name: str, before: str, after: str, *, code: str = ONE) -> Change:
    """What follows ``- name:`` in a model's entry changes, and its SQL stays."""
    entry = "models: [{name: '{0}', ~}]"
    return Change(name, {SQL: code, YML: fill(entry, before)}, {SQL: code, YML: fill(entry, after)})


def prop(name: str, before: str, after: str, **files: str) -> Change:
    """A properties file changes; ``files`` stay."""
    stay = {path.replace("__", "/"): text for path, text in files.items()}
    return Change(name, {YML: before, **stay}, {YML: after, **stay})


def source(name: str, before: str, after: str) -> Change:
    """A source table's entry, and its source's, change: the two texts are ``source keys | table keys``."""

    def written(keys: str) -> str:
        whole, _, table = keys.partition("|")
        return f"sources: [{{name: '{{0}}', {whole} tables: [{{name: '{{0}}_table', {table}}}]}}]"

    reader = {"models/reads_{0}.sql": "select * from {{ source('{0}', '{0}_table') }}"}
    return Change(name, {YML: written(before), **reader}, {YML: written(after), **reader})


def project(name: str, before: Mapping[str, Any], after: Mapping[str, Any], files: Files) -> Change:
    """The settings of dbt_project.yml change."""
    return Change(name, {PROJECT: before, **files}, {PROJECT: after, **files})


CONTRACT = "config: {materialized: table, contract: {enforced: true}}, columns: [~]"
PERSIST = "config: {persist_docs: {relation: true, columns: true}}, "
ID = "{name: id, data_type: integer}"
BIG = "id\n" + "1\n" * 600_000
FLEETING = (
    "{% snapshot {0} %}{{ config(unique_key='id', strategy='check', check_cols='all') }} ~ {% endsnapshot %}"
)
SEMANTIC = """
models: [{name: '{0}_model', columns: [{name: made_on}]}]
semantic_models:
  - name: '{0}'
    model: ref('{0}_model')
    description: A harvest
    defaults: {agg_time_dimension: made_on}
    entities: [{name: '{0}_id', expr: id, type: primary}]
    dimensions: [{name: made_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: '{0}_kg', agg: sum, expr: kg}]
metrics: [{name: '{0}_total', label: '{0} A', type: simple, type_params: {measure: '{0}_kg'}}]
saved_queries:
  - {name: '{0}_query', query_params: {metrics: ['{0}_total'], group_by: ["TimeDimension('metric_time', 'day')"]}}
"""
HARVEST = {"models/{0}_model.sql": "select 1 as id, current_date as made_on, 2 as kg"}
UNIT_TEST = """
unit_tests:
  - name: '{0}_works'
    model: reads_body
    given: [{input: ref('body'), rows: [{id: 1}]}]
    expect: {rows: [{id: ~}]}
"""


def semantic(name: str, old: str, new: str) -> Change:
    """One place changes in the entries of a semantic model, a metric of it, and a saved query of that."""
    if old not in SEMANTIC:
        raise ValueError(old)
    return Change(f"semantic_{name}", {YML: SEMANTIC, **HARVEST}, {YML: SEMANTIC.replace(old, new)})


def exposure(name: str, before: str, after: str) -> Change:
    """The keys of an exposure change."""
    entry = "exposures: [{name: '{0}', type: dashboard, owner: {email: a@b.c}, ~}]"
    return Change(f"exposure_{name}", {YML: fill(entry, before)}, {YML: fill(entry, after)})


def tested(key: str, value: str) -> Change:
    """The configuration of a test changes."""
    columns = f"columns: [{{name: id, data_tests: [unique: {{config: {{{key}: {value}}}}}]}}]"
    return yml(f"test_{key}", "columns: [{name: id, data_tests: [unique]}]", columns)


CHANGES: tuple[Change, ...] = (
    sql("untouched", ONE, ONE),
    sql("body", ONE, "select 2 as id", models__reads_body="select * from {{ ref('body') }}"),
    sql("whitespace", ONE, "select\n    1 as id"),
    sql("whitespace_at_the_end", ONE, ONE + "\n\n"),
    sql("comment", ONE, "-- the only one\n" + ONE),
    sql("config_in_sql", ONE, "{{ config(materialized='table') }}\n" + ONE),
    Change("python", {"models/{0}.py": "def model(dbt, session):\n    return 1\n"},
           {"models/{0}.py": "def model(dbt, session):\n    return 2\n"}),
    yml("config_in_yml", "config: {materialized: view}", "config: {materialized: table}"),
    yml("config_written_as_it_was_by_default", "", "config: {materialized: view}"),
    project("in_project", {"models": {"states": {"in_project": {"+materialized": "view"}}}},
            {"models": {"states": {"in_project": {"+materialized": "table"}}}}, {"models/{0}/{0}_m.sql": ONE}),
    project("tagged_in_project", {"models": {"states": {"tagged_in_project": {"+tags": ["a"]}}}},
            {"models": {"states": {"tagged_in_project": {"+tags": ["b"]}}}}, {"models/{0}/{0}_m.sql": ONE}),
    yml("tags", "config: {tags: [a]}", "config: {tags: [a, b]}"),
    yml("tags_at_the_top", "", "tags: [a]"),
    yml("meta", "config: {meta: {owner: a}}", "config: {meta: {owner: b}}"),
    yml("description", "description: a", "description: b"),
    yml("docs_shown", "", "docs: {show: false}"),
    yml("description_persisted", PERSIST + "description: a", PERSIST + "description: b"),
    yml("column_text_persisted", PERSIST + "columns: [{name: id, description: a}]",
        PERSIST + "columns: [{name: id, description: b}]"),
    yml("column_added_where_texts_are_persisted", PERSIST + "columns: [{name: id}]",
        PERSIST + "columns: [{name: id}, {name: other}]"),
    yml("columns_in_another_order", PERSIST + "columns: [{name: id, description: a}, {name: b}]",
        PERSIST + "columns: [{name: b}, {name: id, description: a}]"),
    yml("only_the_relation_is_persisted", "config: {persist_docs: {relation: true}}, columns: [{name: id}]",
        "config: {persist_docs: {relation: true}}, columns: [{name: id, description: a}]"),
    yml("persisting_begins", "description: a", PERSIST + "description: a"),
    yml("column_added", "columns: [{name: id}]", "columns: [{name: id}, {name: other}]"),
    yml("column_typed", "columns: [{name: id}]", "columns: [{name: id, data_type: integer}]"),
    Change("doc_block", {SQL: ONE, "models/{0}.md": "{% docs a_block %}a{% enddocs %}",
                         YML: "models: [{name: '{0}', " + PERSIST + "description: \"{{ doc('a_block') }}\"}]"},
           {"models/{0}.md": "{% docs a_block %}b{% enddocs %}"}),
    Change("doc_block_unpersisted", {SQL: ONE, "models/{0}.md": "{% docs b_block %}a{% enddocs %}",
                                     YML: "models: [{name: '{0}', description: \"{{ doc('b_block') }}\"}]"},
           {"models/{0}.md": "{% docs b_block %}b{% enddocs %}"}),
    yml("alias", "", "config: {alias: another}"),
    yml("schema", "config: {schema: a}", "config: {schema: b}"),
    yml("database", "", "config: {database: elsewhere}"),
    yml("grants", "config: {grants: {select: [a]}}", "config: {grants: {select: [a, b]}}"),
    yml("hook", "", "config: {post_hook: [select 1]}"),
    yml("unknown_key", "config: {some_key: 1}", "config: {some_key: 2}"),
    yml("contract_enforced", f"columns: [{ID}]", fill(CONTRACT, ID)),
    yml("contract_column_type", fill(CONTRACT, ID), fill(CONTRACT, "{name: id, data_type: bigint}")),
    yml("contract_column_size", fill(CONTRACT, "{name: id, data_type: varchar(3)}"),
        fill(CONTRACT, "{name: id, data_type: varchar(9)}")),
    yml("contract_column_added", fill(CONTRACT, ID), fill(CONTRACT, ID + ", {name: b, data_type: text}")),
    yml("contract_column_described", fill(CONTRACT, ID),
        fill(CONTRACT, "{name: id, data_type: integer, description: a}")),
    yml("contract_constraint", fill(CONTRACT, ID),
        fill(CONTRACT, "{name: id, data_type: integer, constraints: [{type: not_null}]}")),
    sql("macro", "select {{ direct() }} as id", "select {{ direct() }} as id"),
    Change("macro_direct", {"macros/direct.sql": "{% macro direct() %}1{% endmacro %}"},
           {"macros/direct.sql": "{% macro direct() %}2{% endmacro %}"}),
    sql("macro_through_another", "select {{ outer() }} as id", "select {{ outer() }} as id",
        macros__outer="{% macro outer() %}{{ inner() }}{% endmacro %}"),
    Change("macro_inner", {"macros/inner.sql": "{% macro inner() %}1{% endmacro %}"},
           {"macros/inner.sql": "{% macro inner() %}{# one #}1{% endmacro %}"}),
    Change("macro_moved", {SQL: "select {{ moved() }}", "macros/a/m.sql": "{% macro moved() %}1{% endmacro %}"},
           {"macros/a/m.sql": "", "macros/b/m.sql": "{% macro moved() %}1{% endmacro %}"}),
    Change("macro_added", {SQL: ONE}, {"macros/added.sql": "{% macro added() %}1{% endmacro %}"}),
    project("variable", {"vars": {"number": 1, "place": "a"}}, {"vars": {"number": 2, "place": "b"}},
            {SQL: "select {{ var('number') }} as id"}),
    sql("variable_in_sql", "{{ config(schema=var('place')) }} select 1",
        "{{ config(schema=var('place')) }} select 1"),
    yml("variable_in_yml", "config: {alias: \"{{ var('place') }}\"}", "config: {alias: \"{{ var('place') }}\"}"),
    Change("seed_data", {"seeds/{0}.csv": "id\n1\n"}, {"seeds/{0}.csv": "id\n2\n"}),
    Change("seed_config", {"seeds/{0}.csv": "id\n1\n", YML: "seeds: [{name: '{0}'}]"},
           {YML: "seeds: [{name: '{0}', config: {column_types: {id: bigint}}}]"}),
    Change("seed_over_a_megabyte", {"seeds/{0}.csv": BIG}, {"seeds/{0}.csv": BIG + "2\n"}),
    Change("seed_that_grew", {"seeds/{0}.csv": "id\n1\n"}, {"seeds/{0}.csv": BIG}),
    source("source_freshness", "|config: {loaded_at_field: a, freshness: {warn_after: {count: 1, period: day}}}",
           "|config: {loaded_at_field: a, freshness: {warn_after: {count: 2, period: day}}}"),
    source("source_loader", "loader: a,|", "loader: b,|"),
    source("source_identifier", "|identifier: a", "|identifier: b"),
    source("source_schema", "schema: a,|", "schema: b,|"),
    source("source_schema_by_variable", "schema: \"{{ var('place') }}\",|", "schema: \"{{ var('place') }}\",|"),
    source("source_loaded_at_field", "|config: {loaded_at_field: a}", "|config: {loaded_at_field: b}"),
    source("source_quoting", "|quoting: {identifier: false}", "|quoting: {identifier: true}"),
    source("source_external", "|external: {location: a}", "|external: {location: b}"),
    source("source_description", "|description: a", "|description: b"),
    source("source_meta", "|config: {meta: {a: 1}}", "|config: {meta: {a: 2}}"),
    source("source_tags", "|config: {tags: [a]}", "|config: {tags: [b]}"),
    source("source_untouched", "|description: a", "|description: a"),
    Change("source_new", {}, {YML: "sources: [{name: '{0}', tables: [{name: a}]}]"}),
    Change("snapshot_config", {"snapshots/{0}.sql": fill(FLEETING, ONE), YML: "snapshots: [{name: '{0}'}]"},
           {YML: "snapshots: [{name: '{0}', config: {hard_deletes: invalidate}}]"}),
    Change("snapshot_body", {"snapshots/{0}.sql": fill(FLEETING, ONE)},
           {"snapshots/{0}.sql": fill(FLEETING, "select 2 as id")}),
    prop("exposure_owner", "exposures: [{name: '{0}', type: dashboard, owner: {email: a@b.c}}]",
         "exposures: [{name: '{0}', type: dashboard, owner: {email: d@e.f}}]"),
    prop("exposure_type", "exposures: [{name: '{0}', type: dashboard, owner: {email: a@b.c}}]",
         "exposures: [{name: '{0}', type: notebook, owner: {email: a@b.c}}]"),
    prop("exposure_new", "version: 2", "exposures: [{name: '{0}', type: dashboard, owner: {email: a@b.c}}]"),
    exposure("label", "", "label: A"),
    exposure("tags", "", "config: {tags: [a]}"),
    exposure("description", "description: a", "description: b"),
    exposure("maturity", "maturity: low", "maturity: high"),
    exposure("url", "", "url: https://example.com"),
    exposure("depends_on", "", "depends_on: [ref('untouched')]"),
    yml("test_argument", "columns: [{name: id, data_tests: [accepted_values: {arguments: {values: [1]}}]}]",
        "columns: [{name: id, data_tests: [accepted_values: {arguments: {values: [1, 2]}}]}]"),
    tested("severity", "warn"),
    tested("tags", "[a]"),
    tested("where", "id > 1"),
    tested("limit", "5"),
    tested("fail_calc", "max(id)"),
    tested("warn_if", "'> 2'"),
    tested("error_if", "'> 2'"),
    tested("store_failures", "true"),
    tested("store_failures_as", "view"),
    yml("test_added", "columns: [{name: id}]", "columns: [{name: id, data_tests: [not_null]}]"),
    Change("singular_test", {"tests/{0}.sql": "select 1 from {{ ref('untouched') }}"},
           {"tests/{0}.sql": "select 2 from {{ ref('untouched') }}"}),
    prop("unit_test", fill(UNIT_TEST, "1"), fill(UNIT_TEST, "2")),
    Change("latest_version", {"models/{0}_v1.sql": ONE, "models/{0}_v2.sql": ONE,
                              YML: versions("1", "{v: 1}, {v: 2}")},
           {YML: versions("2", "{v: 1}, {v: 2}")}),
    Change("version_added", {"models/{0}_v1.sql": ONE,
                             YML: versions("1", "{v: 1}")},
           {"models/{0}_v2.sql": ONE, YML: versions("1", "{v: 1}, {v: 2}")}),
    yml("access", "config: {access: protected}", "config: {access: public}"),
    yml("access_at_the_top", "", "access: public"),
    yml("group", "config: {group: growers}", "config: {group: sellers}"),
    yml("deprecation_date", "", "deprecation_date: 2099-01-01"),
    Change("groups", {YML: "groups: [{name: growers, owner: {name: a}}, {name: sellers, owner: {name: a}}]"},
           {YML: "groups: [{name: growers, owner: {name: b}}, {name: sellers, owner: {name: a}}]"}),
    Change("renamed", {"models/old_name.sql": ONE},
           {"models/old_name.sql": "{{ config(enabled=false) }}", SQL: ONE}),
    Change("moved", {"models/here/{0}.sql": ONE}, {"models/here/{0}.sql": "-- gone", "models/there/{0}.sql": ONE}),
    sql("disabled", ONE, "{{ config(enabled=false) }}\n" + ONE),
    sql("enabled", "{{ config(enabled=false) }}\n" + ONE, ONE),
    Change("new", {}, {SQL: ONE}),
    Change("seed_new", {}, {"seeds/{0}.csv": "id\n1\n"}),
    Change("analysis", {"analyses/{0}.sql": ONE}, {"analyses/{0}.sql": "select 2"}),
    Change("package", {"dbt_packages/parts/models/part.sql": ONE},
           {"dbt_packages/parts/models/part.sql": "select 2"}),
    Change("package_macro", {"dbt_packages/parts/macros/m.sql": "{% macro of_parts() %}1{% endmacro %}",
                             SQL: "select {{ parts.of_parts() }} as id"},
           {"dbt_packages/parts/macros/m.sql": "{% macro of_parts() %}2{% endmacro %}"}),
    semantic("untouched", "A harvest", "A harvest"),
    semantic("text", "A harvest", "Another harvest"),
    semantic("config", "    description: A harvest", "    config: {meta: {a: 1}}\n    description: A harvest"),
    semantic("entities", "[{name: '{0}_id',", "[{name: '{0}_no', type: foreign}, {name: '{0}_id',"),
    semantic("dimensions", "dimensions: [{", "dimensions: [{name: kg, type: categorical}, {"),
    semantic("measures", "agg: sum", "agg: max"),
    semantic("metric_label", "'{0} A'", "'{0} B'"),
    semantic("metric_text", "label: '{0} A'", "label: '{0} A', description: b"),
    semantic("metric_config", "label: '{0} A'", "label: '{0} A', config: {meta: {a: 1}}"),
    semantic("query_grain", "'metric_time', 'day'", "'metric_time', 'week'"),
    semantic("query_text", "'{0}_query',", "'{0}_query', description: b,"),
    semantic("query_label", "'{0}_query',", "'{0}_query', label: b,"),
    semantic("query_tags", "'{0}_query',", "'{0}_query', config: {tags: [a]},"),
    semantic("query_exports", "'{0}_query',", "'{0}_query', exports: [{name: e, config: {export_as: view}}],"),
    Change("semantic_new", HARVEST, {YML: SEMANTIC}),
)  # fmt: skip

GROUND: Files = {
    PROJECT: {
        "name": "states",
        "profile": "states",
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"states": {"+docs": {"show": True}}},
    },
    "packages.yml": "packages: [{local: dbt_packages/parts}]",
    "dbt_packages/parts/dbt_project.yml": "{name: parts, profile: states}",
    "models/spine.sql": "select current_date as date_day",
    "models/spine.yml": "models: [{name: spine, time_spine: {standard_granularity_column: date_day},"
    " columns: [{name: date_day, granularity: day}]}]",
    "selectors.yml": "selectors: [{name: changed, definition: {method: state, value: modified, children: true}},"
    " {name: new_texts, definition: {intersection: [{method: state, value: modified.persisted_descriptions},"
    " {method: state, value: old}]}}]",
}


def write_before(root: Path, flags: Mapping[str, Any]) -> None:
    """The project as it was."""
    ground = Change("ground", {**GROUND, PROJECT: merged(GROUND[PROJECT], {"flags": flags})}, {})
    ground.write(root, ground.before)
    for change in CHANGES:
        change.write(root, change.before)


def write_after(root: Path) -> None:
    """What has changed since, over it."""
    for change in CHANGES:
        if "models/here/{0}.sql" in change.after:
            (root / f"models/here/{change.name}.sql").unlink()
        change.write(root, {path: text for path, text in change.after.items() if text != "-- gone"})
