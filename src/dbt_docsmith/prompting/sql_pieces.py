"""SQL cut into strings, numbers, comments, Jinja and the code between them. Pure; the pieces join to the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct

PieceKind = Literal["code", "string", "number", "comment", "jinja"]


class Quoting(Struct, frozen=True, kw_only=True):
    """``backslashes``: ``'it\\'s'`` is one string. ``quotes_hold_text``: ``"x"`` is a string, not a name.
    ``hashes``: ``# ...`` is a comment."""

    backslashes: bool = False
    quotes_hold_text: bool = False
    hashes: bool = False


class Piece(Struct, frozen=True):
    """A part of the text as it stands there."""

    kind: PieceKind
    text: str


def pieces(sql: str, quoting: Quoting) -> Iterator[Piece]:
    """The pieces of ``sql`` in their order. A string or comment that never ends goes to the end of the text."""
    done = 0
    for found in _scanner(quoting).finditer(sql):
        kind = found.lastgroup
        if kind == "name":
            continue
        if found.start() > done:
            yield Piece("code", sql[done : found.start()])
        yield Piece(_KINDS[kind or ""], found[0])
        done = found.end()
    if done < len(sql):
        yield Piece("code", sql[done:])


_KINDS: dict[str, PieceKind] = {
    "jinja": "jinja",
    "comment": "comment",
    "string": "string",
    "number": "number",
}


@lru_cache(maxsize=8)
def _scanner(quoting: Quoting) -> re.Pattern[str]:
    inside = r"(?:[^{0}\\]|\\.|{0}{0})*" if quoting.backslashes else r"(?:[^{0}]|{0}{0})*"
    strings = [f"'{inside.format(chr(39))}(?:'|$)", r"\$\$.*?(?:\$\$|$)"]
    if quoting.quotes_hold_text:
        strings.append(f'"{inside.format(chr(34))}(?:"|$)')
    comments = [r"--[^\n]*", r"/\*.*?(?:\*/|$)", r"\{\#.*?(?:\#\}|$)", *([r"\#[^\n]*"] if quoting.hashes else [])]
    return re.compile(
        rf"(?P<jinja>\{{\{{.*?\}}\}}|\{{%.*?%\}})|(?P<comment>{'|'.join(comments)})"
        rf"|(?P<string>{'|'.join(strings)})|(?P<name>[^\W\d][\w$]*|`[^`]*`)"
        r"|(?P<number>\d+(?:\.\d+)*(?:e[+-]?\d+)?)",
        re.DOTALL | re.IGNORECASE,
    )
