"""Changes -> suggestions that can be accepted with a click, where the pull request shows the lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from action.patches import Change

_FENCES = re.compile(r"`{3,}")


def suggestion(change: Change, before: Sequence[str], shown: Sequence[range]) -> Mapping[str, Any] | None:
    """The comment, as GitHub takes it; None where the pull request does not show the place.

    ``before`` are the file's lines without the change, ``shown`` what the pull request's diff shows of them.
    """
    first, last, lines = _on_lines(change, before)
    if not any(first in part and last in part for part in shown):
        return None
    several = {"start_line": first, "start_side": "RIGHT"} if last > first else {}
    return {"path": change.path, **several, "line": last, "side": "RIGHT", "body": _body(lines)}


def _on_lines(change: Change, before: Sequence[str]) -> tuple[int, int, tuple[str, ...]]:
    """A suggestion replaces lines: an insertion replaces the line it follows, or the first."""
    if change.last >= change.first:
        return change.first, change.last, change.lines
    if change.last == 0:
        return 1, 1, (*change.lines, *before[:1])
    return change.last, change.last, (before[change.last - 1], *change.lines)


def _body(lines: tuple[str, ...]) -> str:
    text = "\n".join(lines)
    longest = max((len(found) for found in _FENCES.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}suggestion\n{text}\n{fence}"
