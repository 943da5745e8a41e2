"""A proposals file as it is on disk -> Proposals, and what is wrong with it, by line. Pure.

Every value is a text as it is written: ``text: yes``, ``column: 1`` and ``text: 2026-11-21`` say just that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec
import yaml
from msgspec import Struct

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.review.proposals import VERSION, Decision, Item, Place, Proposals
from dbt_docsmith.types import Origin

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_LISTS: Mapping[str, type[Struct] | None] = {"proposals": Item, "places": Place, "evidence": None}
_CHOICES = {"decision": get_args(Decision), "origin": get_args(Origin), "jinja": ("kept", "escaped")}


class Read(Struct, frozen=True, kw_only=True):
    """A file that was read; ``lines`` are those in which its entries begin, from 1."""

    name: str
    proposals: Proposals
    lines: tuple[int, ...]


def read_proposals(name: str, content: bytes) -> Read:
    """What a file says. Raises ProposalsError in one line with the file's name and the number of the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProposalsError(f"{name}:{line}: is not UTF-8 text; save it as UTF-8") from error
    if text.lstrip().startswith("{"):
        return _read_json(name, text)
    root = compose(name, text)
    plain = _Plain(name).mapping(root, Proposals, "") if root is not None else {}
    entries = next((value for key, value in root.value if key.value == "proposals"), None) if root else None
    lines = tuple(_line(each) for each in entries.value) if isinstance(entries, yaml.SequenceNode) else ()
    return _converted(name, plain, lines)


def compose(name: str, text: str) -> yaml.Node | None:
    """The nodes of a YAML text with their positions. Raises ProposalsError."""
    try:
        return yaml.compose(text, Loader=LOADER)
    except RecursionError as error:
        raise ProposalsError(f"{name}: is not YAML: it is nested too deep") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
        where = f":{mark.line + 1}" if mark else ""
        raise ProposalsError(f"{name}{where}: is not YAML: {problem}; mend that line") from error


def _read_json(name: str, text: str) -> Read:
    try:
        plain = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ProposalsError(f"{name}:{line}: is not JSON: {getattr(error, 'msg', error)}") from error
    entries = plain.get("proposals")
    return _converted(name, plain, (1,) * len(entries) if isinstance(entries, list) else ())


def _converted(name: str, plain: Mapping[str, Any], lines: Sequence[int]) -> Read:
    if "version" not in plain or "project" not in plain:
        raise ProposalsError(
            f"{name}:1: is no file of proposals: it has no version or no project; "
            "`dbt-docsmith document --save-proposals` makes one"
        )
    if str(plain["version"]) != str(VERSION):
        raise ProposalsError(f"{name}:1: is of version {plain['version']}, and this program reads {VERSION}")
    try:
        proposals = msgspec.convert({**plain, "version": VERSION}, Proposals)
    except msgspec.ValidationError as error:
        raise ProposalsError(f"{name}: {str(error).replace('`', '')}; undo that change") from error
    return Read(name=name, proposals=proposals, lines=tuple(lines))


class _Plain:
    """YAML nodes as plain data, each value a text; refuses what a file of proposals cannot have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def mapping(self, node: yaml.Node, kind: type[Struct], what: str) -> dict[str, Any]:
        """A mapping with the keys of ``kind``; a key with nothing behind it is not there."""
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, f"{what or 'the file'} must be a mapping of {', '.join(_keys(kind))}")
        lines: dict[str, int] = {}
        plain = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, kind, lines)
            value = self._value(value_node, key)
            if value is not None:
                plain[key] = value
        return plain

    def _key(self, node: yaml.Node, kind: type[Struct], lines: dict[str, int]) -> str:
        key = str(node.value) if isinstance(node, yaml.ScalarNode) else "?"
        if key not in _keys(kind):
            hint = did_you_mean(key, _keys(kind))
            raise self._error(node, f"unknown key '{key}'{hint}; there are: {', '.join(_keys(kind))}")
        if key in lines:
            whole = "to refuse an entry, delete it from its `- ` on"
            raise self._error(node, f"'{key}' is there already, in line {lines[key]}; {whole}")
        lines[key] = _line(node)
        return key

    def _value(self, node: yaml.Node, key: str) -> Any:
        if key in _LISTS:
            return list(self._items(node, key, _LISTS[key]))
        value = self._text(node, key)
        if value is not None and key in _CHOICES and value not in _CHOICES[key]:
            known = ", ".join(_CHOICES[key])
            raise self._error(
                node, f"'{value}' is no {key}{did_you_mean(value, _CHOICES[key])}; there are: {known}"
            )
        return value

    def _items(self, node: yaml.Node, key: str, kind: type[Struct] | None) -> Iterator[Any]:
        if isinstance(node, yaml.ScalarNode) and self._text(node, key) is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, f"{key} must be a list")
        for item in node.value:
            yield self.mapping(item, kind, "an item of " + key) if kind else self._text(item, key) or ""

    def _text(self, node: yaml.Node, key: str) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, f"{key} must be a text; quote it where it begins with [ or {{")
        value = str(node.value)
        return None if not node.style and value in _NOTHING else value

    def _error(self, node: yaml.Node, message: str) -> ProposalsError:
        return ProposalsError(f"{self._name}:{_line(node)}: {message}")


def _keys(kind: type[Struct]) -> tuple[str, ...]:
    return kind.__struct_encode_fields__


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1
