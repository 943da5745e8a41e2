"""A text for an entry, a column or a version -> the splices that make it its description. Pure."""

from __future__ import annotations

from dbt_docsmith.properties.compose import Alias, Document, Mapping, Node, Scalar, Sequence, resolved
from dbt_docsmith.properties.edits import Splice, insert_lines
from dbt_docsmith.properties.lines import (
    BLANKS,
    below,
    block_header,
    content_end,
    line_end,
    line_start,
    lines_after,
    next_line,
    past_properties,
)
from dbt_docsmith.properties.locate import Found, Item, child, is_merge, is_null, is_text, lookup
from dbt_docsmith.properties.read import is_placeholder
from dbt_docsmith.properties.render import Rendered, double_quoted
from dbt_docsmith.properties.style import Style

DESCRIPTION = "description"


def is_open(found: Found, *, replace: bool) -> bool:
    """Whether what stands there may be written over: blank, a placeholder, or ``replace`` allows it.

    A reference to a doc block is never written over.
    """
    value = resolved(found.value)
    if is_null(value) or not isinstance(value, Scalar):
        return True
    if not value.value.strip() or is_placeholder(value.value):
        return True
    return replace and "doc(" not in value.value


class Describer:
    """Writes descriptions into one document, in its own style."""

    def __init__(self, document: Document, style: Style) -> None:
        self._document = document
        self._style = style

    def describe(self, item: Item, text: str) -> list[Splice]:
        """The splices that give an item this description, in place of one that may be written over.

        Raises WriteError where the item has a shape that cannot be edited.
        """
        alias = used_alias(item)
        if alias is not None:
            return self._beside_alias(alias, text, flow=is_flow(item.chain[-3]))
        found = child(item, DESCRIPTION)
        if found is None or found.key is None:
            return self._insert(item.mapping, text)
        if isinstance(found.value, Alias):
            return self._put(found.key, (found.value.start, found.value.end), text, item.mapping.flow)
        return self._fill(found.key, found.value, text, item.mapping.flow)

    def _insert(self, mapping: Mapping, text: str) -> list[Splice]:
        key, value = _opening_pair(mapping)
        written = like_key(key, DESCRIPTION)
        if mapping.flow:
            end = content_end(self._document, value)
            added = Splice(end, end, f", {written}: {self._flow(key, text)}")
            return [added] if self._has_braces(mapping) else _in_braces(mapping, added)
        column = block_column(self._document, mapping)
        return [self._line(lines_after(self._document, value), column, written, text)]

    def _beside_alias(self, alias: Alias, text: str, *, flow: bool) -> list[Splice]:
        """``- *id`` becomes ``- <<: *id`` with a description of its own below."""
        if flow:
            written = f", {DESCRIPTION}: {self._style.inline(text, flow=True)}}}"
            return [Splice(alias.start, alias.start, "{<<: "), Splice(alias.end, alias.end, written)]
        line = self._line(next_line(self._document, alias.end), alias.column, DESCRIPTION, text)
        return [Splice(alias.start, alias.start, "<<: "), line]

    def _has_braces(self, mapping: Mapping) -> bool:
        """Whether a flow mapping has braces; a single pair between brackets needs none."""
        return mapping.end > mapping.start and self._document.text[mapping.end - 1] == "}"

    def _flow(self, key: Node, text: str) -> str:
        """A text between braces: in double quotes beside a key in double quotes, as JSON has it."""
        return double_quoted(text) if key_quote(key) == '"' else self._style.inline(text, flow=True)

    def _line(self, position: int, column: int, key: str, text: str) -> Splice:
        rendered = self._style.render(text, column, below(self._document, position))
        lines = (" " * column + f"{key}: {rendered.head}", *rendered.body)
        return insert_lines(self._document, position, lines, column)

    def _fill(self, key: Node, value: Node, text: str, flow: bool) -> list[Splice]:
        if not isinstance(value, Scalar) or not is_text(value):
            raise self._document.refusal(
                value.start, "a description that is no text", "write a text there, or nothing"
            )
        if value.style in ("|", ">"):
            return self._fill_block(key, value, text)
        if not value.style and is_null(value) and not value.value:
            return self._put(key, (value.end, value.end), text, flow)
        start = past_properties(self._document, value)
        return self._put(key, (start, value.end), text, flow)

    def _put(self, key: Node, span: tuple[int, int], text: str, flow: bool) -> list[Splice]:
        """The text in place of ``span``, which is within the line of the key or begins behind it."""
        before, after = self._gap(key, span, flow)
        if flow:
            return [Splice(*span, before + self._flow(key, text) + after)]
        rest = self._document.text[span[1] : line_end(self._document, span[1])]
        rendered = self._style.render(text, key.column, below(self._document, next_line(self._document, span[1])))
        if rest.strip() and rendered.body and rendered.head[0] not in "|>":
            rendered = Rendered(self._style.inline(text))
        start, end = span
        if start == end and rest and not rest.strip():
            start, end, before = start + 1, end + 1, ""
        return [Splice(start, end, before + rendered.head + after), *self._below(end, rendered, key.column)]

    def _fill_block(self, key: Node, value: Scalar, text: str) -> list[Splice]:
        """The text in place of a block scalar; a comment behind its header stays."""
        header = block_header(self._document, value)
        start = next_line(self._document, header.end())
        end = value.end if not value.value.strip() else lines_after(self._document, value)
        old = self._document.text[start:end]
        rendered = self._style.render(text, key.column, below(self._document, max(start, end)))
        comment = self._document.text[header.end() : line_end(self._document, header.end())].strip()
        if comment and rendered.body and rendered.head[0] not in "|>":
            rendered = Rendered(self._style.inline(text))
        splices = [Splice(*header.span(), rendered.head), *self._below(header.end(), rendered, key.column)]
        return [*splices, Splice(start, end, "", -1)] if old.strip("\r\n") else splices

    def _gap(self, key: Node, span: tuple[int, int], flow: bool) -> tuple[str, str]:
        """What must stand before and behind a value so that it is one."""
        text = self._document.text
        colon = ":" in text[key.end : span[0]]
        before = "" if text[span[0] - 1] in BLANKS else " "
        after = text[span[1] : span[1] + 1]
        return before if colon else ": ", "" if not after or after in BLANKS + (",]}" if flow else "") else " "

    def _below(self, end: int, rendered: Rendered, column: int) -> list[Splice]:
        if not rendered.body:
            return []
        return [insert_lines(self._document, next_line(self._document, end), rendered.body, column + 1)]


def _in_braces(mapping: Mapping, splice: Splice) -> list[Splice]:
    return [Splice(mapping.start, mapping.start, "{"), Splice(splice.start, splice.end, splice.text + "}")]


def used_alias(item: Item) -> Alias | None:
    """The alias that stands where the item would: ``- *id``."""
    above = item.chain[-2] if len(item.chain) > 1 else None
    return above if isinstance(above, Alias) else None


def is_flow(node: Node) -> bool:
    """Whether a collection is written between brackets or braces."""
    return isinstance(node, Mapping | Sequence) and node.flow


def like_key(key: Node, name: str) -> str:
    """A key's name in the quotes of the key beside it."""
    quote = key_quote(key)
    return quote + name + quote


def key_quote(key: Node) -> str:
    """The quotes that a key is in, "" for none."""
    return key.style if isinstance(key, Scalar) and key.style in ("'", '"') else ""


def block_column(document: Document, mapping: Mapping) -> int:
    """The column of a block mapping's keys. Raises WriteError where they are written with ``?``."""
    first = mapping.pairs[0][0]
    if document.text[line_start(document, first.start) : first.start].rstrip().endswith("?"):
        raise document.refusal(first.start, "keys written with ?", "write them as `key: value`")
    return first.column


def _opening_pair(mapping: Mapping) -> tuple[Node, Node]:
    """The pair behind which a description belongs: the name, else the version, else what is merged in."""
    for name in ("name", "v"):
        found = lookup(mapping, name)
        if found is not None and found.key is not None:
            return found.key, found.value
    return next((pair for pair in mapping.pairs if is_merge(pair[0])), mapping.pairs[-1])
