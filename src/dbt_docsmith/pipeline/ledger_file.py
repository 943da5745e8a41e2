"""`.dbt-docsmith/ledger.jsonl` on disk: added to while a run goes on, put in order when it ends.

Runs at once are kept apart by a lock, and what each added is kept. A run that is killed leaves its lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from dbt_docsmith.properties.replacing import content_of, locked, remove_leftovers, replace_file
from dbt_docsmith.provenance import MadeText
from dbt_docsmith.review.ledger import parse_ledger, render_ledger

FOLDER = ".dbt-docsmith"
NAME = "ledger.jsonl"
ATTRIBUTES = f"{NAME} merge=union\n"
"""For git: of two branches the lines of both are kept. A .gitattributes counts in the folder it stands in."""


class LedgerFile:
    """The ledger of the project in ``root``."""

    def __init__(self, root: Path) -> None:
        self.path = root / FOLDER / NAME

    def read(self) -> tuple[MadeText, ...]:
        """Its entries; none where there is no file. Raises OSError."""
        return parse_ledger(content_of(self.path) or b"")

    def prepare(self) -> None:
        """Make its folder, with the file that tells git how to merge it. Raises OSError."""
        self.path.parent.mkdir(exist_ok=True)
        attributes = self.path.with_name(".gitattributes")
        if not attributes.exists():
            attributes.write_text(ATTRIBUTES, encoding="utf-8")

    def add(self, entries: Sequence[MadeText]) -> None:
        """Add entries at the end, for good when this returns. Raises OSError."""
        self.prepare()
        with locked(self.path.parent), self.path.open("ab") as file:
            torn = file.tell() > 0 and not self._ends_with_a_line()
            file.write((b"\n" if torn else b"") + render_ledger(entries))
            file.flush()
            os.fsync(file.fileno())

    def settle(self, made: Collection[MadeText], undone: Collection[MadeText] = ()) -> None:
        """Put the file in order: what was ``made`` takes the place of all else that is said of the same texts.

        ``undone`` are entries of texts that could not be written after all. Raises OSError.
        """
        keys, gone = {entry.key for entry in made}, set(map(_identity, undone))

        def settled(found: Sequence[MadeText]) -> list[MadeText]:
            others = [each for each in found if each.key not in keys and _identity(each) not in gone]
            return [*others, *made]

        self._rewrite(settled)

    def forget(self, entries: Collection[MadeText], leaving: Sequence[MadeText] = ()) -> None:
        """Take entries out, with others in their place. Raises OSError."""
        gone = set(map(_identity, entries))
        self._rewrite(lambda found: [*(entry for entry in found if _identity(entry) not in gone), *leaving])

    def _rewrite(self, change: Callable[[Sequence[MadeText]], Sequence[MadeText]]) -> None:
        self.prepare()
        with locked(self.path.parent):
            remove_leftovers(self.path.parent)
            written = False
            while not written:
                before = content_of(self.path)
                after = render_ledger(change(parse_ledger(before or b"")))
                written = after == (before or b"") or replace_file(self.path, before, after)

    def _ends_with_a_line(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def _identity(entry: MadeText) -> bytes:
    return render_ledger([entry])
