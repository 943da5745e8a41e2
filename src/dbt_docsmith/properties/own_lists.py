"""A list of columns of its own for a node that borrows one through an alias or a merge key. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence as Several

from dbt_docsmith.properties.compose import Alias, Document, Mapping, Node, Scalar, Sequence, resolved
from dbt_docsmith.properties.copies import copied_lines, copied_text
from dbt_docsmith.properties.describe import DESCRIPTION, Describer, block_column
from dbt_docsmith.properties.edits import Splice, insert_lines
from dbt_docsmith.properties.fragments import Fragment, FragmentWriter, Prose
from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.lines import next_line
from dbt_docsmith.properties.lists import Addition, ListWriter
from dbt_docsmith.properties.locate import Found, Item


class OwnLists:
    """Writes such lists into one document: items that have an anchor are used again, the others are copied."""

    def __init__(self, document: Document, describer: Describer, writer: FragmentWriter, layout: Layout) -> None:
        self._document = document
        self._describer = describer
        self._writer = writer
        self._lists = ListWriter(document, writer)
        self._layout = layout

    def write(
        self, holder: Item, key: str, found: Found, texts: Table[int, str], additions: Several[Addition]
    ) -> list[Splice]:
        """The splices that give ``holder`` its own list under ``key``, in place of the one it ``found``.

        ``texts`` are the new descriptions, by the identity of the mapping that is to have them.
        """
        listed = resolved(found.value)
        if holder.mapping.flow or not isinstance(listed, Sequence):
            raise self._document.refusal(holder.mapping.start, f"{key} from elsewhere", "write them out here")
        alias = found.value if found.key is not None else None
        column = block_column(self._document, holder.mapping)
        lines = self._lines(listed, column + self._layout.column_offset, texts, additions)
        if alias is None:
            position = self._lists.new_key_position(holder.mapping, column)
            return [insert_lines(self._document, position, [" " * column + f"{key}:", *lines], column)]
        start = alias.start
        while self._document.text[start - 1] in " \t":
            start -= 1
        below = insert_lines(self._document, next_line(self._document, alias.end), lines, column + 1)
        return [Splice(start, alias.end, ""), below]

    def _lines(
        self, listed: Sequence, dash: int, texts: Table[int, str], additions: Several[Addition]
    ) -> list[str]:
        keys = dash + self._layout.gap
        parts = [(float(at), self._item(node, dash, keys, texts)) for at, node in enumerate(listed.items)]
        parts += [
            (_place(addition, len(listed.items)), self._writer.item(addition.fragment, dash, keys))
            for addition in additions
        ]
        parts.sort(key=lambda part: part[0])
        return [line for _, lines in parts for line in lines]

    def _item(self, node: Node, dash: int, keys: int, texts: Table[int, str]) -> list[str]:
        target = resolved(node)
        text, name = texts.get(id(target)), self._anchor(node)
        indent = " " * dash + "-" + " " * (keys - dash - 1)
        if name is not None and text is None:
            return [f"{indent}*{name}"]
        if name is not None:
            fragment = Fragment((("<<", f"*{name}"), (DESCRIPTION, Prose(text or ""))))
            return self._writer.item(fragment, dash, keys)
        splices = []
        if text is not None and isinstance(target, Mapping):
            splices = self._describer.describe(Item("", target, (target,)), text)
        if isinstance(target, Scalar) or target.flow:
            return [indent + copied_text(self._document, target, splices)]
        lines = copied_lines(self._document, target, keys, splices)
        return [indent + lines[0][keys:], *lines[1:]]

    def _anchor(self, node: Node) -> str | None:
        if isinstance(node, Alias):
            return self._document.text[node.start + 1 : node.end]
        return node.anchor


def _place(addition: Addition, items: int) -> float:
    if addition.after is not None:
        return addition.after + 0.5
    return addition.before - 0.5 if addition.before is not None else float(items)
