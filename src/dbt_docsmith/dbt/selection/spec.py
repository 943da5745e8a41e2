"""dbt's selection grammar: ``2+tag:daily+,path:models/marts`` -> what to look for and how to combine it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from dbt_docsmith.errors import UsageError

METHODS = tuple(
    "fqn tag group access source path file package config test_name test_type resource_type state exposure metric"
    " result source_status version semantic_model saved_query unit_test".split()
)
RESULT_METHODS = frozenset({"result", "source_status"})


class Criterion(Struct, frozen=True, kw_only=True):
    """One condition with its graph operators: ``2+config.meta.owner:finance+``.

    A depth None is unlimited. ``value`` is text on the command line and may be anything in a selector.
    """

    raw: str
    method: str
    arguments: tuple[str, ...] = ()
    value: Any
    childrens_parents: bool = False
    parents: bool = False
    parents_depth: int | None = None
    children: bool = False
    children_depth: int | None = None


class SelectionUnion(Struct, frozen=True):
    """What any of the parts selects. No parts select nothing."""

    parts: tuple[Spec, ...] = ()


class SelectionIntersection(Struct, frozen=True):
    """What all of the parts select. No parts select nothing."""

    parts: tuple[Spec, ...] = ()


class SelectionDifference(Struct, frozen=True):
    """What ``included`` selects and ``excluded`` does not."""

    included: Spec
    excluded: Spec


Spec = Criterion | SelectionUnion | SelectionIntersection | SelectionDifference

_CRITERION = re.compile(
    r"\A"
    r"(?P<childrens_parents>@)?"
    r"(?P<parents>(?P<parents_depth>\d*)\+)?"
    r"((?P<method>[\w.]+):)?(?P<value>.*?)"
    r"(?P<children>\+(?P<children_depth>\d*))?"
    r"\Z"
)


def split_union(texts: Iterable[str]) -> Iterator[str]:
    """The criteria of ``--select a b --select c``: each given as often as one likes, or parted by spaces."""
    for text in texts:
        yield from text.split(" ")


def parse_intersection(text: str) -> SelectionIntersection:
    """``a,b``: what both select. UsageError: dbt would refuse a part."""
    return SelectionIntersection(tuple(parse_criterion(part) for part in text.split(",")))


def parse_criterion(text: str) -> Criterion:
    """One criterion as it is typed. UsageError: dbt would refuse it."""
    match = _CRITERION.match(text)
    if match is None:
        raise UsageError(f"the selector {text!r} holds a line break: part criteria by spaces")
    return make_criterion(text, match.groupdict())


def make_criterion(raw: str, parts: dict[str, Any]) -> Criterion:
    """A criterion from its named parts, as a selector of selectors.yml spells them out too."""
    method, arguments = _method(raw, parts)
    criterion = Criterion(
        raw=raw,
        method=method,
        arguments=arguments,
        value=parts["value"],
        childrens_parents=bool(parts.get("childrens_parents")),
        parents=bool(parts.get("parents")),
        parents_depth=_depth(raw, parts.get("parents_depth")),
        children=bool(parts.get("children")),
        children_depth=_depth(raw, parts.get("children_depth")),
    )
    if criterion.children and criterion.childrens_parents:
        raise UsageError(f"the selector {raw!r} has both '@' and a trailing '+': '@' takes the children already")
    return criterion


def _method(raw: str, parts: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    written = parts.get("method")
    if written is None:
        return _default_method(str(parts["value"])), ()
    name, *arguments = str(written).split(".")
    if name not in METHODS:
        near = difflib.get_close_matches(name, METHODS, n=1)
        cure = f"did you mean {near[0]}:?" if near else f"the methods are {', '.join(METHODS)}"
        raise UsageError(f"{name!r} in the selector {raw!r} is no selection method: {cure}")
    if name in RESULT_METHODS:
        raise UsageError(
            f"the selector {raw!r} asks for what an earlier run came to, which is not supported: leave it out"
        )
    return name, tuple(arguments)


def _default_method(value: str) -> str:
    if os.path.sep in value or (os.path.altsep and os.path.altsep in value):
        return "path"
    return "file" if value.lower().endswith((".sql", ".py", ".csv")) else "fqn"


def _depth(raw: str, depth: Any) -> int | None:
    if not depth:  # "" and a selector's 0 mean unlimited to dbt; the text "0" means zero
        return None
    try:
        return int(depth)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the selector {raw!r} has a depth that is no number: {depth!r}") from error
