"""What planning yields: units that are written whole or not at all, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from dbt_docsmith.properties.edits import Splice
from dbt_docsmith.properties.sharing import Obstacle
from dbt_docsmith.types import NodeTexts


class Skipped(Struct, frozen=True):
    """A text that was not to be written: a description stands there, or its column is undeclared and stays so."""

    unique_id: str
    column: str | None
    reason: Literal["described", "undeclared"]


class Unit(Struct, frozen=True):
    """These texts and nothing else, by these splices."""

    texts: tuple[NodeTexts, ...]
    splices: tuple[Splice, ...]

    @property
    def descriptions(self) -> int:
        """How many descriptions it writes."""
        return sum((one.description is not None) + len(one.columns) for one in self.texts)

    def named(self) -> Iterator[tuple[str, str | None]]:
        """Each description it writes: unique id, and column or None for the node's own."""
        for one in self.texts:
            if one.description is not None:
                yield one.unique_id, None
            yield from ((one.unique_id, column.item) for column in one.columns)


class Task(Struct, frozen=True):
    """A unit to be, at ``position``. ``obstacle`` tells why it must wait for others that share its place."""

    texts: NodeTexts
    position: int
    obstacle: Callable[[], Obstacle | None]
    write: Callable[[], list[Splice]]

    @property
    def label(self) -> str:
        """What is to be written, in words."""
        if self.texts.description is not None or not self.texts.columns:
            return self.texts.name
        return f"{self.texts.name}.{self.texts.columns[0].name}"
