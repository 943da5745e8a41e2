"""Which macro calls which, without circles: a macro that is called is described first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from dbt_docsmith.dbt.things.macros import dispatcher
from dbt_docsmith.types import Node


def with_calls(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes, each macro depending on the macros it calls; one that implements another depends on that instead.

    Of a circle the call that closes it is left out.
    """
    macros = {unique_id: node for unique_id, node in nodes.items() if node.resource_type == "macro"}
    wanted = {unique_id: list(_wanted(node, macros)) for unique_id, node in macros.items()}
    kept = _without_circles(wanted)
    return {**nodes, **{uid: replace(node, depends_on=tuple(kept[uid])) for uid, node in macros.items()}}


def _wanted(macro: Node, macros: Mapping[str, Node]) -> Iterator[str]:
    above = dispatcher(macro, macros)
    if above is not None:
        yield above.unique_id
    for unique_id in macro.macros:
        called = macros.get(unique_id)
        if called is not None and dispatcher(called, macros) is not macro:
            yield unique_id


def _without_circles(wanted: Mapping[str, list[str]]) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {unique_id: [] for unique_id in wanted}
    done: set[str] = set()
    for start in wanted:
        way = [(start, iter(wanted[start]))] if start not in done else []
        inside = {start}
        while way:
            unique_id, rest = way[-1]
            called = next(rest, None)
            if called is None:
                way.pop()
                inside.discard(unique_id)
                done.add(unique_id)
            elif called not in inside:
                kept[unique_id].append(called)
                if called not in done:
                    way.append((called, iter(wanted[called])))
                    inside.add(called)
    return kept
