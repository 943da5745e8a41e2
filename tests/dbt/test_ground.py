"""What a description rests on, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_docsmith.dbt.ground import Grounds
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk
from dbt_docsmith.types import Column, Detail, GenericTest, Manifest, Node

ORDERS, STG = "model.shop.orders", "model.shop.stg"


def orders(**facts: Any) -> Node:
    columns = {"id": Column(name="id", data_type="int"), "status": Column(name="status")}
    return Node(
        unique_id=ORDERS,
        name="orders",
        resource_type="model",
        package_name="shop",
        **{"columns": columns, "raw_code": "select id, status\nfrom t", "depends_on": (STG,), **facts},
    )


def test_node(name: str, column: str | None, **arguments: Any) -> Node:
    test = GenericTest(name=name, attached_node=ORDERS, column=column, arguments=arguments)
    unique_id = f"test.shop.{name}_{column}_{arguments}"
    return Node(unique_id=unique_id, name=name, resource_type="test", package_name="shop", test=test)


test_node.__test__ = False  # type: ignore[attr-defined]
PARENT = Node(unique_id=STG, name="stg", resource_type="model", package_name="shop", raw_code="select 1")
STATUSES = test_node("accepted_values", "status", values=["open", "done"])


def grounds(
    node: Node,
    *tests: Node,
    columns: tuple[str, ...] = ("id", "status"),
    added: tuple[str, ...] = (),
    parent: Node | None = None,
) -> Grounds:
    nodes = {each.unique_id: each for each in (node, parent or PARENT, *tests)}
    facts = {"schema_version": "v12", "project_name": "shop", "adapter_type": None, "generated_at": None}
    entries = {name: ColumnOnDisk(name=name, line=1, text=None) for name in columns}
    return Grounds(
        Manifest(nodes=nodes, **facts), lambda _: NodeOnDisk(columns=entries), lambda _: frozenset(added)
    )


def changed(before: Grounds, after: Grounds, node: Node, column: str | None) -> set[str]:
    """What has moved since there was ``orders()``, which is ``node`` now."""
    one, other = before.of(orders(), column), after.of(node, column)
    return {name for name in ("sql", "tests", "columns") if getattr(one, name) != getattr(other, name)}


@pytest.mark.parametrize(
    ("node", "moves"),
    [
        (orders(raw_code="select id, status\r\n\r\n  from t\n"), set()),
        (orders(compiled_code="select id, status from db.dev.t"), set()),
        (orders(relation_name='"dev"."main"."orders"', database="dev", schema_name="main"), set()),
        (orders(description="Another text.", tags=("a",), meta={"b": 1}), set()),
        (orders(raw_code="select id, status from u"), {"sql"}),
        (orders(raw_code="-- why\nselect id, status from t"), {"sql"}),
    ],
)
def test_the_sql_counts_as_it_is_written_and_nothing_that_is_made_of_it(node: Node, moves: set[str]) -> None:
    before, after = grounds(orders(), STATUSES), grounds(node, STATUSES)

    assert changed(before, after, node, None) == moves
    assert changed(before, after, node, "status") == moves


@pytest.mark.parametrize(
    ("tests", "of_the_node", "of_status", "of_id"),
    [
        ([STATUSES], False, False, False),
        ([STATUSES, STATUSES], False, False, False),
        ([test_node("accepted_values", "status", values=["open"])], True, True, False),
        ([STATUSES, test_node("unique", "id")], True, False, True),
        ([STATUSES, test_node("unique_combination_of_columns", None, columns=["id", "day"])], True, False, True),
        ([], True, True, False),
    ],
)
def test_a_test_counts_for_its_column_and_for_the_node(
    tests: list[Node], of_the_node: bool, of_status: bool, of_id: bool
) -> None:
    before, after = grounds(orders(), STATUSES), grounds(orders(), *tests)
    wanted = {None: of_the_node, "status": of_status, "id": of_id}

    assert {column: changed(before, after, orders(), column) == {"tests"} for column in wanted} == wanted


def test_a_column_that_a_person_declares_counts_and_one_that_was_added_here_does_not() -> None:
    before = grounds(orders())

    assert changed(before, grounds(orders(), columns=("id", "status", "day")), orders(), None) == {"columns"}
    assert not changed(before, grounds(orders(), columns=("id", "status", "day"), added=("day",)), orders(), None)


def test_a_columns_own_type_counts_unless_it_was_written_here() -> None:
    typed = orders(columns={"id": Column(name="ID", data_type="bigint"), "status": Column(name="status")})

    assert changed(grounds(orders()), grounds(typed), typed, "id") == {"columns"}
    assert not changed(grounds(orders(), added=("id",)), grounds(typed, added=("id",)), typed, "id")


@pytest.mark.parametrize(
    ("facts", "moves"),
    [
        ({}, False),
        ({"description": "Another text."}, False),
        ({"details": (Detail("type", "notebook"),)}, True),
        ({"depends_on": (STG,)}, True),
    ],
)
def test_of_what_has_no_sql_the_entry_counts(facts: dict[str, Any], moves: bool) -> None:
    exposure = {"unique_id": "exposure.shop.board", "name": "board", "package_name": "shop"}
    board = {**exposure, "resource_type": "exposure", "details": (Detail("type", "dashboard"),)}
    one, other = (Node(**{**board, **more}) for more in ({}, facts))

    assert (grounds(one).of(one, None) != grounds(other).of(other, None)) is moves


def test_a_parent_is_known_by_its_own_ground() -> None:
    now = grounds(orders(), parent=PARENT)
    moved = grounds(orders(), parent=Node(**{**_facts(PARENT), "raw_code": "select 2"}))
    unknown = grounds(orders(), parent=Node(**{**_facts(PARENT), "raw_code": ""}))

    assert now.upstream(orders()).keys() == {STG}
    assert now.upstream(orders()) != moved.upstream(orders())
    assert unknown.upstream(orders()) == {}


def _facts(node: Node) -> dict[str, Any]:
    return {name: getattr(node, name) for name in node.__struct_fields__}
