"""How a project stands once the proposals are written. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.pipeline.versions import entry_id
from dbt_docsmith.types import Node, Proposal


def with_proposals(
    nodes: Sequence[Node],
    on_disk: Mapping[str, NodeOnDisk],
    known: Mapping[str, KnownColumns],
    proposals: Sequence[Proposal],
) -> dict[str, NodeOnDisk]:
    """``on_disk`` with every proposal in its place; the versions of a model share what is written of one."""
    siblings: dict[str, list[str]] = {}
    for node in nodes:
        siblings.setdefault(entry_id(node), []).append(node.unique_id)
    entry_of = {node.unique_id: entry_id(node) for node in nodes}
    after = dict(on_disk)
    for proposal in proposals:
        for unique_id in siblings[entry_of[proposal.unique_id]]:
            after[unique_id] = _with(after[unique_id], known[unique_id], proposal, unique_id)
    return after


def _with(written: NodeOnDisk, known: KnownColumns, proposal: Proposal, unique_id: str) -> NodeOnDisk:
    text = Text(text=proposal.description or "(to be made)", raw="")
    if proposal.column is None:
        return replace(written, text=text)
    lowered = proposal.column.lower()
    shared = unique_id == proposal.unique_id or lowered in {column.name.lower() for column in known.columns}
    if not shared:
        return written
    column = ColumnOnDisk(name=proposal.column, line=0, text=text)
    return replace(written, columns={**written.columns, lowered: column})
