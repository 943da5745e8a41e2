"""Where a new name goes among those that stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Place(Struct, frozen=True):
    """A new name's place: behind the item ``after``, else in front of ``before``, else at the end."""

    name: str
    after: int | None = None
    before: int | None = None


def places_in_order(standing: Sequence[str | None], new: Iterable[str], order: Sequence[str]) -> list[Place]:
    """Each new name behind the one that ``order`` has before it; names are compared without case.

    The places come in the order in which the names are to be written.
    """
    index = {name.lower(): at for at, name in enumerate(standing) if name is not None}
    wanted = {name.lower(): name for name in new}
    following = _next_standing(order, index)
    places, last = [], None
    for position, name in enumerate(order):
        last = index.get(name.lower(), last)
        if name.lower() in wanted:
            places.append(Place(wanted.pop(name.lower()), last, following[position]))
    return places + [Place(name) for name in wanted.values()]


def in_order(new: Iterable[str], order: Sequence[str]) -> list[str]:
    """New names in the order of a list that may lack some; those come last."""
    return [place.name for place in places_in_order([], new, order)]


def _next_standing(order: Sequence[str], index: dict[str, int]) -> list[int | None]:
    following: list[int | None] = []
    nearest: int | None = None
    for name in reversed(order):
        following.append(nearest)
        nearest = index.get(name.lower(), nearest)
    return following[::-1]


def places_by_name(standing: Sequence[str | None], new: Iterable[str]) -> list[Place]:
    """Each new name behind its alphabetical neighbour where the list is sorted, else all at the end."""
    names = [(name or "").casefold() for name in standing]
    if len(names) < 2 or names != sorted(names):
        return [Place(name) for name in new]
    places = []
    for name in sorted(new, key=str.casefold):
        below = [at for at, other in enumerate(names) if other <= name.casefold()]
        places.append(Place(name, below[-1] if below else None, None if below else 0))
    return places
