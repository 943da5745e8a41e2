"""What of a change `persist_docs` sends to the warehouse, and what dbt then takes for modified. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbt_docsmith.dbt.selection.graph import Graph
from dbt_docsmith.types import Node, Proposal

BUILT = ("model", "seed", "snapshot")


def persisted_in(nodes: Mapping[str, Node], proposals: Iterable[Proposal]) -> set[str]:
    """The nodes whose description, or one of whose columns', is both to be written and persisted."""
    return {
        each.unique_id
        for each in proposals
        if each.unique_id in nodes and _is_persisted(nodes[each.unique_id], each.column)
    }


def with_descendants(nodes: Mapping[str, Node], modified: set[str]) -> set[str]:
    """What ``state:modified+`` selects where ``modified`` are: themselves, and all that reads them."""
    return modified | Graph(nodes).descendants(modified)


def _is_persisted(node: Node, column: str | None) -> bool:
    settings = node.config.get("persist_docs")
    if node.resource_type not in BUILT or not isinstance(settings, Mapping):
        return False
    return bool(settings.get("relation" if column is None else "columns"))
