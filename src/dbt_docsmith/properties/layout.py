"""How a file lays out its lists: indents, gaps behind the dash, blank lines between items. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice, pairwise
from typing import TypeVar

from msgspec import Struct

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.compose import Document, Mapping, Node, Sequence
from dbt_docsmith.properties.lines import has_blank_line, line_start, lines_after
from dbt_docsmith.properties.locate import ENTRY_SECTIONS, Entry, Found, child, list_keys, section

ENOUGH = 20
"""Items looked at in one list, and lists in one file: a habit shows by then."""
_Value = TypeVar("_Value", int, bool)


class Layout(Struct, frozen=True):
    """Offsets: of a list's dashes from the key above it; ``gap``: of an item's keys from its dash."""

    entry_offset: int = 2
    column_offset: int = 2
    gap: int = 2
    blank_between_entries: bool = True
    blank_between_columns: bool = False


class Dashes(Struct, frozen=True):
    """A block list: the columns of its dashes and of its items' keys, and whether blank lines part its items."""

    column: int
    keys: int
    blank_between: bool | None


def dash_before(document: Document, item: Node) -> int:
    """Where the dash of a block list's item stands. Raises WriteError where it cannot be told."""
    text = document.text
    start = line_start(document, item.start)
    before = text[start : item.start].rstrip()
    while start > 0 and (not before or before.lstrip().startswith("#")):
        position, start = start - 1, line_start(document, start - 1)
        before = text[start:position].rstrip()
        words = before.lstrip()
        if words.startswith("-") and words[1:].lstrip().startswith("#"):
            return start + len(before) - len(words)
    if not before.endswith("-"):
        raise document.refusal(item.start, "an item without a dash of its own", "give the item a line of its own")
    return start + len(before) - 1


def dashes(document: Document, sequence: Sequence) -> Dashes:
    """The layout of a block list that has items."""
    first = dash_before(document, sequence.items[0])
    start = line_start(document, first)
    if document.text[start:first].strip():
        raise document.refusal(first, "a list that begins within a line", "give its first item a line of its own")
    plain = (node for node in sequence.items if isinstance(node, Mapping) and not node.flow)
    model = next((node.pairs[0][0] for node in plain), sequence.items[0])
    return Dashes(first - start, model.column, _blank_between(document, sequence))


def _blank_between(document: Document, sequence: Sequence) -> bool | None:
    items = sequence.items[:ENOUGH]
    blank = [_are_parted(document, *pair) for pair in pairwise(items)]
    return sum(blank) * 2 > len(blank) if blank else None


def _are_parted(document: Document, above: Node, below: Node) -> bool:
    dash = dash_before(document, below)
    return has_blank_line(document, lines_after(document, above), line_start(document, dash))


def measure_layout(document: Document, entries: Iterable[Entry]) -> Layout:
    """The layout that most lists of a file have; dbt's own where it has none."""
    names = (*ENTRY_SECTIONS, "sources")
    outer = _measured(document, (section(document, name) for name in names))
    inner = _measured(
        document,
        (child(entry.item, key) for entry in islice(entries, ENOUGH) for key in list_keys(entry.section)),
    )
    usual = Layout()
    offsets = [one.offset for one in inner], [one.offset for one in outer]
    return Layout(
        entry_offset=_commonest(offsets[1] or offsets[0], usual.entry_offset),
        column_offset=_commonest(offsets[0] or offsets[1], usual.column_offset),
        gap=_commonest([one.dashes.keys - one.dashes.column for one in (*inner, *outer)], usual.gap),
        blank_between_entries=_commonest(_blanks(outer), usual.blank_between_entries),
        blank_between_columns=_commonest(_blanks(inner), usual.blank_between_columns),
    )


class _Measured(Struct, frozen=True):
    offset: int
    dashes: Dashes


def _measured(document: Document, lists: Iterable[Found | None]) -> list[_Measured]:
    measured = []
    for found in lists:
        value = found.value if found else None
        if found and found.key and isinstance(value, Sequence) and value.items and not value.flow:
            with suppress(WriteError):
                laid = dashes(document, value)
                measured.append(_Measured(laid.column - found.key.column, laid))
    return measured


def _blanks(measured: Iterable[_Measured]) -> list[bool]:
    return [one.dashes.blank_between for one in measured if one.dashes.blank_between is not None]


def _commonest(values: list[_Value], default: _Value) -> _Value:
    return Counter(values).most_common(1)[0][0] if values else default
