from __future__ import annotations

import pytest

from dbt_docsmith.dbt.selection.graph import Graph
from dbt_docsmith.types import Node


@pytest.fixture
def graph() -> Graph:
    """a -> b -> d, a -> c -> d, e -> d, and x, which reads something unknown."""
    parents = {"a": "", "b": "a", "c": "a", "d": "bce", "e": "", "x": "?"}
    return Graph(
        {
            name: Node(unique_id=name, name=name, resource_type="model", package_name="p", depends_on=tuple(reads))
            for name, reads in parents.items()
        }
    )


@pytest.mark.parametrize(
    ("start", "depth", "found"),
    [("d", None, "abce"), ("d", 1, "bce"), ("d", 0, ""), ("bd", 1, "abce"), ("x", None, "")],
)
def test_ancestors_are_found_so_many_steps_up(graph: Graph, start: str, depth: int | None, found: str) -> None:
    assert graph.ancestors(start, depth) == set(found)


@pytest.mark.parametrize(("start", "depth", "found"), [("a", None, "bcd"), ("a", 1, "bc"), ("ae", 1, "bcd")])
def test_descendants_are_found_so_many_steps_down(graph: Graph, start: str, depth: int | None, found: str) -> None:
    assert graph.descendants(start, depth) == set(found)


def test_a_family_is_all_that_the_descendants_need(graph: Graph) -> None:
    assert graph.with_childrens_parents({"b"}) == set("abcde")


def test_a_circle_is_walked_once() -> None:
    circle = {
        name: Node(unique_id=name, name=name, resource_type="model", package_name="p", depends_on=(reads,))
        for name, reads in {"a": "b", "b": "a"}.items()
    }
    assert Graph(circle).ancestors("a") == {"a", "b"}
