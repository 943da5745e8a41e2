"""Nodes and what is written already -> what is missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.written import NodeOnDisk, mentions_doc
from dbt_docsmith.types import DocTarget, KnownColumn, Node


class TargetSettings(Struct, frozen=True, kw_only=True):
    """What is to be filled. ``only``: ``nodes`` or ``columns``; ``overwrite``: persons' texts, too."""

    only: str | None = None
    overwrite: bool = False
    add_columns: bool = True
    add_source_columns: bool = False


def plan_targets(
    nodes: Sequence[Node],
    on_disk: Mapping[str, NodeOnDisk],
    known: Mapping[str, KnownColumns],
    settings: TargetSettings,
) -> tuple[DocTarget, ...]:
    """One DocTarget for each node that misses something, in the order of ``nodes``.

    Versions of a model share one entry, so what is missing there is missing once: the latest version that has
    it speaks for all.
    """
    spoken_for: dict[str, set[str | None]] = {}
    targets = {}
    for node in sorted(nodes, key=lambda node: not node.is_latest):
        taken = spoken_for.setdefault(_entry_id(node), set())
        target = _target(node, on_disk[node.unique_id], known[node.unique_id], settings, taken)
        if target.needs_description or target.columns:
            targets[node.unique_id] = target
            own = on_disk[node.unique_id].version_columns
            taken |= {column.name.lower() for column in target.columns} - own
            taken |= {None} if target.needs_description else set()
    return tuple(targets[node.unique_id] for node in nodes if node.unique_id in targets)


def may_add_columns(node: Node, settings: TargetSettings) -> bool:
    """Whether columns without an entry may be given one.

    Never where a contract is enforced: dbt refuses a column without a type there. A version other than the
    latest adds none either: the entry it would go to is shared.
    """
    if node.contract_enforced or not node.is_latest:
        return False
    return settings.add_source_columns if node.resource_type == "source" else settings.add_columns


def undeclared_by_contract(node: Node, known: KnownColumns) -> tuple[str, ...]:
    """Columns that a contract-enforced node has and does not declare: reported, never added."""
    if not node.contract_enforced:
        return ()
    return tuple(column.name for column in known.columns if not column.declared)


def _entry_id(node: Node) -> str:
    return node.unique_id if node.version is None else node.unique_id.rsplit(".", 1)[0]


def _target(
    node: Node, written: NodeOnDisk, known: KnownColumns, settings: TargetSettings, taken: set[str | None]
) -> DocTarget:
    adds = may_add_columns(node, settings)
    wanted = [
        column
        for column in known.columns
        if settings.only != "nodes" and _column_missing(column, written, settings, adds)
    ]
    needs = settings.only != "columns" and _node_missing(written, settings)
    return DocTarget(
        node=node,
        needs_description=needs and None not in taken,
        columns=tuple(
            column
            for column in wanted
            if column.name.lower() not in taken or column.name.lower() in written.version_columns
        ),
        order=tuple(column.name for column in known.columns),
        unconfirmed=known.unconfirmed,
    )


def _node_missing(written: NodeOnDisk, settings: TargetSettings) -> bool:
    if written.held:
        return False
    return written.text is None or (settings.overwrite and not mentions_doc(written.text.raw))


def _column_missing(column: KnownColumn, written: NodeOnDisk, settings: TargetSettings, adds: bool) -> bool:
    on_disk = written.columns.get(column.name.lower())
    if on_disk is None:
        return adds
    if on_disk.held:
        return False
    return on_disk.text is None or (settings.overwrite and not mentions_doc(on_disk.text.raw))
