"""Which macros have changed, and who calls one, directly or through others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_docsmith.dbt.selection.state.shapes import ComparedMacro, Resource


def changed_macros(now: Mapping[str, ComparedMacro], before: Mapping[str, ComparedMacro]) -> frozenset[str]:
    """The unique ids of macros that are new, gone, or say something else."""
    shared = now.keys() & before.keys()
    altered = {unique_id for unique_id in shared if now[unique_id].macro_sql != before[unique_id].macro_sql}
    return frozenset(altered | (now.keys() ^ before.keys()))


class MacroReach:
    """Which resources a changed macro reaches. The answer for each macro is found once."""

    def __init__(self, macros: Mapping[str, ComparedMacro], changed: frozenset[str]) -> None:
        self._reached = set(changed)
        callers: dict[str, list[str]] = {}
        for unique_id, macro in macros.items():
            for called in _called(macro):
                callers.setdefault(called, []).append(unique_id)
        waiting = list(changed)
        while waiting:
            found = [each for each in callers.get(waiting.pop(), ()) if each not in self._reached]
            self._reached.update(found)
            waiting += found

    def reaches(self, resource: Resource) -> bool:
        """Whether it calls a changed macro, or one that leads to one."""
        return any(called in self._reached for called in _called(resource))


def _called(caller: Resource | ComparedMacro) -> Iterator[str]:
    yield from (each for each in (caller.depends_on and caller.depends_on.macros) or () if each)
