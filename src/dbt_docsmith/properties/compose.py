"""YAML text -> a tree of nodes that know where they stand in the text.

PyYAML's C parser reads it, as dbt does: YAML 1.1, and of duplicate keys the last counts. Its marks count code
points, except for a byte order mark, which it swallows without counting. Aliases stay nodes of their own,
because an edit must not reach through them unseen.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property
from typing import Any, NoReturn

import yaml
from msgspec import Struct

from dbt_docsmith.errors import WriteError

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BOM = "\ufeff"
_TAGS = {"!", *LOADER.yaml_constructors}
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Scalar(Struct, frozen=True, gc=False):
    """A scalar. ``style`` is ``""`` (plain), ``'``, ``"``, ``|`` or ``>``; ``value`` is not resolved to a type."""

    start: int
    end: int
    column: int
    anchor: str | None
    tag: str | None
    value: str
    style: str


class Sequence(Struct, frozen=True, gc=False):
    """A sequence. In block style ``end`` lies behind trailing blank lines and comments."""

    start: int
    end: int
    column: int
    anchor: str | None
    tag: str | None
    items: tuple[Node, ...]
    flow: bool


class Mapping(Struct, frozen=True, gc=False):
    """A mapping, duplicate keys and merge keys as written."""

    start: int
    end: int
    column: int
    anchor: str | None
    tag: str | None
    pairs: tuple[tuple[Node, Node], ...]
    flow: bool


class Alias(Struct, frozen=True, gc=False):
    """``*name``: another node, used here again."""

    start: int
    end: int
    column: int
    target: Scalar | Sequence | Mapping


Node = Scalar | Sequence | Mapping | Alias


class Document:
    """A composed file: its text, its root node, where its content ends (``...`` or the file's end).

    ``shares``: it has an alias, so a node can stand in several places. ``quotes``: those its scalars are in.
    """

    def __init__(
        self, file: str, text: str, root: Node | None, end: int, *, shares: bool, quotes: tuple[str, ...]
    ) -> None:
        self.file = file
        self.text = text
        self.root = root
        self.end = end
        self.shares = shares
        self.quotes = quotes

    def line(self, position: int) -> int:
        """The line of a position as an editor counts it, from 1."""
        return bisect_left(self._newlines, position) + 1

    @cached_property
    def _newlines(self) -> list[int]:
        found = []
        at = self.text.find("\n")
        while at >= 0:
            found.append(at)
            at = self.text.find("\n", at + 1)
        return found

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line begins, as libyaml breaks lines: at U+0085, U+2028 and U+2029, too."""
        return [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]

    def refusal(self, position: int, what: str, cure: str) -> WriteError:
        """A WriteError that names file and line."""
        return WriteError(f"{self.file}:{self.line(position)}: {what}; {cure}")


def children(node: Node) -> list[Node]:
    """The nodes right below one."""
    if isinstance(node, Mapping):
        return [part for pair in node.pairs for part in pair]
    return list(node.items) if isinstance(node, Sequence) else []


def resolved(node: Node) -> Scalar | Sequence | Mapping:
    """What an alias stands for; any other node is itself."""
    return node.target if isinstance(node, Alias) else node


def compose(file: str, text: str) -> Document:
    """The tree of a file's text. ``root`` is None where the file holds nothing.

    Raises WriteError, with file and line, where dbt could not read it either.
    """
    body = text.lstrip()
    lead = len(text) - len(body)
    if body.startswith(BOM):
        body, lead = body[1:], lead + 1
    try:
        composer = _Composer(body, lead)
        root, end = composer.document()
    except (yaml.YAMLError, RecursionError) as error:
        raise unreadable(file, text, lead, error) from error
    return Document(
        file, text, root, len(text) if end is None else end, shares=composer.shares, quotes=tuple(composer.quotes)
    )


def load(file: str, text: str) -> Any:
    """The data dbt gets out of a file's text. Raises WriteError where it would get none."""
    body = text.lstrip()
    try:
        return yaml.load(body, LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise unreadable(file, text, len(text) - len(body), error) from error


def unreadable(file: str, text: str, lead: int, error: Exception) -> WriteError:
    """The parser's complaint as one line that names file and line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line = text.count("\n", 0, lead) + mark.line + 1
    elif isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1
    else:
        line = 1
    what = getattr(error, "problem", None) or (str(error).splitlines() or [type(error).__name__])[0]
    return WriteError(f"{file}:{line}: not YAML that dbt can read ({what}); correct the file and run again")


class _Composer:
    """Builds the tree out of the parser's events."""

    def __init__(self, body: str, lead: int) -> None:
        self.shares = False
        self.quotes: list[str] = []
        self._next = LOADER(body).get_event
        self._lead = lead
        self._anchors: dict[str, Scalar | Sequence | Mapping | None] = {}

    def document(self) -> tuple[Node | None, int | None]:
        self._next()
        opening = self._next()
        if isinstance(opening, yaml.StreamEndEvent):
            return None, None
        root = self._node(self._next())
        closing = self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            _complain(after, "more than one document in the file")
        return root, closing.start_mark.index + self._lead if closing.explicit else None

    def _node(self, event: Any) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        if event.tag is not None and event.tag not in _TAGS:
            _complain(event, f"unknown tag {event.tag}")
        if event.anchor is None:
            return _BUILDERS[kind](self, event)
        if event.anchor in self._anchors:
            _complain(event, f"&{event.anchor} is there twice")
        self._anchors[event.anchor] = None
        node = _BUILDERS[kind](self, event)
        self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: Any) -> Scalar:
        start, lead = event.start_mark, self._lead
        end = event.end_mark.index + lead
        if event.style in ("'", '"'):
            self.quotes.append(event.style)
        return Scalar(
            start.index + lead, end, start.column, event.anchor, event.tag, event.value, event.style or ""
        )

    def _sequence(self, event: Any) -> Sequence:
        items = []
        while type(part := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._node(part))
        return Sequence(*self._frame(event, part), tuple(items), bool(event.flow_style))

    def _mapping(self, event: Any) -> Mapping:
        pairs = []
        while type(part := self._next()) is not yaml.MappingEndEvent:
            key = self._node(part)
            if not isinstance(resolved(key), Scalar):
                _complain(part, "a key that is no scalar; text that begins with { needs quotes")
            pairs.append((key, self._node(self._next())))
        return Mapping(*self._frame(event, part), tuple(pairs), bool(event.flow_style))

    def _frame(self, opening: Any, closing: Any) -> tuple[int, int, int, str | None, str | None]:
        start = opening.start_mark
        end = closing.end_mark.index + self._lead
        return start.index + self._lead, end, start.column, opening.anchor, opening.tag

    def _alias(self, event: Any) -> Alias:
        target = self._anchors.get(event.anchor)
        if target is None:
            known = event.anchor in self._anchors
            _complain(event, f"*{event.anchor} {'contains itself' if known else 'has no anchor'}")
        self.shares = True
        start = event.start_mark
        return Alias(start.index + self._lead, event.end_mark.index + self._lead, start.column, target)


_BUILDERS: dict[type[Any], Callable[[_Composer, Any], Scalar | Sequence | Mapping]] = {
    yaml.ScalarEvent: _Composer._scalar,
    yaml.SequenceStartEvent: _Composer._sequence,
    yaml.MappingStartEvent: _Composer._mapping,
}


def _complain(event: Any, problem: str) -> NoReturn:
    raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
