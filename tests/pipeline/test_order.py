from __future__ import annotations

from dbt_docsmith.pipeline.order import target_parents
from dbt_docsmith.types import Manifest, Node


def node(unique_id: str, *parents: str, latest: str | None = None) -> Node:
    version = unique_id.rpartition(".v")[2] if latest else None
    return Node(
        unique_id=unique_id,
        name=unique_id,
        resource_type="model",
        package_name="p",
        depends_on=parents,
        version=version,
        latest_version=latest,
    )


def waits(nodes: list[Node], *targets: str) -> dict[str, list[str]]:
    manifest = Manifest(
        schema_version="v12",
        project_name="p",
        adapter_type=None,
        generated_at=None,
        nodes={each.unique_id: each for each in nodes},
    )
    return target_parents(manifest, targets)


def test_a_child_waits_for_the_nearest_targets_above_it() -> None:
    nodes = [node("a"), node("x", "a"), node("b", "x"), node("c", "b", "x")]
    assert waits(nodes, "c", "b", "a") == {"a": [], "b": ["a"], "c": ["a", "b"]}


def test_an_older_version_waits_for_the_latest_which_speaks_for_what_they_share() -> None:
    nodes = [node("m.v1", latest="3"), node("m.v2", latest="3"), node("m.v3", latest="3")]
    assert waits(nodes, "m.v1", "m.v2", "m.v3") == {"m.v3": [], "m.v1": ["m.v3"], "m.v2": ["m.v1", "m.v3"]}


def test_a_child_of_a_version_that_misses_nothing_waits_for_the_one_that_speaks_for_it() -> None:
    nodes = [node("m.v1", latest="2"), node("m.v2", latest="2"), node("c", "m.v1")]
    assert waits(nodes, "c", "m.v2") == {"c": ["m.v2"], "m.v2": []}


def test_a_latest_version_made_from_an_older_one_still_comes_after_it() -> None:
    nodes = [node("m.v1", latest="2"), node("m.v2", "m.v1", latest="2")]
    assert waits(nodes, "m.v1", "m.v2") == {"m.v1": [], "m.v2": ["m.v1"]}


def test_nobody_waits_in_a_circle() -> None:
    nodes = [
        node("a.v1", latest="2"),
        node("a.v2", "b.v1", latest="2"),
        node("b.v1", latest="2"),
        node("b.v2", "a.v1", latest="2"),
    ]
    found = waits(nodes, "a.v1", "a.v2", "b.v1", "b.v2")
    done: set[str] = set()
    while ready := {each for each, above in found.items() if each not in done and done.issuperset(above)}:
        done |= ready
    assert done == found.keys()
