"""The versions of a model share one entry of its properties file: what is written of one counts for all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.types import Node


def entry_id(node: Node) -> str:
    """What all versions of a model have in common, and no other node: its unique id without the version."""
    return node.unique_id if node.version is None else node.unique_id.rsplit(".", 1)[0]


def siblings(nodes: Iterable[Node]) -> dict[str, tuple[Node, ...]]:
    """For each version of a model that has several, the others."""
    entries: dict[str, list[Node]] = {}
    for node in nodes:
        if node.version is not None:
            entries.setdefault(entry_id(node), []).append(node)
    return {
        node.unique_id: tuple(other for other in versions if other is not node)
        for versions in entries.values()
        if len(versions) > 1
        for node in versions
    }


def only_here(known: Callable[[Node], KnownColumns], node: Node, others: Iterable[Node]) -> frozenset[str]:
    """The columns of a version, in lower case, that some other version does not have."""
    everywhere = [{column.name.lower() for column in known(other).columns} for other in others]
    return frozenset(
        name
        for name in (column.name.lower() for column in known(node).columns)
        if not all(name in names for names in everywhere)
    )
