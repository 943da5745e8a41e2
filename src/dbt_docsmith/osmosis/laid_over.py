"""What the host's context says of a node, laid over what the properties files say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec.structs import replace

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.osmosis.host import HostColumn, HostNode
from dbt_docsmith.properties.read import is_placeholder
from dbt_docsmith.types import KnownColumn

Render = Callable[[str], str]
"""A description as dbt shows it."""


def is_missing(description: str, placeholders: Collection[str]) -> bool:
    """Whether a text of the context counts as none."""
    return not description.strip() or description in placeholders or is_placeholder(description)


def keeps_placeholder(host: HostNode, placeholders: Collection[str]) -> bool:
    """Whether a placeholder stands where the node's description belongs: the host never replaces one there."""
    return bool(host.description.strip()) and is_missing(host.description, placeholders)


def laid_over(
    found: NodeOnDisk,
    host: HostNode,
    placeholders: Collection[str],
    render: Render,
    skipped: Collection[str] = (),
) -> NodeOnDisk:
    """The node as the host will write it: with its columns, and with the texts it has given them.

    ``skipped`` are columns, in lower case, that are nobody's to describe.

    A text on disk goes before the context's, which is the same one with its Jinja rendered.
    """

    def text(description: str) -> Text | None:
        if is_missing(description, placeholders):
            return None
        return Text(text=render(description), raw=description)

    columns = {}
    for name, column in _columns(host, skipped):
        written = found.columns.get(name.lower()) or ColumnOnDisk(name=name, line=0, text=None)
        columns[name.lower()] = replace(written, name=name, text=written.text or text(column.description))
    return replace(
        found,
        text=found.text or text(host.description),
        held=found.held or keeps_placeholder(host, placeholders),
        columns=columns,
        version_columns=frozenset(),
    )


def columns_of(
    host: HostNode, found: NodeOnDisk, read: KnownColumns, skipped: Collection[str] = ()
) -> KnownColumns:
    """The columns the host will write. ``found`` is what stands on disk, ``read`` what catalog and SQL say.

    The host asked the warehouse for those that have no entry yet, so they are there; of the others some may be
    written and not exist.
    """
    known = {column.name.lower(): column for column in read.columns}
    columns, unconfirmed = [], []
    for name, column in _columns(host, skipped):
        lowered = name.lower()
        if lowered in known:
            columns.append(replace(known[lowered], name=name, declared=True))
        elif lowered in found.columns:
            unconfirmed.append(name)
        else:
            columns.append(KnownColumn(name=name, known_by="catalog", declared=True, data_type=column.data_type))
    return KnownColumns(columns=tuple(columns), unconfirmed=tuple(unconfirmed))


def _columns(host: HostNode, skipped: Collection[str]) -> list[tuple[str, HostColumn]]:
    return [(name, column) for name, column in host.columns.items() if name.lower() not in skipped]
