"""The columns of a union: what its branches agree on. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from dbt_docsmith.dbt.lineage.query.passing import MOST_EXPRESSION_CHARS, PASSES, renamed_or_passed
from dbt_docsmith.dbt.lineage.query.views import ITSELF, End, View
from dbt_docsmith.types import ColumnLineage, LineageKind

_NULL = re.compile(r"\(*\s*(?:(?:try_|safe_)?cast\s*\(\s*)?null\b", re.IGNORECASE)


def stacked(branches: Sequence[View], *, by_name: bool = False) -> View:
    """One view of several. By position where the columns of all are known; else, and where asked for, by name."""
    branches = [branch for branch in branches if branch is not ITSELF]
    if len(branches) < 2:
        return branches[0] if branches else ITSELF
    counts = {len(branch.columns) for branch in branches}
    if by_name or len(counts) > 1 or any(branch.is_open for branch in branches):
        return _by_name(branches, filled=by_name)
    rows = zip(*(branch.columns.values() for branch in branches), strict=True)
    merged = (merge(columns) for columns in rows)
    return View(columns=dict(zip(branches[0].columns, merged, strict=True)))


def alternatives(views: Sequence[View]) -> View:
    """One view of several of which only dbt knows the right one: what all say is known."""
    if len(views) == 1:
        return views[0]
    names = dict.fromkeys(name for view in views for name in view.columns)
    columns = {name: _agreed([view.columns.get(name) for view in views]) for name in names}
    ends = dict.fromkeys(end for view in views for end in view.ends if end.reason)
    if any(set(view.columns) != set(names) for view in views):
        ends[End(lambda _: None, "its columns hang on a condition that only dbt can tell")] = None
    return View(columns=columns, ends=tuple(ends))


def merge(columns: Sequence[ColumnLineage | None]) -> ColumnLineage:
    """One column of several branches, under the first one's name. A branch that has only NULL there says nothing.

    Where all branches pass a column on it stays inheritable, with all origins: if their texts agree.
    """
    present = [column for column in columns if column is not None]
    telling = [column for column in present if not _is_null(column)] or present
    first = telling[0]
    name = present[0].name
    origins = tuple(dict.fromkeys(origin for column in telling for origin in column.origins))
    whole = len(present) == len(columns)
    passes = whole and all(column.kind in PASSES for column in telling)
    return ColumnLineage(
        name=name,
        kind=renamed_or_passed(origins, name) if passes and origins else _common_kind(telling, whole=whole),
        expression=first.expression if passes else _expressions(present),
        origins=origins,
        inheritable=passes and all(column.inheritable for column in telling),
        joined=sum(bool(column.origins) for column in telling) > 1 or any(column.joined for column in telling),
        grouped=any(column.grouped for column in telling),
        comment=next((column.comment for column in present if column.comment), ""),
    )


def _by_name(branches: Sequence[View], *, filled: bool) -> View:
    """``filled``: a branch without the column has NULL there, so it is left out."""

    known: dict[str, ColumnLineage | None] = {}

    def found(name: str) -> ColumnLineage | None:
        if name not in known:
            known[name] = merged_of(name)
        return known[name]

    def merged_of(name: str) -> ColumnLineage | None:
        each = [branch.find(name) for branch in branches if not filled or branch.is_open or name in branch.columns]
        return merge(each) if any(each) else None

    listed = dict.fromkeys(name for branch in (branches if filled else branches[:1]) for name in branch.columns)
    columns = {name: column for name in listed if (column := found(name))}
    reason = next((end.reason for branch in branches for end in branch.ends if end.reason), "")
    return View(columns=columns, ends=(End(found, reason),) if reason else ())


def _agreed(columns: Sequence[ColumnLineage | None]) -> ColumnLineage:
    present = [column for column in columns if column is not None]
    first = present[0]
    if all(column == first for column in columns):
        return first
    origins = tuple(dict.fromkeys(origin for column in present for origin in column.origins))
    joined, grouped = any(each.joined for each in present), any(each.grouped for each in present)
    if all(column and (column.kind, column.origins) == (first.kind, first.origins) for column in columns):
        inheritable = all(each.inheritable for each in present)
        return structs.replace(first, inheritable=inheritable, joined=joined, grouped=grouped)
    return ColumnLineage(
        name=first.name,
        kind="unknown",
        expression=_expressions(present),
        origins=origins,
        joined=joined,
        grouped=grouped,
    )


def _is_null(column: ColumnLineage) -> bool:
    return column.kind == "constant" and _NULL.match(column.expression) is not None


def _common_kind(columns: Sequence[ColumnLineage], *, whole: bool) -> LineageKind:
    kinds = {column.kind for column in columns}
    if not whole or "unknown" in kinds:
        return "unknown"
    if len(kinds) == 1:
        return columns[0].kind
    return "aggregated" if "aggregated" in kinds else "derived"


def _expressions(columns: Sequence[ColumnLineage]) -> str:
    """What each branch puts there, NULL included: ``'web' | 'shop'``. All or nothing: a part would mislead."""
    joined = " | ".join(dict.fromkeys(column.expression for column in columns if column.expression))
    return joined if len(joined) <= MOST_EXPRESSION_CHARS else ""
