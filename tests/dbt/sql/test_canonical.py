"""The canonical SQL of a node: in the project's own names, equal for every target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dbt_docsmith.dbt.sql.canonical import CanonicalSql, canonical_sql
from dbt_docsmith.types import Manifest, Node


def source(name: str, *, schema: str = "raw", relation_name: str | None = None) -> Node:
    return Node(
        unique_id=f"source.shop.web.{name}",
        name=name,
        resource_type="source",
        package_name="shop",
        source_name="web",
        identifier=name,
        relation_name=relation_name or f'"db"."{schema}"."{name}"',
    )


def model(
    name: str, raw_code: str = "select 1 as a", *, package: str = "shop", schema: str = "main", **more: Any
) -> Node:
    settings = {"relation_name": f'"db"."{schema}"."{name}"', "identifier": name, **more}
    version = f".v{more['version']}" if more.get("version") else ""
    return Node(
        unique_id=f"model.{package}.{name}{version}",
        name=name,
        resource_type="model",
        package_name=package,
        raw_code=raw_code,
        **settings,
    )


def sql_of(
    node: Node, *parents: Node, adapter: str = "duckdb", project_vars: Mapping[str, Any] | None = None
) -> CanonicalSql:
    nodes = {each.unique_id: each for each in (node, *parents)}
    manifest = Manifest(
        schema_version="12", project_name="shop", adapter_type=adapter, generated_at=None, nodes=nodes
    )
    return canonical_sql(node, manifest, project_vars=project_vars)


def reading(raw_code: str, *parents: Node, **more: Any) -> Node:
    return model("reader", raw_code, depends_on=tuple(parent.unique_id for parent in parents), **more)


def test_compiled_sql_is_turned_back_into_the_projects_names() -> None:
    parents = model("a"), source("b")
    code = 'select a.x, "db"."raw"."b".y\nfrom "db"."main"."a" as a, "db"."raw"."b", "db"."main"."reader"'
    sql = sql_of(reading("", *parents, compiled_code=code), *parents)
    assert sql.display == (
        "select a.x, {{ source('web', 'b') }}.y\nfrom {{ ref('a') }} as a, {{ source('web', 'b') }}, {{ this }}"
    )
    assert list(sql.relations.values()) == ["source.shop.web.b", "model.shop.a", "model.shop.reader"]
    assert all(name in sql.parseable for name in sql.relations)
    assert "db" not in sql.parseable


def test_two_targets_and_the_raw_code_have_one_sql() -> None:
    raw_code = (
        "{{ config(materialized='table') }}\n\n{# a note #}\n"
        "with x as (\n  select * from {{ ref('a') }}   \n)\n\n\n"
        "select *, '{{ this }}' as made_by -- of {{ source('web', 'b') }}\n"
        "from x join {{ source('web', 'b') }} using (id)\n"
    )
    displays = []
    for schema, raw in (("dev", "raw_dev"), ("prod", "raw")):
        parents = model("a", schema=schema), source("b", schema=raw)
        compiled = (
            f'\n\n\nwith x as (\n  select * from "db"."{schema}"."a"   \n)\n\n\n'
            f'select *, \'"db"."{schema}"."reader"\' as made_by -- of "db"."{raw}"."b"\n'
            f'from x join "db"."{raw}"."b" using (id)'
        )
        node = reading(raw_code, *parents, compiled_code=compiled, relation_name=f'"db"."{schema}"."reader"')
        displays.append(sql_of(node, *parents).display)
    parents = model("a"), source("b")
    displays.append(sql_of(reading(raw_code, *parents), *parents).display)
    assert len(set(displays)) == 1
    assert displays[0].startswith(
        "with x as (\n  select * from {{ ref('a') }}\n)\n\nselect *, '{{ this }}' as made_by"
    )


def test_an_ephemeral_parent_is_a_relation_and_its_body_is_gone() -> None:
    parent = model("a", relation_name=None, identifier="an_alias")
    code = "with __dbt__cte__an_alias as (\nselect 1 as x\n) select x from __dbt__cte__an_alias"
    sql = sql_of(reading("", parent, compiled_code=code), parent)
    assert sql.display == "select x from {{ ref('a') }}"
    assert list(sql.relations.values()) == ["model.shop.a"]


def test_a_relation_the_node_does_not_depend_on_is_left() -> None:
    code = 'select * from "db"."main"."a"'
    sql = sql_of(reading("", compiled_code=code), model("a"))
    assert (sql.display, sql.relations) == (code, {})


REFS = {
    "by name": ("ref('a')", "model.shop.a"),
    "by package": ("ref('other', 'a')", "model.other.a"),
    "its own package first": ("ref('a')", "model.shop.a"),
    "a version": ("ref('v', v=1)", "model.shop.v.v1"),
    "another version": ("ref('v', version='2')", "model.shop.v.v2"),
    "the latest version": ("ref('v')", "model.shop.v.v1"),
    "a source": ("source('web', 'b')", "source.shop.web.b"),
    "this": ("this", "model.shop.reader"),
}


@pytest.mark.parametrize(("reference", "unique_id"), REFS.values(), ids=REFS.keys())
def test_a_reference_finds_its_node_as_in_dbt(reference: str, unique_id: str) -> None:
    parents = (
        model("a", package="other"),
        model("a"),
        source("b"),
        model("v", version="1", latest_version="1"),
        model("v", version="2", latest_version="1"),
    )
    sql = sql_of(reading(f"select * from {{{{ {reference} }}}}", *parents), *parents)
    assert list(sql.relations.values()) == [unique_id]


def test_a_reference_to_nothing_stays_as_it_is_written() -> None:
    sql = sql_of(reading('select * from {{ ref( "gone" ) }}'))
    assert (sql.display, sql.relations) == ("select * from {{ ref('gone') }}", {})


def test_a_version_is_shown_whether_or_not_it_was_asked_for() -> None:
    parent = model("v", version="1", latest_version="1")
    assert sql_of(reading("{{ ref('v') }}", parent), parent).display == "{{ ref('v', v=1) }}"


def test_vars_of_the_nodes_package_go_before_those_of_all() -> None:
    project_vars = {"n": 1, "m": 2, "shop": {"n": 3}, "other": {"n": 4}}
    assert (
        sql_of(reading("{{ var('n') }} {{ var('m') }} {{ var('k', 5) }}"), project_vars=project_vars).display
        == "3 2 5"
    )
    other = model("reader", "{{ var('n') }} {{ var('m') }} {{ var('k', 5) }}", package="other")
    assert sql_of(other, project_vars=project_vars).display == "4 2 {{ var('k') }}"


def test_an_unknown_piece_is_shown_as_the_jinja_it_is() -> None:
    sql = sql_of(
        reading("select {{ cents('x') }} as y, cast(z as {{ dbt.type_int() }}), a::{{ t() }} as b from t")
    )
    assert sql.display == "select {{ cents('x') }} as y, cast(z as {{ dbt.type_int() }}), a::{{ t() }} as b from t"
    assert "{" not in sql.parseable
    assert sql.restored(sql.parseable) == sql.display


def test_where_a_condition_is_unknown_every_text_is_there_and_the_raw_code_is_shown() -> None:
    raw_code = "{{ config(a=1) }}select 1 as a{% if target.name == 'dev' %} limit 9{% endif %}"
    sql = sql_of(reading(raw_code))
    assert (sql.parseable, sql.variants) == ("select 1 as a", ("select 1 as a limit 9",))
    assert sql.display == "select 1 as a{% if target.name == 'dev' %} limit 9{% endif %}"


NONE = {
    "a Python model": (model("reader", "def model(dbt, session): ...", language="python"), "a Python model"),
    "a source": (source("b"), "a source has no SQL"),
    "no code": (model("reader", ""), "no SQL"),
    "a loop over the unknown": (
        model("reader", "{% for x in run_query('a') %}{% endfor %}"),
        "it hangs on {{ run_query('a') }}",
    ),
}


@pytest.mark.parametrize(("node", "reason"), NONE.values(), ids=NONE.keys())
def test_where_there_is_no_sql_the_reason_is_told(node: Node, reason: str) -> None:
    sql = sql_of(node)
    assert (sql.parseable, sql.reason) == ("", reason)


def test_raw_code_that_cannot_be_rendered_is_still_shown() -> None:
    assert sql_of(reading("{% for x in run_query('a') %}{% endfor %} x")).display == (
        "{% for x in run_query('a') %}{% endfor %} x"
    )


@pytest.mark.parametrize("compiled", [None, "\ufeffselect 1 as a"])
def test_a_byte_order_mark_is_no_sql(compiled: str | None) -> None:
    assert sql_of(reading("\ufeffselect 1 as a", compiled_code=compiled)).parseable == "select 1 as a"


def test_a_snapshot_block_is_its_query() -> None:
    raw_code = "{% snapshot s %}\n{{ config(unique_key='id') }}\nselect 1 as a\n{% endsnapshot %}"
    assert sql_of(reading(raw_code)).display == "select 1 as a"
