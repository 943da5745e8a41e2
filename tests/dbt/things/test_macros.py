"""A macro's own text: its arguments, and what it stands in for."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.things.calls import with_calls
from dbt_docsmith.dbt.things.macros import argument_lineage, arguments
from dbt_docsmith.dbt.things.users import Users, find_calls
from dbt_docsmith.types import ColumnRef, Node


def macro(name: str, sql: str | None = None, calls: tuple[str, ...] = ()) -> Node:
    return Node(
        unique_id=f"macro.shop.{name}",
        name=name,
        resource_type="macro",
        package_name="shop",
        raw_code=sql or f"{{% macro {name}() %}}{{% endmacro %}}",
        macros=tuple(f"macro.shop.{called}" for called in calls),
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("{% macro a() %}x{% endmacro %}", []),
        ("{% macro a ( ) %}x{% endmacro %}", []),
        ("{%- macro a(one, two) -%}x{%- endmacro -%}", ["one", "two"]),
        ("{% macro a(\n  one,\n  two=none,\n) %}x{% endmacro %}", ["one", "two=none"]),
        ("{% macro a(x=[1, 2], y={'k': (1, 2)}) %}x{% endmacro %}", ["x=[1, 2]", "y={'k':(1, 2)}"]),
        ("{% macro a(end=\"%}\", comma=',') %}x{% endmacro %}", ['end="%}"', "comma=','"]),
        ("{% macro a(when=var('day', 'monday')) %}x{% endmacro %}", ["when=var('day', 'monday')"]),
        ("{% test is_odd(model, column_name) %}x{% endtest %}", ["model", "column_name"]),
        ("{% data_test is_odd(model) %}x{% enddata_test %}", ["model"]),
        ("{% materialization stack, adapter='duckdb' %}x{% endmaterialization %}", []),
        ("{% macro a(one %}", []),
        ("{% macro a('", []),
        ("", []),
        ("select 1", []),
    ],
)
def test_the_arguments_of_a_macro_are_read_off_its_opening(sql: str, expected: list[str]) -> None:
    found = [each.name + (f"={each.default}" if each.default is not None else "") for each in arguments(sql)]
    assert found == expected


def dispatching() -> dict[str, Node]:
    nodes = [
        macro("cents", "{% macro cents(column, scale=2) %}{{ adapter.dispatch('cents')() }}{% endmacro %}"),
        macro("default__cents", "{% macro default__cents(column, scale) %}1{% endmacro %}"),
        macro("postgres__cents", "{% macro postgres__cents(column, scale=2, more=1) %}1{% endmacro %}"),
        macro("own__name", "{% macro own__name(column) %}1{% endmacro %}"),
        macro("name", "{% macro name(column) %}1{% endmacro %}"),
    ]
    return {node.unique_id: node for node in nodes}


def test_an_implementation_takes_the_texts_of_the_arguments_it_is_handed() -> None:
    nodes = dispatching()
    lineage = argument_lineage(nodes["macro.shop.postgres__cents"], nodes)
    assert lineage.complete
    assert lineage.columns["column"].origins == (ColumnRef("macro.shop.cents", "column"),)
    assert [column.inheritable for column in lineage.columns.values()] == [True, True, False]


def test_an_argument_that_can_be_left_out_only_there_does_not() -> None:
    nodes = dispatching()
    lineage = argument_lineage(nodes["macro.shop.default__cents"], nodes)
    assert [column.inheritable for column in lineage.columns.values()] == [True, False]


def test_a_macro_that_dispatches_nothing_has_no_implementations() -> None:
    nodes = dispatching()
    lineage = argument_lineage(nodes["macro.shop.own__name"], nodes)
    assert lineage.columns["column"].origins == ()


def test_a_macro_depends_on_those_it_calls_and_never_in_a_circle() -> None:
    nodes = {
        node.unique_id: node
        for node in (macro("a", calls=("b", "gone")), macro("b", calls=("c", "a")), macro("c", calls=("a", "c")))
    }
    found = {uid: [each.rpartition(".")[2] for each in node.depends_on] for uid, node in with_calls(nodes).items()}
    assert found == {"macro.shop.a": ["b"], "macro.shop.b": ["c"], "macro.shop.c": []}


def test_an_implementation_depends_on_what_it_implements_and_not_the_other_way() -> None:
    nodes = dispatching()
    above = macro("cents", nodes["macro.shop.cents"].raw_code, calls=("default__cents",))
    linked = with_calls({**nodes, above.unique_id: above})
    assert linked["macro.shop.default__cents"].depends_on == ("macro.shop.cents",)
    assert linked["macro.shop.cents"].depends_on == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("select {{ cents('price') }}", ["cents('price')"]),
        ("{{ shop.cents(a) }} {{ my_cents(b) }}", []),
        (
            "{{ cents(\n  'a',\n  scale=(1 + 2)\n) }} {{ cents('b') }}",
            ["cents( 'a', scale=(1 + 2) )", "cents('b')"],
        ),
        ("{{ cents('never closed' }}", []),
        ("{{ cents(" + "'x', " * 100 + ") }}", []),
        ("-- cents, not called", []),
    ],
)
def test_calls_are_found_as_they_are_written(code: str, expected: list[str]) -> None:
    assert list(find_calls("cents", code)) == expected


def test_of_many_users_the_first_are_named() -> None:
    used = macro("cents")
    models = [
        Node(
            unique_id=f"model.shop.m{number:02}",
            name=f"m{number:02}",
            resource_type="model",
            package_name="shop",
            raw_code=f"select {{{{ cents('c{number % 2}') }}}}",
            macros=(used.unique_id,),
        )
        for number in range(13)
    ]
    users = Users({node.unique_id: node for node in (used, *models)})
    assert users.of(used.unique_id)[0] == "ref('m00')"
    assert users.of(used.unique_id)[-1] == "3 more"
    assert [detail.text for detail in users.calls_of(used)] == ["cents('c0')", "cents('c1')"]
