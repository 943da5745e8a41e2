"""What GitHub makes of a suggestion: where it may stand, and what a click does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any


def hunks(patch: str) -> list[range]:
    """The lines of the new file that a pull request shows."""
    found = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", patch, re.MULTILINE)
    return [range(int(first), int(first) + int(count or 1)) for first, count in found]


def on_one_hunk(comment: Mapping[str, Any], shown: Sequence[range]) -> bool:
    """Whether all its lines are shown together."""
    first, last = comment.get("start_line", comment["line"]), comment["line"]
    multi = "start_line" not in comment or (comment["start_side"] == "RIGHT" and first < last)
    return comment["side"] == "RIGHT" and multi and any(first in hunk and last in hunk for hunk in shown)


def accepted(text: str, comments: Sequence[Mapping[str, Any]]) -> str:
    """A file after every suggestion was clicked."""
    lines = text.split("\n")
    for comment in sorted(comments, key=lambda each: int(each["line"]), reverse=True):
        fence, new = re.fullmatch(r"(`{3,})suggestion\n(.*)\n\1", comment["body"], re.DOTALL).groups()  # type: ignore[union-attr]
        assert fence not in new
        lines[comment.get("start_line", comment["line"]) - 1 : comment["line"]] = new.split("\n")
    return "\n".join(lines)
