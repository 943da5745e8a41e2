"""What the example cannot show. The rest is in test_freshness.py."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dbt_docsmith.dbt.freshness.properties import changed_properties
from dbt_docsmith.properties.read import read_entries
from dbt_docsmith.types import Column, GenericTest, Manifest, Node

FILE = "models/s.yml"


def manifest(*nodes: Node, disabled: Sequence[Node] = ()) -> Manifest:
    return Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type=None,
        generated_at=None,
        nodes={node.unique_id: node for node in nodes},
        disabled_nodes=tuple(disabled),
    )


def source(package: str = "shop", *, columns: tuple[str, ...] = ()) -> Node:
    return Node(
        unique_id=f"source.{package}.web.orders",
        name="orders",
        source_name="web",
        resource_type="source",
        package_name=package,
        properties_file=FILE,
        columns={name: Column(name=name) for name in columns},
    )


def a_test(node: Node | None, name: str, column: str | None, **arguments: object) -> Node:
    attached = node.unique_id if node else None
    test = GenericTest(name=name, attached_node=attached, column=column, arguments=arguments)
    return Node(unique_id=f"test.shop.{name}", name=name, resource_type="test", package_name="shop", test=test)


def changed(known: Manifest, text: str) -> list[str]:
    return list(changed_properties(known, "shop", {FILE}, read_entries(FILE, text)))


def test_an_entry_that_overrides_a_packages_source_is_not_new() -> None:
    text = "sources: [{name: web, overrides: other, tables: [{name: orders, tests: [unique]}]}]"
    assert changed(manifest(source("other")), text) == []
    assert changed(manifest(), text) == [FILE]


@pytest.mark.parametrize("node", [source(columns=("id",)), None], ids=["attached", "attached to nothing"])
def test_a_disabled_test_is_not_new(node: Node | None) -> None:
    text = "sources: [{name: web, tables: [{name: orders, columns: [{name: id, tests: [unique]}]}]}]"
    known = source(columns=("id",))
    assert changed(manifest(known, disabled=[a_test(node, "unique", "id")]), text) == []
    assert changed(manifest(known), text) == [FILE]


def test_a_node_whose_entry_is_gone_from_a_file_that_was_read_is_named_by_it() -> None:
    assert changed(manifest(source()), "sources: []") == [FILE]
    assert list(changed_properties(manifest(source()), "shop", set(), ())) == []


@pytest.mark.parametrize(
    ("made", "is_changed"),
    [
        ({"values": ["a"], "quote": False}, False),
        ({"quote": False, "values": ["a"]}, False),
        ({"arguments": {"values": ["a"], "quote": False}}, False),
        ({"values": ["a", "b"], "quote": False}, True),
        ({"values": ["a"]}, True),
    ],
)
def test_arguments_are_compared_however_dbt_kept_them(made: dict[str, object], is_changed: bool) -> None:
    text = """
sources:
  - name: web
    tables:
      - name: orders
        columns:
          - name: ID
            data_tests: [{accepted_values: {name: mine, severity: warn, arguments: {values: [a], quote: no}}}]
"""
    known = source(columns=("id",))
    assert changed(manifest(known, a_test(known, "accepted_values", "id", **made)), text) == [FILE] * is_changed
