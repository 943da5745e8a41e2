"""The ledger: which texts this program made, and on what ground. Pure; who reads and writes the file is elsewhere.

One line a description, sorted, so that git merges two branches by taking the lines of both. A merge may leave
doubles and a killed run a torn line: neither does harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from dbt_docsmith.provenance import Ground, MadeText, TextKey, digest

_BY_A_PERSON_ELSEWHERE = frozenset({"glossary", "doc_block"})


def parse_ledger(content: bytes) -> tuple[MadeText, ...]:
    """The entries of a ledger. What is none is passed over: a torn line, or the marks of a merge."""
    return tuple(entry for line in content.splitlines() if (entry := _entry(line)) is not None)


def _entry(line: bytes) -> MadeText | None:
    try:
        return msgspec.json.decode(line, type=MadeText)
    except msgspec.MsgspecError:
        return None


def render_ledger(entries: Iterable[MadeText]) -> bytes:
    """The file's content: each entry once, sorted."""
    lines = {msgspec.json.encode(entry, order="deterministic"): entry for entry in entries}
    ordered = sorted(lines.items(), key=lambda item: (item[1].node, item[1].column or "", item[1].date, item[0]))
    return b"".join(line + b"\n" for line, _ in ordered)


class Change(Struct, frozen=True, kw_only=True):
    """What has become of the ground of a text. ``edited``: a person has changed the text since.

    ``because`` names what has changed: sql, tests, columns, upstream; ``parents`` whose ground has.
    """

    entry: MadeText
    edited: bool
    because: tuple[str, ...]
    parents: tuple[str, ...] = ()


class Ledger:
    """The entries, found by the text they are about."""

    def __init__(self, entries: Iterable[MadeText] = ()) -> None:
        self.entries = tuple(entries)
        self._by_node: dict[str, dict[str | None, list[MadeText]]] = {}
        for entry in self.entries:
            self._by_node.setdefault(entry.node, {}).setdefault(entry.column, []).append(entry)

    def of(self, key: TextKey) -> list[MadeText]:
        """The entries of one description; several where branches were merged."""
        return self._by_node.get(key[0], {}).get(key[1], [])

    def texts_of(self, node: str) -> Iterator[TextKey]:
        """The descriptions of a node that are in the ledger; not those of which only the column is known."""
        texts = self._by_node.get(node, {})
        yield from ((node, column) for column, entries in texts.items() if any(each.text for each in entries))

    def standing(self, key: TextKey, raw: str) -> MadeText | None:
        """Who made the text that stands there; None where a person wrote or changed it."""
        made = digest(raw)
        return max((e for e in self.of(key) if e.text == made), key=lambda entry: entry.date, default=None)

    def is_made(self, key: TextKey, raw: str) -> bool:
        """Whether the words that stand there are a machine's, and not taken from a glossary or a doc block."""
        entry = self.standing(key, raw)
        return entry is not None and entry.origin not in _BY_A_PERSON_ELSEWHERE

    def added(self, node: str) -> frozenset[str]:
        """The columns of a node that had no entry before this program wrote one."""
        texts = self._by_node.get(node, {})
        return frozenset(
            column for column, entries in texts.items() if column and any(each.added for each in entries)
        )

    def change(self, key: TextKey, raw: str, ground: Ground, upstream: Mapping[str, str]) -> Change | None:
        """What of the ground of a text is not as it was; None where all of it is, by any of its entries."""
        entries = self.of(key)
        as_made = [entry for entry in entries if entry.text == digest(raw)]
        changes = [_change(entry, not as_made, ground, upstream) for entry in as_made or entries]
        if not all(change.because for change in changes):
            return None
        return max(changes, key=lambda change: change.entry.date, default=None)


def _change(entry: MadeText, edited: bool, ground: Ground, upstream: Mapping[str, str]) -> Change:
    because = () if entry.ground is None else tuple(_differing(entry.ground, ground))
    parents = tuple(sorted(parent for parent, was in entry.upstream.items() if upstream.get(parent, was) != was))
    return Change(
        entry=entry, edited=edited, because=(*because, *(("upstream",) if parents else ())), parents=parents
    )


def _differing(was: Ground, now: Ground) -> Iterator[str]:
    """SQL that one of them does not know, as a manifest of early Fusion does not, is no change."""
    if was.sql and now.sql and was.sql != now.sql:
        yield "sql"
    if was.tests != now.tests:
        yield "tests"
    if was.columns != now.columns:
        yield "columns"
