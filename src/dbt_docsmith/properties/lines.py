"""Where lines begin and end, and which comment belongs to what. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TypeGuard

from msgspec import Struct

from dbt_docsmith.properties.compose import LINE_BREAK, Document, Mapping, Node, Scalar, Sequence

BLANKS = " \t\n\r\x85\u2028\u2029"
TOO_DEEP = 1_000_000
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_PROPERTY = re.compile(f"[&!][^{BLANKS}]*[{BLANKS}]+")


class Below(Struct, frozen=True):
    """What follows a place. A block scalar there would take in lines that are indented as deep as its own.

    ``depth``: the least indent a block scalar needs to leave the blank lines and comments alone; ``is_end``:
    nothing but those follows to the end of the file.
    """

    depth: int = 0
    is_end: bool = False


def line_start(document: Document, position: int) -> int:
    """Where the line of ``position`` begins."""
    starts = document.line_starts
    return starts[bisect_right(starts, position) - 1]


def next_line(document: Document, position: int) -> int:
    """Where the line after that of ``position`` begins; the end of the text where there is none."""
    starts = document.line_starts
    index = bisect_right(starts, position)
    return starts[index] if index < len(starts) else len(document.text)


def line_end(document: Document, position: int) -> int:
    """Where the line of ``position`` ends: at its break, or at the end of the text."""
    found = LINE_BREAK.search(document.text, position)
    return found.start() if found else len(document.text)


def newline_near(document: Document, position: int) -> str:
    """The line break to write at ``position``: that of the line before it, else that of the first line."""
    starts = document.line_starts
    index = bisect_right(starts, position) - 1 or 1
    if index == len(starts):
        return "\n"
    before = document.text[max(0, starts[index] - 2) : starts[index]]
    return "\r\n" if before == "\r\n" else "\r" if before.endswith("\r") else "\n"


def content_end(document: Document, node: Node) -> int:
    """Where the last character of a node that means something ends: before blank lines and comments."""
    last = _last(node)
    if not _is_block_scalar(last) or takes_blank_lines(document, last):
        return last.end
    return last.start + len(document.text[last.start : last.end].rstrip(BLANKS))


def takes_blank_lines(document: Document, node: Node) -> bool:
    """Whether a blank line written behind a node would become part of its last text, as behind ``|+``."""
    last = _last(node)
    if not _is_block_scalar(last):
        return False
    blank_end = last.value[len(last.value.rstrip(BLANKS)) :]
    return blank_end not in ("", "\n") or "+" in block_header(document, last).group()


def _last(node: Node) -> Node:
    while isinstance(node, Mapping | Sequence) and not node.flow:
        node = node.pairs[-1][-1] if isinstance(node, Mapping) else node.items[-1]
    return node


def _is_block_scalar(node: Node) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and node.style in ("|", ">")


def lines_after(document: Document, node: Node) -> int:
    """Where the line after the last one of a node begins: other lines can be inserted there."""
    end = content_end(document, node)
    return end if line_start(document, end) == end else next_line(document, end)


def block_header(document: Document, node: Scalar) -> re.Match[str]:
    """The ``|`` or ``>-`` of a block scalar, which an anchor and a tag may precede."""
    position = past_properties(document, node)
    found = _BLOCK_HEADER.match(document.text, position)
    if found is None:
        raise document.refusal(position, "a block scalar without a header", "write it in another style")
    return found


def past_properties(document: Document, node: Node) -> int:
    """Where a node's own text begins, behind its anchor and its tag."""
    position = node.start
    while found := _PROPERTY.match(document.text, position, node.end):
        position = found.end()
    return position


def past_own_comments(document: Document, position: int, column: int) -> int:
    """From the line at ``position`` on, past the comments that stand at ``column`` or deeper.

    Those belong to what stands above them; comments further left belong to what follows.
    """
    end = position
    while position < len(document.text):
        line = document.text[position : line_end(document, position)]
        words = line.lstrip(" \t")
        if words and (not words.startswith("#") or len(line) - len(words) < column):
            break
        position = next_line(document, position)
        end = position if words else end
    return end


def before_own_comments(document: Document, position: int) -> int:
    """From the line at ``position`` up, over the comment lines right above it."""
    while position > 0:
        above = line_start(document, position - 1)
        if not document.text[above:position].lstrip(" \t").startswith("#"):
            break
        position = above
    return position


def has_blank_line(document: Document, start: int, end: int) -> bool:
    """Whether a blank line stands between two places."""
    return any(not line.strip() for line in document.text[start:end].splitlines())


def below(document: Document, position: int) -> Below:
    """What follows the beginning of a line."""
    depth = 0
    while position < len(document.text):
        line = document.text[position : line_end(document, position)]
        words = line.lstrip(" ")
        if words.strip() and not words.startswith("#"):
            return Below(depth, False)
        depth = max(depth, TOO_DEEP if words.startswith("\t") else len(line) - len(words) + bool(words))
        position = next_line(document, position)
    return Below(depth, True)
