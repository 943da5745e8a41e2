"""Proposals parted for several people: by folder, by group, by owner. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from dbt_docsmith.review.proposals import Item, Place

_UNFIT = re.compile(r"[^\w./@-]+")


def split_items(items: Iterable[Item], part_of: Callable[[Place], str]) -> dict[str, tuple[Item, ...]]:
    """The items of each part, in their order; an item whose places lie in several parts is in each of them with
    its places there."""
    parts: dict[str, list[Item]] = {}
    for item in items:
        places: dict[str, list[Place]] = {}
        for place in item.places:
            places.setdefault(part_of(place), []).append(_whole(place, item))
        for part, there in places.items():
            parts.setdefault(part, []).append(_at(item, there))
    return {part: tuple(found) for part, found in sorted(parts.items())}


def part_file(part: str, taken: set[str]) -> str:
    """A file name for a part, as ``models/staging.yml``; one that differs from those taken in more than case."""
    pieces = [_UNFIT.sub("-", piece).strip("-.") or "-" for piece in part.split("/")]
    stem = "/".join(pieces)
    number, name = 2, f"{stem}.yml"
    while name.lower() in taken:
        name, number = f"{stem}-{number}.yml", number + 1
    taken.add(name.lower())
    return name


def _whole(place: Place, item: Item) -> Place:
    """A place that says where its text is from, wherever it goes."""
    return replace(place, origin=place.origin or item.origin, source=place.source or item.source)


def _at(item: Item, places: list[Place]) -> Item:
    """The item with these places; the first speaks for it."""
    origin, source = places[0].origin or item.origin, places[0].source
    short = [
        replace(
            place,
            origin=None if place.origin == origin else place.origin,
            source=None if (place.origin, place.source) == (origin, source) else place.source,
        )
        for place in places
    ]
    return replace(item, origin=origin, source=source, places=tuple(short))
