"""New items for a list of a document, wherever the list stands and whatever shape it has. Pure."""

from __future__ import annotations

from msgspec import Struct

from dbt_docsmith.properties.compose import Document, Mapping, Node, Scalar, Sequence
from dbt_docsmith.properties.describe import block_column, key_quote, like_key
from dbt_docsmith.properties.edits import Splice, insert_lines
from dbt_docsmith.properties.fragments import Fragment, FragmentWriter
from dbt_docsmith.properties.layout import dash_before, dashes
from dbt_docsmith.properties.lines import (
    before_own_comments,
    below,
    content_end,
    line_start,
    lines_after,
    past_own_comments,
    takes_blank_lines,
)
from dbt_docsmith.properties.locate import Found, is_null, lookup


class Addition(Struct, frozen=True):
    """A new item and its place among those that stand: behind ``after``, else before ``before``, else last."""

    fragment: Fragment
    after: int | None = None
    before: int | None = None


class ListWriter:
    """Adds items to the lists of one document."""

    def __init__(self, document: Document, writer: FragmentWriter) -> None:
        self._document = document
        self._writer = writer

    def extend(self, sequence: Sequence, addition: Addition, blank: bool) -> list[Splice]:
        """One new item for a list that has some. ``blank``: whether blank lines part items, if one cannot see."""
        if sequence.flow:
            return [self._extend_flow(sequence, addition)]
        laid = dashes(self._document, sequence)
        blank = blank if laid.blank_between is None else laid.blank_between
        position = self._position(sequence, addition, laid.column)
        lines = self._writer.item(
            addition.fragment, laid.column, laid.keys, below(self._document, position), quote=_quote_of(sequence)
        )
        if blank and _goes_above(addition):
            lines = [*lines, ""]
        elif blank and not takes_blank_lines(self._document, _above(sequence, addition)):
            lines = ["", *lines]
        return [insert_lines(self._document, position, lines, laid.column)]

    def _position(self, sequence: Sequence, addition: Addition, dash: int) -> int:
        if _goes_above(addition):
            dash_below = dash_before(self._document, sequence.items[addition.before or 0])
            return before_own_comments(self._document, line_start(self._document, dash_below))
        end = lines_after(self._document, _above(sequence, addition))
        return past_own_comments(self._document, end, dash + 1)

    def _extend_flow(self, sequence: Sequence, addition: Addition) -> Splice:
        written = self._writer.flow(addition.fragment, quote=_quote_of(sequence))
        if _goes_above(addition):
            start = sequence.items[addition.before or 0].start
            return Splice(start, start, f"{written}, ")
        end = content_end(self._document, _above(sequence, addition))
        return Splice(end, end, f", {written}")

    def fill(
        self, found: Found, fragments: tuple[Fragment, ...], offset: int, *, flow: bool, blank: bool | None = None
    ) -> list[Splice]:
        """The first items of a list that is empty, ``null`` or not written.

        ``flow``: its key stands between braces; ``offset``: of its dashes from the key.
        """
        key, value = found.key, found.value
        if key is None or not _is_bare(value):
            raise self._document.refusal(
                value.start, "a list in an unusual shape", "write it with a dash before each item"
            )
        start, end = value.start, value.end
        if flow:
            before = "" if self._document.text[start - 1] in " \t\n" else " "
            return [Splice(start, end, before + self._writer.flow_list(fragments, quote=key_quote(key)))]
        while start < end and self._document.text[start - 1] in " \t":
            start -= 1
        lines = self._items(fragments, key, offset, lines_after(self._document, value), blank)
        cleared = [Splice(start, end, "")] if start < end else []
        return [*cleared, insert_lines(self._document, lines_after(self._document, value), lines, key.column + 1)]

    def create(self, mapping: Mapping, name: str, fragments: tuple[Fragment, ...], offset: int) -> list[Splice]:
        """A list under a key that a mapping does not have yet: at its end, but above ``versions:``."""
        key = mapping.pairs[0][0]
        written = like_key(key, name)
        if mapping.flow:
            end = content_end(self._document, mapping.pairs[-1][1])
            listed = self._writer.flow_list(fragments, quote=key_quote(key))
            return [Splice(end, end, f", {written}: {listed}")]
        column = block_column(self._document, mapping)
        position = self.new_key_position(mapping, column)
        lines = self._items(fragments, key, offset, position)
        return [insert_lines(self._document, position, [" " * column + f"{written}:", *lines], column)]

    def new_key_position(self, mapping: Mapping, column: int) -> int:
        """Where a new key of a block mapping goes: to its end, but above ``versions:``."""
        versions = lookup(mapping, "versions")
        if versions is not None and versions.key is not None and versions.key is not mapping.pairs[0][0]:
            return before_own_comments(self._document, line_start(self._document, versions.key.start))
        end = lines_after(self._document, mapping.pairs[-1][1])
        return past_own_comments(self._document, end, column)

    def _items(
        self, fragments: tuple[Fragment, ...], key: Node, offset: int, position: int, blank: bool | None = None
    ) -> list[str]:
        return self._writer.items(
            fragments, key.column + offset, below(self._document, position), blank=blank, quote=key_quote(key)
        )


def _goes_above(addition: Addition) -> bool:
    """Whether a new item goes in front of all that stand."""
    return addition.after is None and addition.before is not None


def _above(sequence: Sequence, addition: Addition) -> Node:
    """The item behind which a new one goes."""
    return sequence.items[-1 if addition.after is None else addition.after]


def _quote_of(sequence: Sequence) -> str:
    """The quotes of the keys in a list."""
    mappings = (item for item in sequence.items if isinstance(item, Mapping) and item.pairs)
    return next((key_quote(mapping.pairs[0][0]) for mapping in mappings), "")


def _is_bare(value: Node) -> bool:
    """Whether a value is nothing, ``null`` or ``[]``, and no anchor or tag hangs on it."""
    if not isinstance(value, Scalar | Sequence) or value.anchor is not None or value.tag is not None:
        return False
    return is_null(value) or (isinstance(value, Sequence) and not value.items)
