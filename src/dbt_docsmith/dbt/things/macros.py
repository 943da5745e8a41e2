"""What a macro's own text says: its arguments with their defaults, and which macro it stands in for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from dbt_docsmith.types import ColumnLineage, ColumnRef, Node, NodeLineage

_OPENINGS = frozenset({"macro", "test", "data_test"})
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_SPACE = frozenset({"whitespace", "block_begin", "block_end"})

Token = tuple[str, str]


class Argument(Struct, frozen=True):
    """An argument of a macro. ``default`` is as the macro has it, None where one must be given."""

    name: str
    default: str | None = None


@lru_cache(maxsize=4096)
def arguments(macro_sql: str) -> tuple[Argument, ...]:
    """The arguments of a macro or generic test, in its order; none where its opening cannot be read."""
    from jinja2 import Environment, TemplateSyntaxError

    try:
        opening = list(_opening(Environment().lex(macro_sql)))
    except TemplateSyntaxError:
        return ()
    if not opening or opening[0][1] not in _OPENINGS:
        return ()
    return tuple(_argument(each) for each in _parted(opening[3:-1]) if each)


def argument_lineage(macro: Node, nodes: Mapping[str, Node]) -> NodeLineage:
    """The arguments of a macro as if they were columns: one that only implements another takes that one's.

    Not one that can be left out there and not here: its text may say what that means.
    """
    above = dispatcher(macro, nodes)
    known = {each.name: each for each in arguments(above.raw_code)} if above else {}
    columns = {
        each.name.lower(): _lineage(each.name, above if each.name in known else None, each == known.get(each.name))
        for each in arguments(macro.raw_code)
    }
    return NodeLineage(columns=columns, complete=bool(columns))


def dispatcher(macro: Node, nodes: Mapping[str, Node]) -> Node | None:
    """The macro that ``default__cents`` implements: ``cents``, if that calls it."""
    _, parted, name = macro.name.partition("__")
    above = nodes.get(f"macro.{macro.package_name}.{name}") if parted else None
    return above if above and "dispatch" in above.raw_code else None


def implementations(macro: Node, nodes: Mapping[str, Node]) -> list[Node]:
    """The macros among those it calls that implement this one, the default first."""
    called = (nodes[unique_id] for unique_id in macro.macros if unique_id in nodes)
    found = [each for each in called if dispatcher(each, nodes) is macro]
    return sorted(found, key=lambda each: (not each.name.startswith("default__"), each.name))


def _lineage(name: str, above: Node | None, same: bool) -> ColumnLineage:
    if above is None:
        return ColumnLineage(name=name, kind="unknown")
    origins = (ColumnRef(above.unique_id, name),)
    return ColumnLineage(name=name, kind="passed", origins=origins, inheritable=same)


def _opening(tokens: Iterator[tuple[int, str, str]]) -> Iterator[Token]:
    """The tokens between the first ``{%`` and its ``%}``."""
    for _line, kind, value in tokens:
        if kind == "block_end":
            return
        if kind not in _SPACE:
            yield kind, value


def _parted(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between two brackets, parted at the commas that stand in none."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += _DEPTH.get(token[1], 0) if token[0] == "operator" else 0
        if token == ("operator", ",") and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _argument(tokens: Sequence[Token]) -> Argument:
    default = "".join(value if value != "," else ", " for _kind, value in tokens[2:])
    return Argument(tokens[0][1], default if len(tokens) > 2 else None)
