"""Marks: what stands in SQL for a relation, or for a piece that nobody can render without dbt.

While SQL is being made canonical they are private characters that no SQL has; when it is parsed they are
plain names, so that the parser reads on; for people they are ``{{ ref('x') }}`` and the Jinja itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{OPEN}([ruRU])([0-9]+){CLOSE}")
_RELATION_NAME = re.compile(r"docsmith_r([0-9]+)__(\w*)", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"docsmith_u([0-9]+)__", re.IGNORECASE)
_BEFORE_A_TYPE = re.compile(r"(?:\bas\s{1,9}|(::)\s{0,9})$", re.IGNORECASE)
_AFTER_A_TYPE = re.compile(r"\s*\)")
_NAME = re.compile(r"docsmith_r([0-9]+)__(\w*)", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"docsmith_u([0-9]+)__", re.IGNORECASE)
_TYPE_MARK = re.compile(
    rf"(\bas\s+|::\s*){OPEN}u([0-9]+){CLOSE}(?=\s*\))|(::\s*){OPEN}u([0-9]+){CLOSE}", re.IGNORECASE
)
_NAME = re.compile(r"(docsmith_r[0-9]+__\w*|docsmith_u[0-9]+__|varchar\(77[0-9]{6}\))(?:\(\))?", re.IGNORECASE)


class Reference(Struct, frozen=True, array_like=True):
    """What names a relation: ``ref`` or ``source`` with its arguments, ``this``, or a ``node``'s unique id."""

    kind: str
    arguments: tuple[str, ...] = ()
    version: str | None = None

    @property
    def written(self) -> str:
        """As a person writes it inside ``{{ }}``."""
        if self.kind == "this":
            return "this"
        arguments = [f"'{argument}'" for argument in self.arguments]
        if self.version is not None:
            arguments.append(f"v={self.version}")
        return f"{self.kind}({', '.join(arguments)})"


class Marks:
    """Gives out marks, numbered in the order of their first use."""

    def __init__(self) -> None:
        self.references: dict[Reference, int] = {}
        self.unknowns: dict[str, int] = {}

    def relation(self, reference: Reference) -> str:
        """The mark of a relation."""
        return f"{OPEN}r{self.references.setdefault(reference, len(self.references))}{CLOSE}"

    def unknown(self, text: str) -> str:
        """The mark of a piece of Jinja that cannot be rendered; ``text`` is the Jinja."""
        return f"{OPEN}u{self.unknowns.setdefault(text, len(self.unknowns))}{CLOSE}"

    def in_words(self, text: str) -> str:
        """The text with each mark as people write what it stands for."""
        unknowns, references = list(self.unknowns), [f"{{{{ {each.written} }}}}" for each in self.references]

        def words(mark: re.Match[str]) -> str:
            return (references if mark[1] in "rR" else unknowns)[int(mark[2])]

        return _MARK.sub(words, text)

    @staticmethod
    def without_unknowns(text: str) -> str:
        """The text without what may come to nothing."""
        return _MARK.sub(lambda mark: mark[0] if mark[1] in "rR" else "", text)


def replace_marks(text: str, relation_names: Sequence[str]) -> str:
    """The text as it is parsed: each mark a plain name, or a type where it can only be one."""

    def plain(mark: re.Match[str]) -> str:
        number = int(mark[2])
        if mark[1] in "rR":
            return relation_names[number]
        return type_name(number) if _is_type(mark) else unknown_name(number)

    return _MARK.sub(plain, text) if OPEN in text else text


def _is_type(mark: re.Match[str]) -> bool:
    """``cast(x as {{ dbt.type_string() }})``, ``x::{{ dbt.type_string() }}``."""
    before = _BEFORE_A_TYPE.search(mark.string[max(0, mark.start() - 12) : mark.start()])
    if before is None:
        return False
    return before[1] is not None or _AFTER_A_TYPE.match(mark.string, mark.end()) is not None


def relation_name(number: int, short_name: str) -> str:
    """The plain name a relation has while it is parsed. It carries the name that columns may be qualified by."""
    return f"docsmith_r{number}__" + re.sub(r"\W", "_", short_name).lower()


def unknown_name(number: int) -> str:
    """The plain name an unknown piece has while it is parsed."""
    return f"docsmith_u{number}__"


def type_name(number: int) -> str:
    """The type an unknown piece is while it is parsed: one that every dialect knows, and nobody writes."""
    return f"varchar({77_000_000 + number})"


def short_name(name: str) -> str | None:
    """The name columns may be qualified by, where ``name`` is a relation's plain name."""
    found = _RELATION_NAME.fullmatch(name)
    return found[2] if found else None


def is_unknown_name(name: str) -> bool:
    """Whether an unknown piece is part of that name."""
    return _UNKNOWN_NAME.search(name) is not None


def restore_names(text: str, written: Mapping[str, str]) -> str:
    """The text with each plain name turned back into what ``written`` says stands for it."""
    if "docsmith_" not in text and "(77" not in text:
        return text
    return _NAME.sub(lambda name: written.get(name[1].lower(), name[0]), text)
