"""The rule of dbt-osmosis 1.5: the nearest ancestor that has a column of that name gives its text.

Told after dbt_osmosis/core/inheritance.py: ancestors are found depth first, each once; of a generation the first
that has the column speaks for it, by unique id, with a text or without; the nearest generation with a text wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from dbt_docsmith.types import ColumnRef, Manifest

_KINDS = ("model.", "seed.", "source.")
_UNDERSCORED = re.compile(r"_(.)")


class SameName:
    """``text_of`` is a column's text, "" where it has none."""

    def __init__(self, manifest: Manifest, text_of: Callable[[ColumnRef], str]) -> None:
        self._nodes = manifest.nodes
        self._text_of = text_of
        self._generations = cache(self._find_generations)

    def find(self, reference: ColumnRef) -> str | None:
        """The text that a column takes over."""
        names = list(_spellings(reference.column))
        for ancestors in self._generations(reference.unique_id):
            found = (self._column(ancestor, names) for ancestor in ancestors)
            column = next((each for each in found if each is not None), None)
            text = self._text_of(column) if column else ""
            if text:
                return text
        return None

    def _column(self, ancestor: str, names: list[str]) -> ColumnRef | None:
        columns = self._nodes[ancestor].columns
        name = next((name for name in names if name in columns), None)
        return ColumnRef(ancestor, name) if name is not None else None

    def _find_generations(self, unique_id: str) -> list[list[str]]:
        generations: dict[int, list[str]] = {}
        seen = {unique_id}

        def climb(current: str, depth: int) -> None:
            for parent in self._nodes[current].depends_on:
                if parent.startswith(_KINDS) and parent not in seen and parent in self._nodes:
                    seen.add(parent)
                    generations.setdefault(depth, []).append(parent)
                    climb(parent, depth + 1)

        climb(unique_id, 1)
        return [sorted(generations[depth]) for depth in sorted(generations)]


def _spellings(name: str) -> Iterator[str]:
    """As it is, and what its plugin for fuzzy case matching makes of it."""
    camel = _UNDERSCORED.sub(lambda found: found[1].upper(), name)
    yield from (name, name.lower(), name.upper(), camel, camel[:1].upper() + camel[1:])
