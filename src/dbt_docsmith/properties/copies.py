"""Copies of what is shared, so that one node can have texts of its own. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Several
from itertools import count

import yaml

from dbt_docsmith.properties.compose import LINE_BREAK, Alias, Document, Mapping, Node, Scalar, Sequence, children
from dbt_docsmith.properties.construct import value_of
from dbt_docsmith.properties.edits import Splice, insert_lines
from dbt_docsmith.properties.layout import dash_before
from dbt_docsmith.properties.lines import BLANKS, line_end, line_start, lines_after, next_line, past_properties
from dbt_docsmith.properties.render import double_quoted
from dbt_docsmith.properties.sharing import Anchored, Use


class Detacher:
    """Frees what is anchored: other places that use it get a copy of what it was."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: set[str] = set()

    def detach(self, anchored: Anchored, uses: Several[Use]) -> list[Splice]:
        """A copy in place of the first alias, and aliases of the copy in place of the others.

        Raises WriteError where the copy does not fit in.
        """
        first, *others = sorted(uses, key=lambda use: use.alias.start)
        name = self._new_name(anchored.anchor or "") if others else None
        renamed = [Splice(use.alias.start, use.alias.end, f"*{name}") for use in others]
        return [*self._put_copy(anchored, first, f"&{name}" if name else ""), *renamed]

    def _new_name(self, anchor: str) -> str:
        numbered = (f"{anchor}_{number}" for number in count(2))
        name = next(name for name in numbered if f"&{name}" not in self._document.text and name not in self._names)
        self._names.add(name)
        return name

    def _put_copy(self, anchored: Anchored, use: Use, head: str) -> list[Splice]:
        alias = use.alias
        if isinstance(anchored, Scalar) or anchored.flow or use.flow:
            return [Splice(alias.start, alias.end, f"{head} {self._on_one_line(anchored, use)}".strip())]
        if use.key is not None or head:
            column = alias.column if use.key is None else use.key.column + 2
            return self._put_below(alias, head, copied_lines(self._document, anchored, column), column)
        first, *lines = copied_lines(self._document, anchored, alias.column)
        return self._put_below(alias, first.lstrip(" "), lines, alias.column)

    def _on_one_line(self, anchored: Anchored, use: Use) -> str:
        """What an alias stands for, as it can be written in the alias's line."""
        text = copied_text(self._document, anchored)
        if isinstance(anchored, Scalar):
            return double_quoted(anchored.value) if LINE_BREAK.search(text) else text
        if anchored.flow:
            return text
        data = value_of(anchored)
        if data is None:
            raise self._document.refusal(
                use.alias.start, "an alias between brackets", "write out what it stands for"
            )
        written = yaml.safe_dump(
            data, default_flow_style=True, sort_keys=False, width=math.inf, allow_unicode=True
        )
        return str(written).strip()

    def _put_below(self, alias: Alias, head: str, lines: list[str], column: int) -> list[Splice]:
        start = alias.start
        while not head and self._document.text[start - 1] in " \t":
            start -= 1
        replaced = Splice(start, alias.end, head)
        below = next_line(self._document, alias.end)
        return [replaced, insert_lines(self._document, below, lines, column)] if lines else [replaced]


def copied_lines(document: Document, node: Node, column: int, splices: Iterable[Splice] = ()) -> list[str]:
    """The lines of a block collection, moved so that it begins at ``column``; ``splices`` are made in the copy.

    Anchors in it stay behind: no name can be anchored twice.
    """
    start = _first_character(document, node)
    own = start - line_start(document, start)
    changes = [*splices, *_without_anchors(document, node)]
    lines = LINE_BREAK.split(_spliced(document, start, lines_after(document, node), changes))
    while not lines[-1].strip():
        lines.pop()
    return [" " * column + _without_indent(line, own) if line.strip() else "" for line in lines]


def copied_text(document: Document, node: Scalar | Sequence | Mapping, splices: Iterable[Splice] = ()) -> str:
    """What a node says that is no block collection, its anchor left out; ``splices`` are made in the copy."""
    changes = [*splices, *_without_anchors(document, node)]
    return _spliced(document, past_properties(document, node), node.end, changes)


def _spliced(document: Document, start: int, end: int, splices: Iterable[Splice]) -> str:
    parts, position = [], start
    for splice in sorted(splices, key=lambda splice: (splice.start, -splice.depth)):
        parts += [document.text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, document.text[position:end]])


def _without_anchors(document: Document, node: Node) -> Iterator[Splice]:
    for inner in children(node):
        if not isinstance(inner, Alias):
            if inner.anchor is not None:
                yield _without_anchor(document, inner.start, inner.start + 1 + len(inner.anchor))
            yield from _without_anchors(document, inner)


def _without_anchor(document: Document, start: int, end: int) -> Splice:
    """The anchor goes; what begins on the line below moves up to the dash."""
    text = document.text
    after_dash = text[line_start(document, start) : start].rstrip(" ").endswith("-")
    skipped = BLANKS if after_dash else " \t"
    while end < len(text) and text[end] in skipped:
        end += 1
    while not after_dash and line_end(document, end) == end and text[start - 1] in " \t":
        start -= 1
    return Splice(start, end, "")


def _first_character(document: Document, node: Node) -> int:
    if isinstance(node, Sequence):
        return dash_before(document, node.items[0])
    return node.pairs[0][0].start if isinstance(node, Mapping) else node.start


def _without_indent(line: str, columns: int) -> str:
    return line[min(columns, len(line) - len(line.lstrip(" "))) :]
