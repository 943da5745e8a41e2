"""SQL cut into tokens, with its comments and its Jinja, in the words of its dialect. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from dbt_docsmith.dbt.sql.dialects import Lexis

Kind = Literal["comment", "control", "jinja", "string", "word", "number", "mark"]


class Token(NamedTuple):
    """A token as it stands there; ``gap`` is the white space before it. ``control``: a ``{% ... %}``.

    ``word`` is a name or keyword in lower case and without quotes, "" for anything else.
    """

    kind: Kind
    text: str
    gap: str
    word: str


def tokens_of(sql: str, lexis: Lexis) -> Iterator[Token]:
    """Every token of ``sql``; a string or comment that never ends goes to the end."""
    done = 0
    for found in _scanner(lexis).finditer(sql):
        text = found[0]
        word = text.strip('"`[]').lower() if found.lastgroup == "word" else ""
        kind = found.lastgroup
        yield Token(kind, text, sql[done : found.start()], word)  # type: ignore[arg-type] # groups are named so
        done = found.end()


def compact(tokens: Iterable[Token], *, on_one_line: bool = False) -> str:
    """The tokens as text again, with the least white space: a line's end stays one, unless it is not wanted."""
    text, after_comment = "", False
    for token in tokens:
        ends_line = after_comment or ("\n" in token.gap and not on_one_line)
        inside = not after_comment and (text.endswith("(") or token.text == ")")
        text += "" if not text or inside else "\n" if ends_line else " " if token.gap else ""
        text += token.text
        after_comment = token.kind == "comment" and not token.text.endswith(("*/", "#}"))
    return text + ("\n" if after_comment else "")


@cache
def _scanner(lexis: Lexis) -> re.Pattern[str]:
    comments = [r"--[^\n]*", r"/\*.*?(?:\*/|$)", r"\{\#.*?(?:\#\}|$)", *([r"\#[^\n]*"] if lexis.hashes else [])]
    inside = r"(?:[^{0}\\]|\\.|{0}{0})*" if lexis.backslashes else r"(?:[^{0}]|{0}{0})*"
    strings = [r"\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|$)", f"'{inside.format(chr(39))}(?:'|$)"]
    names = [r"[^\W\d][\w$]*", "`[^`]*`"]
    double_quoted = f'"{inside.format(chr(34))}(?:"|$)'
    (strings if lexis.quotes_hold_text else names).append(double_quoted)
    if lexis.quotes_hold_text:
        strings[:0] = [r"'''.*?(?:'''|$)", r'""".*?(?:"""|$)']
    if lexis.brackets:
        names.append(r"\[[^\]\n]*\]")
    kinds = {
        "comment": "|".join(comments),
        "control": r"\{%.*?(?:%\}|$)",
        "jinja": r"\{\{.*?(?:\}\}|$)",
        "string": "|".join(strings),
        "word": "|".join(names),
        "number": r"\d[\w.]*",
        "mark": r"::|\|\||[<>=!]=|<>|[^\s]",
    }
    # lastgroup names the last group that closed, so the outer one wins over the tag inside it
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()), re.DOTALL)
