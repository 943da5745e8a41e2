"""How facts are put into plain words: quoted, shortened, listed. Pure.

Whatever comes out can stand in a description as it is: no Jinja, no markup left open, no control characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+|\s+|.", re.DOTALL)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_JINJA = re.compile(r"\{[{%#]|[%#}]\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(`])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|incl|excl|approx|no|nr|resp|cf)|\b[A-Z])\.$", re.IGNORECASE)
_REFERENCE = re.compile(r"\b(ref|source|macro|metric|semantic_model|exposure|analysis)\(\s*(.*?)\s*\)", re.DOTALL)
_LOOSE_ENDS = " .…,;:-\N{EN DASH}\N{EM DASH}"


def plain(text: str) -> str:
    """The text on one line, without control characters, backticks, or brackets that nothing closes."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).replace("`", "").split())
    return line if balanced(line) else " ".join(re.sub(r"[()\[\]{}]", " ", line).split())


def balanced(text: str) -> bool:
    """Whether every bracket and backtick that opens in the text closes in it."""
    pairs = all(text.count(opening) <= text.count(closing) for opening, closing in _CLOSERS.items())
    return pairs and text.count("`") % 2 == 0


def has_jinja(text: str) -> bool:
    """Whether dbt would take a part of the text for Jinja."""
    return bool(_JINJA.search(text))


def code(text: str) -> str:
    """The text between backticks."""
    return "`" + " ".join(text.replace("`", "").split()) + "`"


def relation_name(reference: str) -> str:
    """``ref('orders', v=2)`` as ``orders.v2``, ``source('shop', 'orders')`` as ``shop.orders``."""
    found = _REFERENCE.search(reference)
    if found is None:
        return " ".join(reference.split())
    parts = [part.replace("'", "").replace('"', "").strip() for part in found.group(2).split(",")]
    names = [part for part in parts if part and "=" not in part]
    version = [f"v{part.partition('=')[2].strip()}" for part in parts if part.startswith("v") and "=" in part]
    return ".".join([*(names if found.group(1) == "source" else names[-1:]), *version])


def sentence(text: str) -> str:
    """The text as a sentence: a capital first where it begins with a word, and one full stop last."""
    text = text.strip().rstrip(_LOOSE_ENDS)
    if not text:
        return ""
    first = text.split(maxsplit=1)[0]
    capital = text[0].upper() + text[1:] if first.isalpha() and first.islower() else text
    return capital if capital[-1] in "!?" else f"{capital}."


def first_sentence(text: str, most: int) -> str:
    """The first sentence of a text without its full stop, cut at a word where it is longer than ``most``."""
    parts = _SENTENCE_END.split(plain(text))
    said = parts[0]
    for part in parts[1:]:
        if not _ABBREVIATION.search(said):
            break
        said = f"{said} {part}"
    if len(said) > most:
        said = plain(said[:most].rsplit(" ", 1)[0])
    return "" if has_jinja(said) else said.rstrip(_LOOSE_ENDS)


def shorten_code(text: str, most: int) -> str:
    """The SQL as it is, or cut at a token's end with what it opened closed again after a ``…``."""
    if len(text) <= most:
        return text
    kept, open_brackets = "", ""
    for token in _TOKEN.findall(text):
        if len(kept) + len(token) + len(open_brackets) + 2 > most:
            break
        kept += token
        if token in _CLOSERS:
            open_brackets = _CLOSERS[token] + open_brackets
        elif open_brackets.startswith(token):
            open_brackets = open_brackets[1:]
    return f"{kept.rstrip()} …{open_brackets}"


def listed(items: Sequence[str], most: int | None = None, joint: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; beyond ``most`` items ``a, b and 3 more``."""
    shown = list(items)
    if most is not None and len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}"
