"""Words that people or models wrote, as Markdown shows them: a comment on a pull request is no page of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dbt_docsmith.one_line import one_line

_MARKS = re.compile(r"([\\`*\[\]<>|~#!_&])")
_NAMES = re.compile(r"(`[^`]+`)")


def words(text: str) -> str:
    """One line that reads as it is written: names in code letters, and besides them no markup, no cell's end, no
    HTML, and nobody is mentioned."""
    pieces = _NAMES.split(one_line(text))
    return "".join(code(each[1:-1]) if position % 2 else _plain(each) for position, each in enumerate(pieces))


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text).replace("@", "&#64;")


def code(name: str) -> str:
    """A name in code letters, also in a cell of a table."""
    return f"`{one_line(name).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of cells that are Markdown already."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines that open at a click."""
    yield from ("", f"<details><summary>{title}</summary>", "", *lines, "", "</details>")
