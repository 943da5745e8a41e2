"""The columns that hold the same value as another: above it, below it and beside it. Pure, read on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from dbt_docsmith.dbt.inheritance import KeyFacts, origins_of, passes_meaning
from dbt_docsmith.types import ColumnRef, Manifest, NodeLineage

MOST_RELATIVES = 500


class Relatives:
    """Finds the relatives of one column at a time.

    Only the SQL of nodes that could have the value is read: those a column comes from and what is made of them.
    """

    def __init__(self, manifest: Manifest, lineage_of: Callable[[str], NodeLineage], keys: KeyFacts) -> None:
        self._manifest = manifest
        self._lineage_of = lineage_of
        self._keys = keys
        self._children: dict[str, list[str]] | None = None
        self._passed: dict[str, Mapping[ColumnRef, list[ColumnRef]]] = {}
        self._families: dict[ColumnRef, list[ColumnRef]] = {}
        self._above: dict[ColumnRef, list[ColumnRef]] = {}

    def above(self, reference: ColumnRef) -> list[ColumnRef]:
        """The columns whose value this one is, nearest first."""
        reference = _lowered(reference)
        if reference not in self._above:
            found = origins_of(reference, self._lineage_of, self._keys)
            self._above[reference] = [_lowered(origin) for origin in found]
        return self._above[reference]

    def family(self, reference: ColumnRef) -> list[ColumnRef]:
        """All that have the value this column has, itself too, nearest to where it begins first."""
        reference = _lowered(reference)
        top = next(reversed(self.above(reference)), reference)
        if top not in self._families:
            self._families[top] = list(self._descent(top))
        return self._families[top]

    def _descent(self, top: ColumnRef) -> Iterator[ColumnRef]:
        waiting, seen = deque([top]), {top}
        while waiting and len(seen) <= MOST_RELATIVES:
            relative = waiting.popleft()
            yield relative
            for child in self._readers(relative.unique_id):
                new = [each for each in self._passed_on(child).get(relative, ()) if each not in seen]
                seen.update(new)
                waiting += new

    def _passed_on(self, child: str) -> Mapping[ColumnRef, list[ColumnRef]]:
        """For each column that a node passes on unchanged, under which names it does."""
        if child not in self._passed:
            passed: dict[ColumnRef, list[ColumnRef]] = {}
            for name in self._lineage_of(child).columns:
                column = ColumnRef(child, name)
                origin = passes_meaning(column, self._lineage_of, self._keys)
                if origin is not None:
                    passed.setdefault(_lowered(origin), []).append(column)
            self._passed[child] = passed
        return self._passed[child]

    def _readers(self, unique_id: str) -> list[str]:
        if self._children is None:
            self._children = {}
            for node in self._manifest.nodes.values():
                if node.resource_type in ("model", "snapshot"):
                    for parent in dict.fromkeys(node.depends_on):
                        self._children.setdefault(parent, []).append(node.unique_id)
        return self._children.get(unique_id, [])


def _lowered(reference: ColumnRef) -> ColumnRef:
    return ColumnRef(reference.unique_id, reference.column.lower())
