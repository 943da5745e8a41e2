"""Proposals -> the YAML that a person reads and edits. Pure; the same data gives the same bytes.

libyaml writes it: 5,000 proposals take a fraction of a second, and the same library reads them back.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

from dbt_docsmith.review.proposals import Item, Place, sealed

_HEADER = """\
# Texts that dbt-docsmith proposes, those that most deserve a look first. Nothing is written before
# `dbt-docsmith apply` has read this file: all of it, but for what is refused here.
# Edit a text to change it. Refuse it by deleting its entry or its text; refuse one of its places by deleting that
# line. `dbt-docsmith review` goes through it beside the evidence and keeps each decision here.
"""
_WIDTH = 100
_SHORT = 80
_ONE_LINE = sys.maxsize >> 33
_FOLDS = re.compile(r"[^\s#>|%@`'\"&*!?:\[\]{},-]\S*(?: \S+)*")


def render_proposals(project: str, items: Sequence[Item]) -> str:
    """The whole file."""
    made = sealed(project, tuple(items))
    head = _dump(msgspec.to_builtins(replace(made, proposals=())), _WIDTH)
    if not items:
        return f"{_HEADER}{head}proposals: []\n"
    return f"{_HEADER}{head}proposals:\n{''.join(_chunks(items))}"


def render_text(text: str, indent: str) -> str:
    """A ``text:`` for an entry that is indented so, with its line's end."""
    lines = _dump({"text": _Text(text)}, _WIDTH).splitlines()
    return "\n".join([lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]) + "\n"


def _chunks(items: Sequence[Item]) -> Iterator[str]:
    """The entries, each with its places a line each, so that a line can be deleted."""
    entries = _entries(_dump([_entry(item) for item in items], _WIDTH))
    lines = iter(_dump([_Line(_plain(place)) for item in items for place in item.places], _ONE_LINE).split("\n"))
    for item, entry in zip(items, entries, strict=True):
        yield f"{entry}  places:\n" if item.places else entry
        yield from (f"  {next(lines)}\n" for _ in item.places)


def _entries(dumped: str) -> Iterator[str]:
    """The items of a dumped list: each begins with ``- `` at the margin."""
    starts = [found.start() for found in re.finditer(r"^- ", dumped, re.MULTILINE)]
    for start, end in zip(starts, [*starts[1:], len(dumped)], strict=True):
        yield dumped[start:end]


def _entry(item: Item) -> Mapping[str, Any]:
    plain = {"risk": item.risk, **_plain(replace(item, places=()))}
    return plain | {"text": _Text(item.text)} if item.text is not None else plain


def _plain(value: Item | Place) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


class _Text(str):
    """A description."""


class _Line(dict[str, Any]):
    """A mapping on one line."""


_Base: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]  # PyYAML tells only when it is imported which of the two there is
    """Writes texts in the style in which they are read best."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: _Text) -> yaml.ScalarNode:
    return _scalar(dumper, str(text), _style(str(text)))


def _represent_line(dumper: _Dumper, line: _Line) -> yaml.MappingNode:
    node: yaml.MappingNode = dumper.represent_mapping("tag:yaml.org,2002:map", line.items(), flow_style=True)
    for _key, value in node.value:
        if "\n" in value.value:
            value.style = '"'
    return node


def _scalar(dumper: _Dumper, text: str, style: str | None) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Dumper.add_representer(_Text, _represent_text)
_Dumper.add_representer(_Line, _represent_line)


def _style(text: str) -> str | None:
    """Folded where words are all there is to it; as it stands where it has lines of its own."""
    lines = text.split("\n")
    if len(lines) == 1:
        return ">" if len(text) > _SHORT and _FOLDS.fullmatch(text) else None
    is_plain = all(line == line.strip() and line.isprintable() for line in lines) and lines[0] and lines[-1]
    return "|" if is_plain else '"'


def _dump(value: object, width: int) -> str:
    options: Mapping[str, Any] = {"sort_keys": False, "allow_unicode": True, "default_flow_style": False}
    written: str = yaml.dump(value, Dumper=_Dumper, width=width, **options)
    return written
