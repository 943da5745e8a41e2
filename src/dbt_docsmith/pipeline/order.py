"""Which node waits for which: children for parents, a version of a model for those that speak for it. Pure.

Whoever waits sees the texts that were made before, whether they were made in this run or in one that was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter

from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.types import Manifest, Node

Waits = Mapping[str, Sequence[str]]


def target_parents(manifest: Manifest, targets: Sequence[str]) -> dict[str, list[str]]:
    """For each target the nearest targets it waits for, seen through nodes that are none."""
    wanted = set(targets)
    waits = _waits(manifest, targets)
    nearest: dict[str, frozenset[str]] = {}
    for start in targets:
        stack = [start]
        while stack:
            unique_id = stack[-1]
            above = waits.get(unique_id, ())
            unseen = [each for each in above if each not in nearest and each in manifest.nodes]
            if unseen:
                stack += unseen
                continue
            stack.pop()
            seen = (frozenset({each}) if each in wanted else nearest.get(each) for each in above)
            nearest[unique_id] = frozenset().union(*(found for found in seen if found))
    return {unique_id: sorted(nearest[unique_id]) for unique_id in targets}


def after_the_first(waits: Mapping[str, Sequence[str]], groups: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """``waits`` in which all nodes of a group wait for the two of them that come first anyway.

    Two, as the origin itself may have nothing to say, and then the first that reads it does.
    """
    place = {unique_id: position for position, unique_id in enumerate(TopologicalSorter(waits).static_order())}
    more = {unique_id: list(above) for unique_id, above in waits.items()}
    for group in groups:
        ordered = sorted(group, key=place.__getitem__)
        for position, other in enumerate(ordered):
            more[other] = sorted({*more[other], *ordered[: min(position, 2)]})
    return more


def _waits(manifest: Manifest, targets: Sequence[str]) -> Waits:
    """What each node depends on, and for a version the ones that speak before it; never in a circle."""
    waits: dict[str, Sequence[str]] = {unique_id: node.depends_on for unique_id, node in manifest.nodes.items()}
    for unique_id, others in siblings(manifest.nodes.values()).items():
        for speaker in _speakers(manifest.nodes[unique_id], others, targets):
            if not _reaches(speaker, unique_id, waits):
                waits[unique_id] = (*waits[unique_id], speaker)
    return waits


def _speakers(node: Node, others: Sequence[Node], targets: Sequence[str]) -> list[str]:
    """The versions that take up what all of them miss before ``node`` does: the latest, then in order."""
    place = {unique_id: position for position, unique_id in enumerate(targets)}
    known = [other for other in (*others, node) if other.unique_id in place]
    ranked = [
        each.unique_id for each in sorted(known, key=lambda each: (not each.is_latest, place[each.unique_id]))
    ]
    return ranked[: ranked.index(node.unique_id)] if node.unique_id in ranked else ranked


def _reaches(start: str, goal: str, waits: Waits) -> bool:
    """Whether ``start`` waits for ``goal``, directly or not."""
    stack, seen = [start], {start}
    while stack:
        unique_id = stack.pop()
        if unique_id == goal:
            return True
        above = [each for each in waits.get(unique_id, ()) if each not in seen]
        seen.update(above)
        stack += above
    return False
