"""Evidence in short: the few lines that a person needs beside a text. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_docsmith.one_line import one_line
from dbt_docsmith.prompting.facts import say_test
from dbt_docsmith.types import ColumnEvidence, Evidence, OriginFact

_MOST_CHARS = 160
_MOST_LINES = 6


def column_lines(column: ColumnEvidence) -> Iterator[str]:
    """How a column is made, where it is from, and what its tests say."""
    return _short(_column(column))


def node_lines(evidence: Evidence) -> Iterator[str]:
    """What identifies a node's rows, what its tests say, whom it reads and who reads it."""
    return _short(_node(evidence))


def is_thin_node(evidence: Evidence) -> bool:
    """Whether there is nothing but a name and columns to tell a node by."""
    return not (evidence.sql or evidence.tests or evidence.parents or evidence.grain)


def _column(column: ColumnEvidence) -> Iterator[str]:
    if column.expression and column.kind not in ("passed", "renamed"):
        yield f"{'expression' if column.kind == 'unknown' else column.kind}: {column.expression}"
    yield from (f"from {_origin(origin)}" for origin in column.origins)
    yield from (say_test(test) for test in column.tests)
    yield from (f"constraint: {constraint}" for constraint in column.constraints)
    if column.comment:
        yield f"comment: {column.comment}"


def _node(evidence: Evidence) -> Iterator[str]:
    if evidence.grain:
        yield "one row per " + "; or per ".join(evidence.grain)
    yield from (say_test(test) for test in evidence.tests)
    if evidence.parents:
        yield "built from " + ", ".join(parent.relation for parent in evidence.parents)
    if evidence.children:
        yield "read by " + ", ".join(child.relation for child in evidence.children)


def _origin(origin: OriginFact) -> str:
    return f"{origin.column} of {origin.relation}" + (f": {origin.description}" if origin.description else "")


def _short(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(map(one_line, lines)):
        if number == _MOST_LINES:
            return
        yield line if len(line) <= _MOST_CHARS else f"{line[: _MOST_CHARS - 1].rstrip()}…"
