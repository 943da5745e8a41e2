"""The described columns of a project that have the same name, whatever they come from. Pure, indexed once."""

from __future__ import annotations

from collections.abc import Callable

from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.types import ColumnRef, Manifest

_HAVE_COLUMNS = frozenset({"model", "seed", "snapshot", "source"})


class Namesakes:
    """Finds them by name without case, in the manifest's order. Installed packages have names of their own."""

    def __init__(self, manifest: Manifest, on_disk: Callable[[str], NodeOnDisk]) -> None:
        self._manifest = manifest
        self._on_disk = on_disk
        self._by_name: dict[str, list[ColumnRef]] | None = None

    def of(self, reference: ColumnRef) -> list[ColumnRef]:
        """The described columns of other nodes that are called the same."""
        if self._by_name is None:
            self._by_name = self._index()
        named = self._by_name.get(reference.column.lower(), [])
        return [each for each in named if each.unique_id != reference.unique_id]

    def _index(self) -> dict[str, list[ColumnRef]]:
        by_name: dict[str, list[ColumnRef]] = {}
        for unique_id, node in self._manifest.nodes.items():
            if node.package_name != self._manifest.project_name or node.resource_type not in _HAVE_COLUMNS:
                continue
            if not node.is_latest:
                continue
            for name, column in self._on_disk(unique_id).columns.items():
                if column.text is not None:
                    by_name.setdefault(name, []).append(ColumnRef(unique_id, name))
        return by_name
