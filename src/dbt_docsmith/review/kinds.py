"""Kinds of proposals, as a person names them: ``origin:inherited``, ``risk:thin``, a folder, a node. Pure."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable

from dbt_docsmith.review.proposals import Item, Place


def is_of_kind(item: Item, kind: str) -> bool:
    """Whether the whole of an entry is of that kind: every one of its places."""
    method, colon, value = kind.partition(":")
    if colon and method == "risk":
        return value.lower() in item.risk.lower()
    if colon and method == "origin":
        return all((place.origin or item.origin) == value for place in item.places)
    return bool(item.places) and all(_stands_in(place, kind.rstrip("/")) for place in item.places)


def kinds_of(items: Iterable[Item]) -> list[tuple[str, int]]:
    """Every kind that there is among ``items`` and how many are of it: origins first, then folders and nodes."""
    kinds: Counter[str] = Counter()
    for item in items:
        origins = {place.origin or item.origin for place in item.places}
        folders = {posixpath.dirname(place.file or "") for place in item.places}
        nodes = {place.node for place in item.places}
        for prefix, found in (("origin:", origins), ("", folders), ("", nodes)):
            kinds.update({f"{prefix}{name}" for name in found if name and len(found) == 1})
    return sorted(kinds.items(), key=lambda kind: (not kind[0].startswith("origin:"), -kind[1], kind[0]))


def _stands_in(place: Place, name: str) -> bool:
    """By the node's unique id or name, by the file, or by a folder on its way."""
    file = place.file or ""
    return name in (place.node, place.node.split(".", 2)[-1], file) or file.startswith(f"{name}/")
