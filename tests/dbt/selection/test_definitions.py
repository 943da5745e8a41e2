"""Selectors of selectors.yml as the manifest keeps them: by dbt made regular, or as they were written."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_docsmith.dbt.selection.definitions import default_selector, named_selector
from dbt_docsmith.dbt.selection.spec import (
    Criterion,
    SelectionDifference,
    SelectionIntersection,
    SelectionUnion,
    Spec,
)
from dbt_docsmith.errors import UsageError


def tag(value: str, **more: Any) -> dict[str, Any]:
    return {"method": "tag", "value": value, **more}


def spec(definition: object) -> Spec:
    known = {"other": {"name": "other", "definition": tag("other")}}
    return named_selector("x", {**known, "x": {"name": "x", "definition": definition}})


def shape(found: Spec) -> object:
    """The specification as nested lists, so that a table can show it."""
    match found:
        case Criterion():
            return f"{found.method}:{found.value}"
        case SelectionDifference():
            return [shape(found.included), "-", shape(found.excluded)]
        case SelectionUnion():
            return ["or", *map(shape, found.parts)]
        case SelectionIntersection():
            return ["and", *map(shape, found.parts)]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("tag:a", "tag:a"),
        ({"tag": "a"}, "tag:a"),
        (tag("a"), "tag:a"),
        ({"method": "selector", "value": "other"}, "tag:other"),
        ({"value": "other", "method": "selector"}, "tag:other"),
        ({"union": ["tag:a", {"tag": "b"}]}, ["or", "tag:a", "tag:b"]),
        ({"intersection": [tag("a"), {"union": [tag("b"), "c"]}]}, ["and", "tag:a", ["or", "tag:b", "fqn:c"]]),
        ({"union": [tag("a"), {"exclude": [tag("b"), "c"]}]}, [["or", "tag:a"], "-", ["or", "tag:b", "fqn:c"]]),
        (tag("a", exclude=["b"]), ["tag:a", "-", ["or", "fqn:b"]]),
        ({"union": [tag("a"), tag("b", exclude=["c"])]}, [["or", "tag:a"], "-", ["or", "fqn:c"]]),
        ({"union": [tag("a"), {"exclude": []}]}, ["or", "tag:a"]),
        ({"union": []}, ["or"]),
    ],
)
def test_every_form_of_a_definition_is_read(definition: object, expected: object) -> None:
    assert shape(spec(definition)) == expected


@pytest.mark.parametrize(
    ("more", "attribute", "value"),
    [
        ({"parents": True}, "parents_depth", None),
        ({"parents": True, "parents_depth": 2}, "parents_depth", 2),
        ({"parents": True, "parents_depth": "2"}, "parents_depth", 2),
        ({"parents": True, "parents_depth": 0}, "parents_depth", None),
        ({"parents": True, "parents_depth": "0"}, "parents_depth", 0),
        ({"children": True, "children_depth": 1}, "children_depth", 1),
        ({"childrens_parents": True}, "childrens_parents", True),
        ({"indirect_selection": "cautious"}, "parents", False),
    ],
)
def test_graph_operators_are_spelled_out(more: dict[str, Any], attribute: str, value: object) -> None:
    assert getattr(spec(tag("a", **more)), attribute) == value


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        (None, "is neither a text nor a mapping"),
        ({"union": "tag:a"}, "is not a list"),
        ({"method": "tag", "values": "a"}, "lacks its 'method' or its 'value'"),
        ({"method": "tags", "value": "a"}, "did you mean tag:"),
        ({"method": "result", "value": "error"}, "which is not supported"),
        (tag("a", parents_depth="many"), "a depth that is no number: 'many'"),
        (tag("a", children=True, childrens_parents=True), "'@' takes the children already"),
        ({"method": "selector", "value": "nobody"}, "there is no selector 'nobody'"),
        ({"method": "selector", "value": "x"}, "'x' in selectors.yml inherits from itself"),
    ],
)
def test_a_definition_that_cannot_be_right_is_refused(definition: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        spec(definition)


def test_a_project_without_selectors_says_so() -> None:
    with pytest.raises(UsageError, match=r"no selectors\.yml"):
        named_selector("nightly", {})


@pytest.mark.parametrize(
    ("selectors", "default"),
    [
        ({}, None),
        ({"a": {"definition": "x"}, "b": {"definition": "y", "default": True}}, "b"),
        ({"a": {"definition": "x", "default": False}}, None),
        ({"a": None}, None),
    ],
)
def test_the_default_selector_is_the_one_that_says_so(selectors: dict[str, Any], default: str | None) -> None:
    assert default_selector(selectors) == default
