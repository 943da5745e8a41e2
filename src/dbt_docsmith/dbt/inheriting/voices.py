"""What written columns say, and whether they say the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from dbt_docsmith.dbt.written import Text, mentions_doc
from dbt_docsmith.types import ColumnRef

TextOf = Callable[[ColumnRef], Text | None]

_NO_WORD = re.compile(r"\W+")


class Voice(Struct, frozen=True):
    """A column that a person described, and in which words."""

    column: ColumnRef
    text: Text

    @property
    def said(self) -> str:
        """The words alone: case, spaces and punctuation make no other text."""
        return _NO_WORD.sub(" ", self.text.text.casefold()).strip()


def voices(columns: Iterable[ColumnRef], text_of: TextOf) -> list[Voice]:
    """Those of the columns that are described, in their order."""
    return [Voice(column, text) for column in columns if (text := text_of(column)) is not None]


def agreed(heard: Iterable[Voice], *, least: int, share: float) -> Voice | None:
    """The voice that speaks for all: at least so many nodes say anything, and at least that share of them this.

    Of those that say it a reference to a doc block goes first, then whoever was named first.
    """
    saying: dict[str, dict[str, Voice]] = {}
    for voice in heard:
        spoken = saying.setdefault(voice.said, {})
        spoken.setdefault(voice.column.unique_id, voice)
    most = max(saying.values(), key=len, default={})
    nodes = sum(map(len, saying.values()))
    if nodes < least or not most or len(most) < share * nodes:
        return None
    return min(most.values(), key=lambda voice: not mentions_doc(voice.text.raw))


def in_one_voice(heard: Iterable[Voice]) -> bool:
    """Whether nobody says anything else."""
    return len({voice.said for voice in heard}) == 1
