"""Which node a ``ref`` or ``source`` in a node's SQL means. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dbt_docsmith.dbt.sql.marks import Reference
from dbt_docsmith.types import Manifest, Node

_REFERABLE = frozenset({"model", "seed", "snapshot"})


class Resolved(Struct, frozen=True):
    """A relation: its node's unique id (None where there is none), how people write it, and the name by which
    SQL may qualify its columns."""

    unique_id: str | None
    written: str
    short_name: str


class References:
    """Finds the nodes that one node's SQL names, among those dbt says it depends on."""

    def __init__(self, node: Node, manifest: Manifest) -> None:
        self._node = node
        self._manifest = manifest

    def resolved(self, reference: Reference) -> Resolved:
        """The node a reference means."""
        if reference.kind == "this":
            return Resolved(self._node.unique_id, "this", self._node.identifier or self._node.name)
        node = self._found(reference)
        if node is None:
            return Resolved(None, reference.written, reference.arguments[-1] if reference.arguments else "")
        return Resolved(node.unique_id, node.reference, node.identifier or node.name)

    def _found(self, reference: Reference) -> Node | None:
        if reference.kind == "node":
            return self._manifest.nodes.get(reference.arguments[0])
        if reference.kind == "source":
            return next((node for node in self._parents() if _is_source(node, reference.arguments)), None)
        return self._referred(reference)

    def _referred(self, reference: Reference) -> Node | None:
        """As dbt does: a version where one is asked for, else the latest; the node's own package first."""
        *package, name = reference.arguments or ("",)
        named = [
            node
            for node in self._parents()
            if node.resource_type in _REFERABLE and node.name == name and package in ([], [node.package_name])
        ]
        fitting = [node for node in named if _is_version(node, reference.version)] or named
        preferred = (self._node.package_name, self._manifest.project_name)
        return min(fitting, key=lambda node: _rank(node.package_name, preferred), default=None)

    def _parents(self) -> Iterator[Node]:
        nodes = (self._manifest.nodes.get(unique_id) for unique_id in self._node.depends_on)
        return (node for node in nodes if node is not None)


def _is_source(node: Node, arguments: tuple[str, ...]) -> bool:
    return node.resource_type == "source" and (node.source_name or "", node.name) == arguments


def _is_version(node: Node, version: str | None) -> bool:
    return node.is_latest if version is None else node.version == version


def _rank(package_name: str, preferred: tuple[str, ...]) -> int:
    return preferred.index(package_name) if package_name in preferred else len(preferred)
