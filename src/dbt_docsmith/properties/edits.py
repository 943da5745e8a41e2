"""Splices: made in any order, applied from the front, undone to the byte. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.compose import BOM, Document, Scalar, children
from dbt_docsmith.properties.lines import block_header, newline_near
from dbt_docsmith.types import YamlEdit

LINE_OPENERS = "\n\r\x85\u2028\u2029" + BOM
INLINE = 1_000_000
"""The depth of a splice within a line."""


class Splice(Struct, frozen=True):
    """Replace ``[start:end]``. Of several at one place the deepest comes first: it ends what the others follow."""

    start: int
    end: int
    text: str
    depth: int = INLINE


def insert_lines(document: Document, position: int, lines: Iterable[str], depth: int) -> Splice:
    """Whole lines at the beginning of a line, or behind a last line that no line break ends."""
    newline = newline_near(document, position)
    if position == 0 or document.text[position - 1] in LINE_OPENERS:
        return Splice(position, position, "".join(line + newline for line in lines), depth)
    return Splice(position, position, "".join(newline + line for line in lines), depth)


def in_order(document: Document, splices: Iterable[Splice]) -> tuple[YamlEdit, ...]:
    """Splices as edits, from the front of the text to its end."""
    splices = list(splices)
    ordered = sorted([*splices, *_sealing(document, splices)], key=lambda splice: (splice.start, -splice.depth))
    return tuple(
        YamlEdit(
            start=splice.start,
            end=splice.end,
            replacement=splice.text,
            original=document.text[splice.start : splice.end],
        )
        for splice in ordered
    )


def _sealing(document: Document, splices: Iterable[Splice]) -> list[Splice]:
    """``|`` becomes ``|-`` where lines follow a text whose last line no break ended: it would gain one."""
    last = document.root
    while last is not None and (parts := children(last)):
        last = parts[-1]
    if not isinstance(last, Scalar) or last.style not in ("|", ">") or last.end < len(document.text):
        return []
    header = block_header(document, last)
    starts = {splice.start for splice in splices}
    open_end = document.text[-1] not in LINE_OPENERS and len(document.text) in starts
    if not open_end or header.start() in starts or header.group()[-1] in "-+":
        return []
    return [Splice(header.end(), header.end(), "-")]


def apply_edits(text: str, edits: Sequence[YamlEdit]) -> str:
    """The text with its edits made. Raises WriteError where two of them overlap, or the text is another one."""
    parts, position = [], 0
    for edit in edits:
        if edit.start < position or text[edit.start : edit.end] != edit.original:
            raise WriteError(f"the edit at character {edit.start} does not fit the text; plan it again")
        parts += [text[position : edit.start], edit.replacement]
        position = edit.end
    return "".join([*parts, text[position:]])


def undo_edits(text: str, edits: Sequence[YamlEdit]) -> str:
    """The text as it was before ``apply_edits``. Raises WriteError where it was changed since."""
    back, shift = [], 0
    for edit in edits:
        start = edit.start + shift
        end = start + len(edit.replacement)
        back.append(YamlEdit(start=start, end=end, replacement=edit.original, original=edit.replacement))
        shift += len(edit.replacement) - (edit.end - edit.start)
    return apply_edits(text, back)
