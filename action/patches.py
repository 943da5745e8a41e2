"""Unified diffs, as far as a suggestion needs them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_FILE = re.compile(r"^\+\+\+ b/(.*?)\t?$")
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Change(NamedTuple):
    """Lines ``first`` to ``last`` of a file, counted from 1, become ``lines``.

    An insertion has ``last`` before ``first``: it stands after line ``last``.
    """

    path: str
    first: int
    last: int
    lines: tuple[str, ...]


def changes(diff: str) -> Iterator[Change]:
    """Every change of a diff without context lines (``--unified=0``)."""
    path, hunk, added = "", None, list[str]()
    for line in (*diff.split("\n"), "@@ end"):
        if hunk and line.startswith(("@@ ", "diff ", "--- ")):
            yield _change(path, hunk, added)
            hunk, added = None, []
        if hunk and line.startswith("+"):
            added.append(line[1:])
        elif found := _FILE.match(line):
            path = found[1]
        elif begun := _HUNK.match(line):
            hunk = begun


def _change(path: str, hunk: re.Match[str], added: list[str]) -> Change:
    first, count = int(hunk[1]), int(hunk[2] or 1)
    if not count:
        return Change(path, first + 1, first, tuple(added))
    return Change(path, first, first + count - 1, tuple(added))


def shown_lines(patch: str) -> Iterator[range]:
    """The lines of the new file that each part of a pull request's diff shows: there it can be commented on."""
    for line in patch.split("\n"):
        if found := _HUNK.match(line):
            first = int(found[3])
            yield range(first, first + int(found[4] or 1))
