"""What has become worse: coverage against an earlier report, and what is missing and was not before. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from dbt_docsmith.reports import Coverage, Missing
from dbt_docsmith.types import Catalog, Manifest, Node


def is_lower(now: Coverage, before: Coverage) -> bool:
    """Whether a smaller share of the nodes, or of the columns, is documented than before."""
    return _is_smaller(now.nodes, before.nodes) or _is_smaller(now.columns, before.columns)


class State(Struct, frozen=True, kw_only=True):
    """A project as it was. ``is_text`` tells a description from a blank one and from a placeholder."""

    manifest: Manifest
    catalog: Catalog
    is_text: Callable[[str], bool]


def new_since(state: State, found: Sequence[Missing]) -> tuple[Missing, ...]:
    """What of ``found`` was not missing then: the rest is the past's."""
    return tuple(each for each in found if not _was_missing(each, state))


def _was_missing(missing: Missing, state: State) -> bool:
    node = state.manifest.nodes.get(missing.unique_id)
    if node is None:
        return False
    if missing.column is None:
        return not state.is_text(node.description)
    wanted = missing.column.lower()
    declared = next((column for name, column in node.columns.items() if name.lower() == wanted), None)
    if declared is not None:
        return not state.is_text(declared.description)
    return _was_there(node, wanted, state.catalog)


def _was_there(node: Node, column: str, catalog: Catalog) -> bool:
    """Whether the node had that column without declaring it: by the warehouse's word, else by its SQL's."""
    columns = catalog.columns.get(node.unique_id)
    if columns is not None:
        return column in map(str.lower, columns)
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", node.raw_code, re.IGNORECASE) is not None


def _is_smaller(now: tuple[int, int], before: tuple[int, int]) -> bool:
    return now[0] * max(before[1], 1) < before[0] * max(now[1], 1) if now[1] else False
