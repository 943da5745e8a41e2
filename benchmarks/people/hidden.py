"""A project with one description hidden."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbt_docsmith.dbt.written import NodeOnDisk, Text
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.types import ColumnRef, Node

DESCRIBED = ("model", "seed", "snapshot", "source")


class HiddenText:
    """What is on disk, but for the text of ``column``."""

    def __init__(self, opened: OpenProject) -> None:
        self._opened = opened
        self.column = ColumnRef("", "")

    def on_disk(self, unique_id: str) -> NodeOnDisk:
        """What is written of a node, less the hidden text."""
        found = self._opened.on_disk(unique_id)
        column = found.columns.get(self.column.column)
        if column is None or not self._is_hidden(unique_id):
            return found
        return replace(found, columns={**found.columns, column.name.lower(): replace(column, text=None)})

    def _is_hidden(self, unique_id: str) -> bool:
        nodes = self._opened.manifest.nodes
        return _entry(nodes[unique_id]) == _entry(nodes[self.column.unique_id])


def described_columns(opened: OpenProject) -> Iterator[tuple[Node, str, Text]]:
    """Every column of the project's own nodes that has a description of its own; of versions the latest."""
    for node in opened.manifest.nodes.values():
        own = node.package_name == opened.manifest.project_name and node.resource_type in DESCRIBED
        if own and node.is_latest:
            for name, column in opened.on_disk(node.unique_id).columns.items():
                if column.text is not None:
                    yield node, name, column.text


def _entry(node: Node) -> str:
    return node.unique_id if node.version is None else node.unique_id.rsplit(".", 1)[0]
