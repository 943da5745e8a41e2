"""``state:``: this project against itself as it was, answered as ``dbt ls --state`` would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from dbt_docsmith.dbt.selection.state.macros import MacroReach, changed_macros
from dbt_docsmith.dbt.selection.state.sameness import (
    APART,
    NEW_IS_NOT_MODIFIED,
    Same,
    aspects,
    same_body,
    same_config,
    same_contract,
    same_persisted_description,
    same_relation,
    same_source_relation,
)
from dbt_docsmith.dbt.selection.state.shapes import ProjectState, Resource

STATES = (
    "modified modified.body modified.configs modified.contract modified.macros modified.persisted_descriptions"
    " modified.relation new old unmodified"
).split()


class Comparison:
    """Two states of a project. ``more_unrendered`` is dbt's ``state_modified_compare_more_unrendered_values``."""

    def __init__(self, now: ProjectState, before: ProjectState, *, more_unrendered: bool = False) -> None:
        self._now = now
        self._before = before
        self._more_unrendered = more_unrendered
        self._answers: Mapping[str, Callable[[str], bool]] = {
            "new": lambda unique_id: unique_id not in before.resources,
            "old": lambda unique_id: unique_id in before.resources,
            "modified": self._is_modified,
            "unmodified": lambda unique_id: not self._is_modified(unique_id),
            "modified.body": self._differs(same_body, APART),
            "modified.configs": self._differs(same_config, {"unit_test"}),
            "modified.contract": self._differs(same_contract, APART),
            "modified.macros": self._calls_changed_macro,
            "modified.persisted_descriptions": self._differs(same_persisted_description, APART),
            "modified.relation": self._differs(self._same_relation, APART - {"source"}),
        }

    def is_in(self, state: str, unique_id: str) -> bool:
        """Whether a resource of the project as it is now is in one of STATES."""
        return unique_id in self._now.resources and self._answers[state](unique_id)

    @cached_property
    def _macros(self) -> MacroReach:
        return MacroReach(self._now.macros, changed_macros(self._now.macros, self._before.macros))

    def _calls_changed_macro(self, unique_id: str) -> bool:
        return self._macros.reaches(self._now.resources[unique_id])

    def _is_modified(self, unique_id: str) -> bool:
        now, before = self._now.resources[unique_id], self._before.resources.get(unique_id)
        if before is None:
            changed = now.resource_type not in NEW_IS_NOT_MODIFIED
        else:
            changed = not self._same_contents(now, before)
        return changed or self._macros.reaches(now)

    def _same_contents(self, now: Resource, before: Resource) -> bool:
        if now.resource_type == "source" and not self._same_relation(now, before):
            return False
        return all(same(now, before) for same in aspects(now))

    def _same_relation(self, now: Resource, before: Resource) -> bool:
        if now.resource_type == "source":
            return same_source_relation(now, before, unrendered=self._more_unrendered)
        return same_relation(now, before)

    def _differs(self, same: Same, without: frozenset[str] | set[str]) -> Callable[[str], bool]:
        """Of kinds that have the aspect at all: it is new, or the aspect has changed."""

        def differs(unique_id: str) -> bool:
            now, before = self._now.resources[unique_id], self._before.resources.get(unique_id)
            return now.resource_type not in without and (before is None or not same(now, before))

        return differs
