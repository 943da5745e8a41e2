"""Whether a project keeps the texts of its columns in doc blocks, and where: read off what stands there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from dbt_docsmith.dbt.written import whole_reference
from dbt_docsmith.types import WrittenEntry

FEWEST_REFERENCES = 3
ALWAYS_FROM = 0.8
REPEATED_FROM = 0.05
MOST_SHARERS_LOOKED_AT = 10
USUAL_MIN = 3


class DocBlockHabit(Struct, frozen=True, kw_only=True):
    """What ``doc_blocks:`` of dbt-docsmith.yml would have to say for a project to go on as it is used to.

    ``described`` columns have a text of their own in a properties file, ``referring`` of them is nothing but a
    ``{{ doc() }}``. ``file`` holds most of the blocks they refer to, None where they refer to none.
    """

    columns: Literal["never", "repeated", "always"] = "never"
    min: int = USUAL_MIN
    file: str | None = None
    described: int = 0
    referring: int = 0


def doc_block_habit(entries: Iterable[WrittenEntry], files: Mapping[str, str]) -> DocBlockHabit:
    """The habit of a project; ``files`` says in which Markdown file of the project each block stands."""
    texts = [
        column.description.raw.strip()
        for entry in entries
        for column in entry.columns.values()
        if column.description is not None and column.description.raw.strip()
    ]
    plain: Counter[str] = Counter()
    blocks: Counter[str] = Counter()
    for text in texts:
        name = whole_reference(text)
        if name is None:
            plain[text] += 1
        else:
            blocks[name] += 1
    used = Counter(files[name] for name in blocks.elements() if name in files)
    return DocBlockHabit(
        columns=_columns(len(texts), blocks),
        min=_min(plain, blocks),
        file=max(sorted(used), key=used.__getitem__, default=None),
        described=len(texts),
        referring=blocks.total(),
    )


def _columns(described: int, blocks: Counter[str]) -> Literal["never", "repeated", "always"]:
    referring = blocks.total()
    if referring < FEWEST_REFERENCES or referring < REPEATED_FROM * described:
        return "never"
    if referring >= ALWAYS_FROM * described:
        return "always"
    shared = sum(number for number in blocks.values() if number > 1)
    return "repeated" if 2 * shared >= referring else "never"


def _min(plain: Counter[str], blocks: Counter[str]) -> int:
    """From how many columns on a text stands in a block more often than not."""
    for least in range(2, MOST_SHARERS_LOOKED_AT + 1):
        in_blocks = sum(number >= least for number in blocks.values())
        if in_blocks and in_blocks >= sum(number >= least for number in plain.values()):
            return least
    return USUAL_MIN
