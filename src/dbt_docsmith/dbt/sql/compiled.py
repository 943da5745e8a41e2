"""Compiled SQL with its relations found again: where dbt wrote a database name, a mark. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from dbt_docsmith.dbt.sql.dialects import Lexis
from dbt_docsmith.dbt.sql.marks import Marks, Reference

_EPHEMERAL_NAME = re.compile(r"(?:__)?dbt__cte__(\w+?)(?:__)?", re.IGNORECASE)
_EPHEMERAL_HEAD = re.compile(r"\s*\b(?:__)?dbt__cte__\w+\s+as\s*\(", re.IGNORECASE)
_WITH_BEFORE = re.compile(r"\bwith\s*$", re.IGNORECASE)

Parts = tuple[str, ...]


class RelationNames:
    """The names by which compiled SQL may call each relation a node reads, and the reference each stands for."""

    def __init__(self) -> None:
        self._by_parts: dict[Parts, Reference | None] = {}
        self._by_text: dict[str, Reference] = {}
        self._ephemeral: dict[str, Reference] = {}
        self._first_parts: set[str] = set()

    def add(self, relation_name: str, reference: Reference) -> None:
        """A relation as dbt names it. Its database may be left out where that leaves no doubt."""
        self._by_text[relation_name] = reference
        parts = name_parts(relation_name)
        if parts is None:
            return
        self._by_parts[parts] = reference
        if len(parts) > 2:
            without_database = parts[1:]
            known = self._by_parts.get(without_database, reference)
            self._by_parts[without_database] = reference if known == reference else None
        self._first_parts = {parts[0] for parts in self._by_parts}

    def add_ephemeral(self, name: str, reference: Reference) -> None:
        """An ephemeral node, which stands in compiled SQL as a CTE."""
        self._ephemeral[name.lower()] = reference

    def named(self, parts: Parts) -> tuple[Reference, int] | None:
        """The relation the first parts of a dotted name call, and how many parts that takes."""
        if parts[0] not in self._first_parts:
            return None
        for count in range(min(len(parts), 4), 0, -1):
            if reference := self._by_parts.get(parts[:count]):
                return reference, count
        return None

    def ephemeral(self, name: str) -> Reference | None:
        """The ephemeral node whose CTE has that name."""
        found = _EPHEMERAL_NAME.fullmatch(name)
        return self._ephemeral.get(found[1].lower()) if found else None

    def marked_in_text(self, text: str, marks: Marks) -> str:
        """A string or a comment, with marks where the whole name of a relation stands in it."""
        for name in sorted((name for name in self._by_text if name in text), key=len, reverse=True):
            text = re.sub(re.escape(name) + r"(?![\w\"`])", marks.relation(self._by_text[name]), text)
        return text

    def unlike_names(self) -> Mapping[str, Reference]:
        """Relations whose name is an expression or a path: ``read_csv('x.csv')``, ``'s3://x'``."""
        return {text: reference for text, reference in self._by_text.items() if name_parts(text) is None}


def mark_relations(code: str, names: RelationNames, lexis: Lexis, marks: Marks) -> str:
    """The code with each relation marked: where it is read, and where its name stands in a string or comment."""
    for text, reference in names.unlike_names().items():
        code = code.replace(text, marks.relation(reference))

    def marked(found: re.Match[str]) -> str:
        if found["skip"] is not None:
            return names.marked_in_text(found["skip"], marks)
        return _marked_name(found[0], names, marks)

    return _scanner(lexis).sub(marked, code)


def without_ephemeral_ctes(code: str, lexis: Lexis) -> str:
    """The code as it was before dbt put the CTEs of ephemeral models at its head."""
    if "dbt__cte__" not in code.lower():
        return code
    while found := _EPHEMERAL_HEAD.search(code):
        end = _closing(code, found.end(), lexis)
        if end is None:
            return code
        rest = code[end:]
        if rest.lstrip().startswith(","):
            code = code[: found.start()] + rest.lstrip()[1:]
        else:
            code = _WITH_BEFORE.sub("", code[: found.start()]) + rest.removeprefix(" ")
    return code


@functools.lru_cache(maxsize=50_000)
def name_parts(relation_name: str) -> Parts | None:
    """The parts of a relation's name without their quotes, lower case; None where it is no dotted name."""
    if not _NAME.fullmatch(relation_name):
        return None
    return tuple(part for found in _PART.finditer(relation_name) for part in _bare(found[0]))


def _marked_name(text: str, names: RelationNames, marks: Marks) -> str:
    parts: list[str] = []
    ends: list[int] = []
    for found in _PART.finditer(text):
        bare = _bare(found[0])
        parts += bare
        ends += [found.end()] * len(bare)
    if len(parts) == 1:
        reference = names.ephemeral(parts[0])
        return marks.relation(reference) if reference else text
    named = names.named(tuple(parts))
    if named is None:
        return text
    reference, count = named
    return marks.relation(reference) + text[ends[count - 1] :]


def _bare(part: str) -> list[str]:
    """A part without its quotes; one pair of backticks may hold a whole dotted name."""
    if part[0] == "`":
        return part[1:-1].lower().split(".")
    return [(part[1:-1].replace('""', '"') if part[0] in '"[' else part).lower()]


_WORD = r"[^\W\d][\w$]*+"
_QUOTED = r"`[^`]+`"
_DOUBLE_QUOTED = r'"(?:[^"]|"")+"'
_BRACKETED = r"\[[^\]\n]+\]"
_PART = re.compile(f"{_DOUBLE_QUOTED}|{_QUOTED}|{_BRACKETED}|{_WORD}")
_NAME = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")


def _skipped(lexis: Lexis) -> str:
    """Matches a string or a comment."""
    patterns = [r"--[^\n]*", r"/\*.*?\*/", r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"]
    if lexis.hashes:
        patterns.append(r"\#[^\n]*")
    for quote in "'\"" if lexis.quotes_hold_text else "'":
        if lexis.quotes_hold_text:
            patterns.append(rf"{quote * 3}.*?{quote * 3}")
        inside = rf"[^{quote}\\]|\\." if lexis.backslashes else f"[^{quote}]"
        patterns.append(rf"{quote}(?:{inside}|{quote * 2})*{quote}")
    return f"(?P<skip>{'|'.join(patterns)})"


@functools.cache
def _scanner(lexis: Lexis) -> re.Pattern[str]:
    """Matches strings and comments as ``skip``, and dotted or ephemeral names."""
    parts = [_QUOTED, _WORD]
    if not lexis.quotes_hold_text:
        parts.append(_DOUBLE_QUOTED)
    if lexis.brackets:
        parts.append(_BRACKETED)
    part = f"(?:{'|'.join(parts)})"
    name = rf"(?<![\w$.]){part}(?:\s*+\.\s*+{part})+|`[^`]*\.[^`]*`|\b(?:__)?dbt__cte__\w+"
    return re.compile(f"{_skipped(lexis)}|{name}", re.DOTALL | re.IGNORECASE)


@functools.cache
def _brackets(lexis: Lexis) -> re.Pattern[str]:
    return re.compile(f"{_skipped(lexis)}|(?P<bracket>[()])", re.DOTALL)


def _closing(code: str, start: int, lexis: Lexis) -> int | None:
    """Where the bracket that was opened just before ``start`` has been closed."""
    depth = 1
    for found in _brackets(lexis).finditer(code, start):
        depth += {"(": 1, ")": -1}.get(found["bracket"], 0)
        if depth == 0:
            return found.end()
    return None
