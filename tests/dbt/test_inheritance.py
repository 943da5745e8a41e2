import pytest

from dbt_docsmith.dbt.inheritance import key_facts, origins_of, speaks_of_its_own_rows
from dbt_docsmith.types import Column, ColumnLineage, ColumnRef, GenericTest, Node, NodeLineage


def passed(origin: ColumnRef, *, joined: bool = False, inheritable: bool = True) -> ColumnLineage:
    return ColumnLineage(name="x", kind="passed", origins=(origin,), joined=joined, inheritable=inheritable)


def unique(unique_id: str, column: str, **config: object) -> Node:
    test = GenericTest(name="unique", attached_node=unique_id, column=column)
    fields = {"name": "t", "resource_type": "test", "package_name": "shop", "test": test, "config": config}
    return Node(unique_id=f"test.{unique_id}", **fields)  # type: ignore[arg-type]


def found(lineage: dict[str, dict[str, ColumnLineage]], start: ColumnRef, *keys: Node) -> list[ColumnRef]:
    nodes = {name: NodeLineage(columns=columns) for name, columns in lineage.items()}
    return list(origins_of(start, lambda uid: nodes.get(uid, NodeLineage()), key_facts(iter(keys))))


def test_a_column_is_followed_through_every_hop_that_passes_it_on() -> None:
    lineage = {"c": {"id": passed(ColumnRef("b", "ID"))}, "b": {"id": passed(ColumnRef("a", "raw_id"))}}
    assert found(lineage, ColumnRef("c", "id")) == [ColumnRef("b", "ID"), ColumnRef("a", "raw_id")]


def test_what_changes_the_meaning_ends_the_way() -> None:
    lineage = {
        "c": {"id": passed(ColumnRef("b", "id"))},
        "b": {"id": passed(ColumnRef("a", "id"), inheritable=False)},
    }
    assert found(lineage, ColumnRef("c", "id")) == [ColumnRef("b", "id")]


def test_a_key_that_a_join_makes_foreign_does_not_pass_its_text_on() -> None:
    lineage = {"orders": {"customer_id": passed(ColumnRef("customers", "id"), joined=True)}}
    start = ColumnRef("orders", "customer_id")
    assert found(lineage, start, unique("customers", "ID")) == []
    assert found(lineage, start) == [ColumnRef("customers", "id")]
    still_key = [unique("customers", "id"), unique("orders", "customer_id")]
    assert found(lineage, start, *still_key) == [ColumnRef("customers", "id")]


def test_a_key_is_no_key_in_the_history_a_snapshot_keeps() -> None:
    history = Node(unique_id="history", name="history", resource_type="snapshot", package_name="shop")
    lineage = {"history": {"id": passed(ColumnRef("orders", "id")), "state": passed(ColumnRef("orders", "state"))}}
    key = unique("orders", "id")
    assert found(lineage, ColumnRef("history", "id"), key, history) == []
    assert found(lineage, ColumnRef("history", "state"), key, history) == [ColumnRef("orders", "state")]


def test_a_key_is_known_by_a_test_that_stands_further_up() -> None:
    lineage = {
        "items": {"order_id": passed(ColumnRef("stg_orders", "order_id"), joined=True)},
        "stg_orders": {"order_id": passed(ColumnRef("raw_orders", "id"))},
    }
    assert found(lineage, ColumnRef("items", "order_id"), unique("raw_orders", "id")) == []
    assert len(found(lineage, ColumnRef("items", "order_id"))) == 2


@pytest.mark.parametrize("config", [{"where": "is_live"}, {"severity": "WARN"}, {"error_if": ">1000"}])
def test_a_test_that_does_not_hold_for_every_row_makes_no_key(config: dict[str, object]) -> None:
    lineage = {"orders": {"customer_id": passed(ColumnRef("customers", "id"), joined=True)}}
    start = ColumnRef("orders", "customer_id")
    assert found(lineage, start, unique("customers", "id", **config)) == [ColumnRef("customers", "id")]
    assert found(lineage, start, unique("customers", "id", severity="error", error_if="!= 0")) == []


def test_one_column_in_two_roles_gives_its_text_to_neither() -> None:
    origin = ColumnRef("users", "name")
    twice = {"created_by": passed(origin, joined=True), "updated_by": passed(origin, joined=True)}
    assert found({"orders": twice}, ColumnRef("orders", "created_by")) == []
    copied = {"name": passed(origin), "full_name": passed(origin)}
    assert found({"orders": copied}, ColumnRef("orders", "full_name")) == [origin]


def test_a_constraint_makes_a_key_as_a_test_does() -> None:
    customers = Node(
        unique_id="customers",
        name="customers",
        resource_type="model",
        package_name="shop",
        columns={"id": Column(name="id", constraints=("primary_key",))},
    )
    lineage = {"orders": {"customer_id": passed(ColumnRef("customers", "id"), joined=True)}}
    assert found(lineage, ColumnRef("orders", "customer_id"), customers) == []


def test_a_circle_ends() -> None:
    lineage = {"a": {"x": passed(ColumnRef("b", "x"))}, "b": {"x": passed(ColumnRef("a", "x"))}}
    assert len(found(lineage, ColumnRef("a", "x"))) == 50


@pytest.mark.parametrize(
    "text", ["Key of each row: unique and never null.", "Primary key of it.", "Always `'EUR'`."]
)
def test_what_a_join_undoes_is_told_by_the_text(text: str) -> None:
    assert speaks_of_its_own_rows(text)
    assert not speaks_of_its_own_rows("When the parcel left; null until then.")
