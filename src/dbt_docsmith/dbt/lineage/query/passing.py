"""What becomes of a column on its way through a query. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from dbt_docsmith.dbt.lineage.query.plan import Item, Read
from dbt_docsmith.types import ColumnLineage, ColumnRef, LineageKind

PASSES = frozenset({"passed", "renamed"})
MOST_EXPRESSION_CHARS = 300
_SIMPLE = re.compile(r"[\w.$\"`]+|'[^']*'|\{\{[^}]*\}\}")
_CALL = re.compile(r"\w*\(")


class Passage(Struct, frozen=True):
    """What a query does to every column that passes it."""

    joined: bool = False
    grouped: bool = False
    distinct: bool = False


def passed_on(column: ColumnLineage, name: str, passage: Passage, comment: str = "") -> ColumnLineage:
    """The column under a name of its own, after one more query; the same object where nothing changes."""
    kind = _renamed_kind(column, name)
    joined = column.joined or passage.joined
    grouped = column.grouped or passage.grouped or passage.distinct
    inheritable = column.inheritable and not passage.grouped
    same = (name, kind, joined, grouped, inheritable, comment or column.comment) == (
        column.name,
        column.kind,
        column.joined,
        column.grouped,
        column.inheritable,
        column.comment,
    )
    if same:
        return column
    return ColumnLineage(
        name=name,
        kind=kind,
        expression=column.expression,
        origins=column.origins,
        inheritable=inheritable,
        joined=joined,
        grouped=grouped,
        comment=comment or column.comment,
    )


def made_of(item: Item, found: Sequence[ColumnLineage | None], passage: Passage, *, field: bool) -> ColumnLineage:
    """The column an expression makes of what it reads. ``field``: it only takes a field out of a column."""
    known = [column for column in found if column is not None]
    return ColumnLineage(
        name=item.name,
        kind="derived" if field and item.kind in ("column", "cast") else _made_kind(item, known),
        expression=item.expression if field else _informed(item, found),
        origins=_united(known),
        joined=passage.joined or any(column.joined for column in known),
        grouped=passage.grouped or passage.distinct or any(column.grouped for column in known),
        comment=item.comment,
    )


def merged(columns: Sequence[ColumnLineage]) -> ColumnLineage:
    """What a FULL JOIN with USING makes of the columns of its sides."""
    name = columns[0].name
    return ColumnLineage(
        name=name,
        kind="derived",
        expression=f"{name} of either side of a full join",
        origins=_united(columns),
        joined=True,
        grouped=any(column.grouped for column in columns),
    )


def unknown_column(name: str, expression: str, comment: str = "") -> ColumnLineage:
    """A column of which nothing is known but the words that make it."""
    return ColumnLineage(name=name, kind="unknown", expression=expression, comment=comment)


def renamed_or_passed(origins: Sequence[ColumnRef], name: str) -> LineageKind:
    """Whether the name is the one all origins have."""
    return "passed" if all(origin.column.lower() == name.lower() for origin in origins) else "renamed"


def _renamed_kind(column: ColumnLineage, name: str) -> LineageKind:
    if column.kind not in PASSES or name == column.name:
        return column.kind
    if column.origins:
        return renamed_or_passed(column.origins, name)
    return "passed" if column.expression.lower() == name.lower() else "renamed"


def _made_kind(item: Item, known: Sequence[ColumnLineage]) -> LineageKind:
    if item.kind == "column" or (item.kind == "cast" and not known):
        return "unknown"
    if item.kind == "cast" and known[0].kind not in PASSES:
        return known[0].kind
    if any(column.kind == "aggregated" for column in known):
        return "aggregated"
    return item.kind


def _united(columns: Sequence[ColumnLineage]) -> tuple[ColumnRef, ...]:
    return tuple(dict.fromkeys(origin for column in columns for origin in column.origins))


def _informed(item: Item, found: Sequence[ColumnLineage | None]) -> str:
    """The expression, with what an earlier query computed put in the place of the name it got there."""
    text = item.expression
    if all(column is None or column.kind in PASSES for column in found):
        return text
    for read, column in sorted(zip(item.reads, found, strict=False), key=lambda pair: -pair[0].start):
        if column is not None and _is_worth_telling(read, column):
            text = text[: read.start] + _bracketed(column.expression) + text[read.end :]
    return text if len(text) <= MOST_EXPRESSION_CHARS else item.expression


def _is_worth_telling(read: Read, column: ColumnLineage) -> bool:
    return read.end > read.start and column.kind not in PASSES and bool(column.expression)


def _bracketed(expression: str) -> str:
    """In brackets, but for what reads well without: a name, a literal, one call."""
    if _SIMPLE.fullmatch(expression) or (_CALL.match(expression) and _is_one_call(expression)):
        return expression
    return f"({expression})"


def _is_one_call(expression: str) -> bool:
    """Whether the first bracket is closed by the last character."""
    depth = 0
    for index, character in enumerate(expression):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and character == ")":
            return index == len(expression) - 1
    return False
