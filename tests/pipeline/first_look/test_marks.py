"""What counts as a mark of something sensitive."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_docsmith.pipeline.first_look.marks import find_marks
from dbt_docsmith.types import Column, Node


def node(**fields: Any) -> Node:
    return Node(unique_id="model.shop.x", name="x", resource_type="model", package_name="shop", **fields)


@pytest.mark.parametrize(
    "tag", ["pii", "PII", "contains_pii", "containsPII", "data:confidential", "contains_personal_data"]
)
def test_a_tag_that_says_so_is_one(tag: str) -> None:
    assert find_marks([node(tags=("nightly", tag))]).tags == (tag,)


@pytest.mark.parametrize(
    "tag", ["copii", "privateer", "nightly", "sensitivity_analysis", "api:personal_token_supply"]
)
def test_a_tag_that_only_sounds_so_is_none(tag: str) -> None:
    assert find_marks([node(tags=(tag,))]).tags == ()


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({"contains_pii": True}, ("contains_pii",)),
        ({"pii": "email"}, ("pii",)),
        ({"pii": False, "phi": None}, ()),
        ({"class": "secret"}, ("class=secret",)),
        ({"owner": "the private banking team, floor 3, call first"}, ()),
        ({"rows": 12}, ()),
    ],
)
def test_meta_is_one_by_its_key_or_by_its_value(meta: dict[str, Any], told: tuple[str, ...]) -> None:
    assert find_marks([node(meta=meta)]).meta == told


def test_nodes_and_columns_are_counted_and_each_mark_is_named_once() -> None:
    columns = {
        "email": Column(name="email", tags=("pii",)),
        "name": Column(name="name", meta={"pii": True}),
        "id": Column(name="id"),
    }
    found = find_marks([node(columns=columns), node(tags=("pii",), columns={"id": Column(name="id")})])
    assert (found.tags, found.meta, found.nodes, found.columns) == (("pii",), ("pii",), 1, 2)
