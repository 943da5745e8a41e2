"""How much is documented, and what is not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.reports import Coverage, Missing
from dbt_docsmith.types import Node

ColumnsFrom = Literal["declared", "known"]


def coverage(
    nodes: Sequence[Node],
    on_disk: Mapping[str, NodeOnDisk],
    known: Mapping[str, KnownColumns],
    columns_from: ColumnsFrom = "declared",
) -> Coverage:
    """Documented and all, of nodes and of the columns the YAML declares (``known``: and those that exist)."""
    columns = [
        on_disk[node.unique_id].column_text(name) is not None
        for node in nodes
        for name in _counted(on_disk[node.unique_id], known[node.unique_id], columns_from)
    ]
    documented = sum(on_disk[node.unique_id].text is not None for node in nodes)
    return Coverage(nodes=(documented, len(nodes)), columns=(sum(columns), len(columns)))


def missing(
    nodes: Sequence[Node],
    on_disk: Mapping[str, NodeOnDisk],
    known: Mapping[str, KnownColumns],
    columns_from: ColumnsFrom = "declared",
) -> tuple[Missing, ...]:
    """Each description that is not there, with the place where it would stand."""
    found = []
    for node in nodes:
        written = on_disk[node.unique_id]
        file = written.file or node.properties_file
        if written.text is None:
            found.append(_missing(node, None, file, written.line))
        for name in _counted(written, known[node.unique_id], columns_from):
            if written.column_text(name) is None:
                column = written.columns.get(name.lower())
                line = column.line if column else written.line
                found.append(_missing(node, name, file, line))
    return tuple(found)


def _missing(node: Node, column: str | None, file: str | None, line: int | None) -> Missing:
    defined_in = node.original_file_path or None
    return Missing(unique_id=node.unique_id, column=column, file=file, line=line, node_file=defined_in)


def _counted(written: NodeOnDisk, known: KnownColumns, columns_from: ColumnsFrom) -> list[str]:
    declared = [column.name for column in written.columns.values()]
    if columns_from == "declared":
        return declared
    lowered = {name.lower() for name in declared}
    return declared + [column.name for column in known.columns if column.name.lower() not in lowered]
