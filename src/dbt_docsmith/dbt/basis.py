"""What a proposed text rests on, as a short hash. Pure.

It has two parts: the node's SQL and tests, as the ledger has them, and the column's own way through that SQL. A
text has lost its basis where both are others: neither an edit elsewhere in the SQL nor a compiled manifest takes
it away.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from dbt_docsmith.dbt.ground import Grounds
from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.provenance import digest
from dbt_docsmith.types import ColumnLineage, Manifest, Node, NodeLineage

_DIGITS = 8


class Bases:
    """Finds the basis of any text of a project."""

    def __init__(self, manifest: Manifest, lineage_of: Callable[[str], NodeLineage]) -> None:
        self._grounds = Grounds(manifest, lambda _unique_id: NodeOnDisk(), lambda _unique_id: frozenset())
        self._lineage_of = lineage_of

    def basis(self, node: Node, column: str | None) -> str:
        """``1f0a22c4-9be01d7e``; ``column`` None: of the node's own text."""
        ground = self._grounds.of(node, column.lower() if column else None)
        own = self._way(node, column) or ground.sql
        return f"{_short(ground.sql, ground.tests)}-{_short(own, ground.tests)}"

    def _way(self, node: Node, column: str | None) -> str:
        """How the node makes the column, "" where that is not known."""
        found = self._lineage_of(node.unique_id).columns.get(column.lower()) if column else None
        return _said(found) if found is not None and found.kind != "unknown" else ""


def is_lost(before: str, now: str) -> bool:
    """Whether what a text rested on is no longer there."""
    parts = list(zip(before.split("-"), now.split("-"), strict=False))
    return bool(parts) and all(old != new for old, new in parts)


def _said(lineage: ColumnLineage) -> str:
    origins = [(origin.unique_id, origin.column.lower()) for origin in lineage.origins]
    way = [lineage.kind, lineage.expression, origins, lineage.joined, lineage.grouped]
    return msgspec.json.encode(way).decode()


def _short(*parts: str) -> str:
    return digest("\n".join(parts))[:_DIGITS]
