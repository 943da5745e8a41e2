"""What people wrote as comments beside an entry of a properties file, or right above it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_docsmith.properties.compose import Document, Mapping, Scalar, Sequence
from dbt_docsmith.properties.lines import line_end, line_start

_BESIDE = re.compile(r"[ \t]+#(.*)")
_KEYS = "name|description|columns|data_tests|tests|data_type|meta|tags|config|quote|constraints|version"
_NO_WORDS = re.compile(rf"-\s|\W*$|(?:{_KEYS})\s*:|\s*(?:yaml-language-server|noqa|yamllint)\b", re.IGNORECASE)


def note_of(document: Document, item: Mapping) -> str:
    """The comments above an item of a list and beside its own keys, as one line; "" where there are none.

    What is commented out, rulers, and words to other programs are no notes.
    """
    if "#" not in document.text or item.flow:
        return ""
    said = (line.strip() for line in (*_above(document, item), *_beside(document, item)))
    return " ".join(line for line in said if line and not _NO_WORDS.match(line))


def _above(document: Document, item: Mapping) -> list[str]:
    """The lines of comments that end right above the item, indented no deeper than its dash."""
    begin = line_start(document, item.start)
    indent = item.start - begin
    found: list[str] = []
    while begin > 0:
        above = line_start(document, begin - 1)
        line = document.text[above:begin]
        stripped = line.lstrip(" \t")
        if not stripped.startswith("#") or len(line) - len(stripped) >= indent:
            break
        found.insert(0, stripped.lstrip("#"))
        begin = above
    return found


def _beside(document: Document, item: Mapping) -> Iterator[str]:
    for _, value in item.pairs:
        if isinstance(value, Scalar) and value.style in ("|", ">"):
            continue
        if isinstance(value, Mapping | Sequence) and not value.flow:
            continue
        rest = document.text[value.end : line_end(document, value.end)]
        if found := _BESIDE.match(rest):
            yield found[1]
