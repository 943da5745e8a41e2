"""What of a dbt project can be described: where its text stands, and what its parts are called. Data.

A thing has parts that are described one by one: a model its columns, a macro its arguments, a semantic model its
entities, dimensions and measures. Parts go through the same hands as columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

PartKind = Literal["column", "argument", "entity", "dimension", "measure"]


class Describable(Struct, frozen=True):
    """A resource type. ``section`` is the top-level key of its entries; ``word`` what people call it.

    ``lists`` are the keys of an entry that list its parts, with what each list holds. ``by_entry``: the entry is
    what makes the thing, so one without an entry is never given one.
    """

    section: str
    word: str
    lists: Mapping[str, PartKind] = {}
    by_entry: bool = False


_COLUMNS: Mapping[str, PartKind] = {"columns": "column"}
_ARGUMENTS: Mapping[str, PartKind] = {"arguments": "argument"}
_SEMANTICS: Mapping[str, PartKind] = {"entities": "entity", "dimensions": "dimension", "measures": "measure"}

DESCRIBABLE: Mapping[str, Describable] = {
    "model": Describable("models", "model", _COLUMNS),
    "source": Describable("sources", "source", _COLUMNS, by_entry=True),
    "seed": Describable("seeds", "seed", _COLUMNS),
    "snapshot": Describable("snapshots", "snapshot", _COLUMNS),
    "analysis": Describable("analyses", "analysis", _COLUMNS),
    "macro": Describable("macros", "macro", _ARGUMENTS),
    "exposure": Describable("exposures", "exposure", by_entry=True),
    "metric": Describable("metrics", "metric", by_entry=True),
    "semantic_model": Describable("semantic_models", "semantic model", _SEMANTICS, by_entry=True),
}
"""Every resource type that is described, in the words of ``--resource-type``."""

DEFAULT_TYPES = ("model", "source", "seed", "snapshot")
"""What a run is about where nobody says: nodes that have columns in a warehouse."""

THINGS = frozenset({"exposure", "macro", "metric", "semantic_model"})
"""What has no columns: a prompt of its own asks for it."""

UNREFERABLE = THINGS | {"analysis"}
"""What no ``ref`` or ``source`` finds."""

SECTIONS: Mapping[str, str] = {kind: thing.section for kind, thing in DESCRIBABLE.items()}

LISTS: Mapping[str, Mapping[str, PartKind]] = {
    **{thing.section: thing.lists for thing in DESCRIBABLE.values()},
    "functions": _ARGUMENTS,
}
"""The lists of parts of an entry, by its section."""

MADE_BY_ENTRY = frozenset(thing.section for thing in DESCRIBABLE.values() if thing.by_entry)


def word_for(resource_type: str) -> str:
    """What people call a thing: ``semantic model``."""
    known = DESCRIBABLE.get(resource_type)
    return known.word if known else resource_type.replace("_", " ")


def parts_word(resource_type: str) -> str:
    """What a thing's parts are called: ``columns``, ``entities, dimensions and measures``."""
    *others, last = (DESCRIBABLE[resource_type].lists if resource_type in DESCRIBABLE else ()) or _COLUMNS
    return f"{', '.join(others)} and {last}" if others else last


def part_names(parts: Sequence[tuple[str, str]]) -> list[str]:
    """What each part, given as its list and its name, is called in reports: by its name alone.

    A name that stands in two lists of one thing, which dbt refuses and other engines may not, is called with its
    list: ``measures.revenue``.
    """
    lists: dict[str, set[str]] = defaultdict(set)
    for listed_in, name in parts:
        lists[name.lower()].add(listed_in)
    return [f"{listed_in}.{name}" if len(lists[name.lower()]) > 1 else name for listed_in, name in parts]
