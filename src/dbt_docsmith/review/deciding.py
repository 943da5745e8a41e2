"""A decision put into the text of a proposals file; everything else in it, comments too, stays as it is. Pure."""

from __future__ import annotations

import yaml
from msgspec.structs import replace

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.review.proposals import Decision, Item
from dbt_docsmith.review.reading import compose, read_proposals
from dbt_docsmith.review.rendering import render_text


class Sheet:
    """A file of proposals cut into its entries: each can be decided without reading the others again."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._bom = content.startswith(b"\xef\xbb\xbf")
        read = read_proposals(name, content)
        self.items = list(read.proposals.proposals)
        text = content.decode("utf-8-sig")
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._head, self._entries, self._tail = _cut(name, text)

    @property
    def content(self) -> bytes:
        """The file as it stands now."""
        text = "".join([self._head, *self._entries, self._tail])
        return b"\xef\xbb\xbf" * self._bom + text.encode("utf-8")

    def state(self, position: int) -> tuple[Item, str]:
        """An entry as it is, for ``restore``."""
        return self.items[position], self._entries[position]

    def restore(self, position: int, state: tuple[Item, str]) -> None:
        """Undo what was decided of an entry."""
        self.items[position], self._entries[position] = state

    def decide(self, position: int, decision: Decision) -> None:
        """Accept or refuse an entry."""
        entry = self._entries[position]
        found = self._span(entry, "decision", value_only=True)
        if found is not None:
            start, end = found
            entry = entry[:start] + decision + entry[end:]
        else:
            start, indent = self._first_key(entry)
            entry = f"{entry[:start]}decision: {decision}{self._newline}{indent}{entry[start:]}"
        self._entries[position] = entry
        self.items[position] = replace(self.items[position], decision=decision)

    def reword(self, position: int, text: str) -> None:
        """Give an entry another text."""
        entry = self._entries[position]
        first, indent = self._first_key(entry)
        found = self._span(entry, "text")
        if found is None:
            written = render_text(text, indent).replace("\n", self._newline) + indent
            self._put(position, entry[:first] + written + entry[first:], text)
            return
        start, end = found
        behind, end = _rest_of_line(entry, end)
        comment = f"{behind}\n{indent}" if behind else ""
        written = comment + render_text(text, indent)
        self._put(position, entry[:start] + written.replace("\n", self._newline) + entry[end:], text)

    def _put(self, position: int, entry: str, text: str) -> None:
        self._entries[position] = entry
        self.items[position] = replace(self.items[position], text=text)

    def _first_key(self, entry: str) -> tuple[int, str]:
        key, _value = self._mapping(entry).value[0]
        return key.start_mark.index, " " * key.start_mark.column

    def _span(self, entry: str, name: str, *, value_only: bool = False) -> tuple[int, int] | None:
        for key, value in self._mapping(entry).value:
            if key.value == name:
                return (value if value_only else key).start_mark.index, value.end_mark.index
        return None

    def _mapping(self, entry: str) -> yaml.MappingNode:
        node = compose(self._name, entry)
        if isinstance(node, yaml.SequenceNode) and isinstance(node.value[0], yaml.MappingNode):
            return node.value[0]
        raise _not_ours(self._name)


def _cut(name: str, text: str) -> tuple[str, list[str], str]:
    """What stands before the entries, the entries with what follows each, and what stands after them all."""
    root = compose(name, text)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    entries = next((value for key, value in pairs if key.value == "proposals"), None)
    if not isinstance(entries, yaml.SequenceNode) or not entries.value:
        return text, [], ""
    if entries.flow_style or any(item.flow_style for item in entries.value):
        raise _not_ours(name)
    starts = [_line_start(text, item.start_mark.index) for item in entries.value]
    end = len(text) if pairs[-1][1] is entries else _line_start(text, entries.end_mark.index)
    pieces = [text[at:to] for at, to in zip(starts, [*starts[1:], end], strict=True)]
    return text[: starts[0]], pieces, text[end:]


def _rest_of_line(entry: str, end: int) -> tuple[str, int]:
    """A comment behind a value, and where the next line begins."""
    if entry[:end].endswith("\n"):
        return "", end
    stop = entry.find("\n", end)
    return (entry[end:].strip(), len(entry)) if stop < 0 else (entry[end:stop].strip(), stop + 1)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _not_ours(name: str) -> ProposalsError:
    return ProposalsError(
        f"{name}: is not laid out as --save-proposals lays it out, an entry a `- `; only `apply` can read it"
    )
