"""The named selectors of selectors.yml, as dbt keeps them in the manifest -> what to look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from dbt_docsmith.dbt.selection.spec import (
    SelectionDifference,
    SelectionIntersection,
    SelectionUnion,
    Spec,
    make_criterion,
    parse_criterion,
)
from dbt_docsmith.errors import UsageError


def default_selector(selectors: Mapping[str, Any]) -> str | None:
    """The selector that applies where nothing else was asked for (``default: true``), if there is one."""
    return next((name for name, entry in selectors.items() if _is_default(entry)), None)


def named_selector(name: str, selectors: Mapping[str, Any]) -> Spec:
    """The definition of a selector. UsageError: there is none of that name, or dbt would refuse it."""
    return _Definitions(selectors).named(name)


def _is_default(entry: object) -> bool:
    return isinstance(entry, dict) and entry.get("default") is True


class _Definitions(Struct, frozen=True):
    """The selectors in sight. ``inside`` are the ones being read, so that none inherits from itself."""

    selectors: Mapping[str, Any]
    inside: tuple[str, ...] = ()

    def named(self, name: object) -> Spec:
        if not isinstance(name, str) or name not in self.selectors:
            known = ", ".join(self.selectors) or "none: there is no selectors.yml"
            raise UsageError(f"there is no selector {name!r}; the project's selectors are {known}")
        if name in self.inside:
            raise UsageError(f"the selector {name!r} in selectors.yml inherits from itself: take one of them out")
        entry = self.selectors[name]
        definition = entry.get("definition") if isinstance(entry, dict) else entry
        return _Definitions(self.selectors, (*self.inside, name)).parse(definition)

    def parse(self, definition: object) -> Spec:
        if isinstance(definition, str):
            return parse_criterion(definition)
        if not isinstance(definition, dict):
            raise UsageError(f"{self.place} {definition!r} is neither a text nor a mapping")
        if "union" in definition:
            return self.parse_set(SelectionUnion, definition["union"])
        if "intersection" in definition:
            return self.parse_set(SelectionIntersection, definition["intersection"])
        return self.parse_method(definition)

    def parse_set(self, combine: type[SelectionUnion] | type[SelectionIntersection], parts: object) -> Spec:
        """Of a part that excludes, dbt reads nothing but the exclusion."""
        included: list[Spec] = []
        excluded: list[object] = []
        for part in self.as_list(parts):
            if isinstance(part, dict) and "exclude" in part:
                excluded += self.as_list(part["exclude"])
            else:
                included.append(self.parse(part))
        return self.without(combine(tuple(included)), excluded)

    def parse_method(self, definition: dict[str, Any]) -> Spec:
        if definition.get("method") == "selector":
            return self.named(definition.get("value"))
        if len(definition) == 1:
            (method, value), *_ = definition.items()
            definition = {"method": method, "value": value}
        if "method" not in definition or "value" not in definition:
            raise UsageError(f"{self.place} {definition!r} lacks its 'method' or its 'value'")
        criterion = make_criterion(str(definition), definition)
        return self.without(criterion, self.as_list(definition.get("exclude", [])))

    def without(self, included: Spec, excluded: Sequence[object]) -> Spec:
        if not excluded:
            return included
        return SelectionDifference(included, SelectionUnion(tuple(self.parse(part) for part in excluded)))

    def as_list(self, parts: object) -> list[object]:
        if not isinstance(parts, list):
            raise UsageError(f"{self.place} {parts!r} is not a list")
        return parts

    @property
    def place(self) -> str:
        return f"in the selector {self.inside[-1]!r} of selectors.yml,"
