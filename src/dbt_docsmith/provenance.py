"""Who made a text, and what it rests on: the data of the ledger. Holds digests, never a word of the texts."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct

from dbt_docsmith.types import Origin

DIGEST_LENGTH = 16

TextKey = tuple[str, str | None]
"""A description: a node's unique id, and a column in lower case or None for the node's own."""


def digest(text: str) -> str:
    """What a text is known by: the same however its white space is laid out, in any checkout."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:DIGEST_LENGTH]


class Ground(Struct, frozen=True, kw_only=True):
    """Digests of what a text rests on; "": there is nothing of the kind, or it is not known."""

    sql: str = ""
    tests: str = ""
    columns: str = ""


class MadeText(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the ledger: a text that this program wrote.

    ``column`` is in lower case, None for the node's own text. ``text`` is the digest of what was written;
    ``date`` a day in UTC. ``added``: the column had no entry before. ``ground`` None: it rests on what a person
    said elsewhere, in a glossary or a doc block. ``upstream`` has a digest of the ground of each parent.
    """

    node: str
    column: str | None = None
    text: str
    origin: Origin
    provider: str | None = None
    model: str | None = None
    date: str
    added: bool = False
    ground: Ground | None = None
    upstream: Mapping[str, str] = {}

    @property
    def key(self) -> TextKey:
        """Which description it is."""
        return self.node, self.column

    def forgotten(self) -> MadeText:
        """What is left where nobody is to know any more who made the text: that its column was added. The node's
        own text rests on the columns that persons declared, and on no others."""
        return MadeText(
            node=self.node, column=self.column, text="", origin=self.origin, date=self.date, added=self.added
        )
