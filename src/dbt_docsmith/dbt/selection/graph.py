"""Who reads whom: the project's graph, walked as dbt's selection walks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbt_docsmith.types import Node

Edges = Mapping[str, list[str]]


class Graph:
    """The edges between nodes, tests, exposures and all other resources, made once for many walks."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._parents: dict[str, list[str]] = {}
        self._children: dict[str, list[str]] = {}
        for node in nodes.values():
            known = [parent for parent in node.depends_on if parent in nodes]
            self._parents[node.unique_id] = known
            for parent in known:
                self._children.setdefault(parent, []).append(node.unique_id)

    def ancestors(self, selected: Iterable[str], depth: int | None = None) -> set[str]:
        """All that ``selected`` reads, ``depth`` steps up; None: all the way."""
        return _walk(selected, self._parents, depth)

    def descendants(self, selected: Iterable[str], depth: int | None = None) -> set[str]:
        """All that reads ``selected``, ``depth`` steps down; None: all the way."""
        return _walk(selected, self._children, depth)

    def with_childrens_parents(self, selected: set[str]) -> set[str]:
        """``@``: the descendants, and whatever is needed to build all of them."""
        family = self.descendants(selected) | selected
        return self.ancestors(family) | family


def _walk(start: Iterable[str], edges: Edges, depth: int | None) -> set[str]:
    found: set[str] = set()
    layer = set(start)
    steps = 0
    while layer and (depth is None or steps < depth):
        layer = {other for unique_id in layer for other in edges.get(unique_id, ())} - found
        found |= layer
        steps += 1
    return found
