"""A text -> YAML that gives exactly this text back, in YAML 1.1 and 1.2. Pure."""

from __future__ import annotations

import re

import yaml
from msgspec import Struct

_PRINTABLE = re.compile("[\\x20-\\x7e\\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_FIRST_CHARACTERS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null|nan|~|=|<<", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[-+.0-9][-+.,:_0-9a-fA-FoOxX]*")
_MARK_LIKE = re.compile(r"\.\.\.|---")
_FOLD_AT = re.compile(r"(?<=\S) (?=[^\s#])")
_NAMED_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\0": "\\0",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


class Rendered(Struct, frozen=True):
    """A value as it is written: ``head`` on the line of its key, ``body`` the lines below, indented."""

    head: str
    body: tuple[str, ...] = ()


def is_plain_safe(text: str, flow: bool = False) -> bool:
    """Whether a text on one line can go without quotes and is still this text to every YAML reader."""
    if not text or text != text.strip() or text[0] in _FIRST_CHARACTERS or not _PRINTABLE.fullmatch(text):
        return False
    if ": " in text or " #" in text or text.endswith(":") or _MARK_LIKE.match(text):
        return False
    if flow and any(character in text for character in ",[]{}:?"):
        return False
    return not _looks_like_other_type(text)


def _looks_like_other_type(text: str) -> bool:
    if _WORDS.fullmatch(text) or _NUMBER_LIKE.fullmatch(text):
        return True
    resolvers = yaml.resolver.Resolver.yaml_implicit_resolvers.get(text[0], [])
    return any(pattern.match(text) for _tag, pattern in resolvers)


def quoted(text: str, quote: str) -> str:
    """A text in quotes: those of the habit, unless the others spare an escape."""
    if not _PRINTABLE.fullmatch(text):
        return double_quoted(text)
    single_is_bare = "'" not in text
    double_is_bare = '"' not in text and "\\" not in text
    if quote == "'":
        return double_quoted(text) if double_is_bare and not single_is_bare else single_quoted(text)
    return single_quoted(text) if single_is_bare and not double_is_bare else double_quoted(text)


def single_quoted(text: str) -> str:
    """A printable text on one line in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def double_quoted(text: str) -> str:
    """Any text in double quotes, on one line."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[character]
    if _PRINTABLE.fullmatch(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def inline(text: str, quote: str, *, always_quoted: bool = False, flow: bool = False) -> str:
    """A text on one line: plain where that is safe and wanted, else in quotes."""
    if not always_quoted and is_plain_safe(text, flow):
        return text
    return quoted(text, quote)


def wrapped(scalar: str, first: int, column: int, width: int) -> Rendered:
    """A plain or quoted scalar broken at single spaces: its first line begins at ``first``, more at ``column``."""
    lines = _fill(_FOLD_AT.split(scalar), first, column, width)
    return Rendered(lines[0], tuple(" " * column + line for line in lines[1:]))


def literal(text: str, column: int) -> Rendered | None:
    """``|``, its lines beginning at ``column``; None for a text that it cannot hold, or only with care."""
    lines = text.removesuffix("\n").split("\n")
    if not _fits_block(text) or not all(_PRINTABLE.fullmatch(line.replace("\t", " ")) for line in lines):
        return None
    if any(line != line.rstrip() for line in lines):
        return None
    head = "|" if text.endswith("\n") else "|-"
    return Rendered(head, tuple(" " * column + line if line else "" for line in lines))


def folded(text: str, column: int, width: int) -> Rendered | None:
    """``>``, its lines at ``column`` and no longer than ``width``; None for a text that is no single paragraph."""
    paragraph = text.removesuffix("\n")
    if not _fits_block(text) or not _PRINTABLE.fullmatch(paragraph) or paragraph != paragraph.rstrip():
        return None
    head = ">" if text.endswith("\n") else ">-"
    lines = _fill(_FOLD_AT.split(paragraph), column, column, width)
    return Rendered(head, tuple(" " * column + line for line in lines))


def _fits_block(text: str) -> bool:
    return bool(text) and not text[0].isspace() and not text.endswith("\n\n")


def _fill(words: list[str], first: int, column: int, width: int) -> list[str]:
    lines = [words[0]]
    room = width - first
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += " " + word
        else:
            lines.append(word)
            room = width - column
    return lines
