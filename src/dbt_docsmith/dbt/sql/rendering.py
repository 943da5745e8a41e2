"""A node's raw code -> SQL with marks: the Jinja that always renders alike, rendered; the rest marked unknown.

What most models hold (``ref``, ``source``, ``this``, ``config`` with constants, comments) needs no Jinja: it
is replaced here, exactly as the sandbox would. All else goes to the sandbox.
"""

from __future__ import annotations

import re

from msgspec import Struct

from dbt_docsmith.dbt.sql.marks import Marks, Reference

_TEXT = r"""(?:'[^'\\{}]*'|"[^"\\{}]*")"""
_ANY_TEXT = r"""(?:'[^'\\]*'|"[^"\\]*")"""
_ARGUMENTS = rf"""(?:[^'"{{}}()]|{_ANY_TEXT})*"""
for _ in range(4):
    _ARGUMENTS = rf"""(?:[^'"{{}}()]|{_ANY_TEXT}|\({_ARGUMENTS}\)|\{{{_ARGUMENTS}\}})*"""
_SIMPLE = re.compile(
    rf"""
      (?<!\{{)\{{(?: \#.*?\#
        | \{{-?\s*
          (?: (?P<kind>ref|source)\s*\(\s*
              (?P<first>{_TEXT})\s*
              (?:,\s*(?P<second>{_TEXT})\s*)?
              (?:,\s*v(?:ersion)?\s*=\s*(?P<version>[0-9]+|{_TEXT})\s*)?
              \)
            | (?P<this>this)
            | config\s*\({_ARGUMENTS}\)
          )\s*-?\}}
      )\}}
      (?:(?<=-[}}\#]\}})\s*)?
    """,
    re.VERBOSE | re.DOTALL,
)
_JINJA = re.compile(r"\{[{%#]")
_SNAPSHOT_TAGS = re.compile(r"\{%[-+]?\s*(?:snapshot\s+\w+|endsnapshot)\s*[-+]?%\}")
_NEWLINES = re.compile(r"\r\n?")


class Rendered(Struct, frozen=True, array_like=True):
    """SQL with marks. Where conditions could not be told there is one text for each way they can go.

    ``references`` and ``unknowns`` say what each mark stands for, by its number. ``reason`` says why nothing
    could be rendered; then there are no texts.
    """

    texts: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    unknowns: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether all of it was rendered as dbt would."""
        return len(self.texts) == 1 and not self.unknowns


def without_snapshot_tags(raw_code: str) -> str:
    """The query of a snapshot block."""
    return _SNAPSHOT_TAGS.sub("", raw_code) if "snapshot" in raw_code else raw_code


def render_simple(raw_code: str) -> Rendered | None:
    """Render what needs no Jinja; None where it needs the sandbox."""
    marks = Marks()
    text = _as_jinja_reads(raw_code)
    if _JINJA.search(text) is None:
        return Rendered(texts=(text,))
    pieces: list[str] = []
    position = 0
    for found in _SIMPLE.finditer(text):
        before = text[position : found.start()]
        pieces += (before.rstrip() if found[0][2:3] == "-" else before, _mark(found, marks))
        position = found.end()
    pieces.append(text[position:])
    if any(_JINJA.search(piece) for piece in pieces[::2]):
        return None
    return Rendered(texts=("".join(pieces),), references=tuple(marks.references))


def without_jinja_comments(raw_code: str) -> str:
    """The raw code as a person would quote it: no Jinja comments, no call of ``config``, the rest as it stands."""

    def kept(found: re.Match[str]) -> str:
        return found[0] if found["kind"] or found["this"] else ""

    return _SIMPLE.sub(kept, _as_jinja_reads(raw_code))


def _mark(found: re.Match[str], marks: Marks) -> str:
    if found["this"]:
        return marks.relation(Reference("this"))
    if not found["kind"]:
        return ""
    arguments = tuple(text[1:-1] for text in (found["first"], found["second"]) if text)
    version = found["version"]
    return marks.relation(Reference(found["kind"], arguments, version.strip("'\"") if version else None))


def _as_jinja_reads(code: str) -> str:
    """Newlines are ``\\n``, and the last one is dropped."""
    return _NEWLINES.sub("\n", code).removesuffix("\n")
