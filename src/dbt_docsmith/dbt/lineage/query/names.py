"""Which source of a query a name belongs to. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from dbt_docsmith.dbt.lineage.query.passing import merged
from dbt_docsmith.dbt.lineage.query.plan import Item, SelectQuery
from dbt_docsmith.dbt.lineage.query.views import View
from dbt_docsmith.types import ColumnLineage


class Found(Struct, frozen=True):
    """The column a dotted name reads; ``field``: the name goes on into a field of it."""

    column: ColumnLineage
    field: bool = False


class Scope:
    """The names that an expression of one SELECT can use. ``views`` are added in the order of its sources."""

    def __init__(self, query: SelectQuery, outer: Scope | None) -> None:
        self.views: list[View] = []
        self._sources = query.sources
        self._outer = outer
        self._named: dict[str, int] = {}
        for index, source in enumerate(query.sources):
            for name in source.names:
                self._named.setdefault(name, index)
        self._aliases: dict[str, tuple[Item, ColumnLineage]] = {}
        self._open: list[View] = []
        self._views_seen = 0

    def add_alias(self, item: Item, column: ColumnLineage) -> None:
        """Let the items after this one read it by its alias."""
        self._aliases.setdefault(item.name.lower(), (item, column))

    def source(self, name: str) -> int | None:
        """The number of the source of that name."""
        return self._named.get(name.rpartition(".")[2])

    def find(self, parts: Sequence[str]) -> Found | None:
        """The column that ``a``, ``t.a``, ``db.t.a``, ``a.field`` or ``t.a.field`` reads."""
        if len(parts) == 1:
            return _found(self._unqualified(parts[0]))
        first, second, *_ = parts
        readings = ((parts[-2], parts[-1], False), (first, second, True), (first, first, True))
        for qualifier, column, field in readings:
            source = self._view(qualifier)
            if source is not None and (read := source.find(column)):
                return Found(read, field)
        if self._outer is not None and (found := self._outer.find(parts)):
            return found
        return _found(self._unqualified(parts[0]), field=True)

    def _view(self, name: str) -> View | None:
        index = self._named.get(name, len(self.views))
        return self.views[index] if index < len(self.views) else None

    def merged_before(self, index: int, name: str) -> bool:
        """Whether USING has made the column of a source one with that of a source before it."""
        using = self._sources[index].using
        if name not in using and "*" not in using:
            return False
        return any(name in view.columns for view in self.views[:index])

    def merged_after(self, index: int, name: str) -> bool:
        """Whether USING makes the column of a source one with that of a source after it."""
        return any(self.merged_before(later, name) for later in range(index + 1, len(self.views)))

    def _unqualified(self, name: str) -> ColumnLineage | None:
        holders = [index for index, view in enumerate(self.views) if name in view.columns]
        if holders:
            return self._one_of(holders, name)
        unsure = self._open_views()
        alias = self._aliases.get(name)
        if alias and not (unsure and _reads_itself(alias[0])):
            # the source may have a column of that name, which would go first
            return structs.replace(alias[1], kind="unknown", inheritable=False) if unsure else alias[1]
        if len(unsure) == 1:
            return unsure[0].guess(name)
        if unsure and any(name in source.using for source in self._sources):
            return unsure[0].guess(name)
        if self._outer is not None and (found := self._outer.find((name,))):
            return found.column
        return None if unsure else self._only_guess(name)

    def _open_views(self) -> list[View]:
        if len(self.views) != self._views_seen:
            self._views_seen = len(self.views)
            self._open = [view for view in self.views if view.is_open]
        return self._open

    def _one_of(self, holders: Sequence[int], name: str) -> ColumnLineage | None:
        """The one holder's column; of several that USING makes one, the side's that is kept, or both."""
        columns = [self.views[index].columns[name] for index in holders]
        if len(holders) == 1:
            return columns[0]
        if not all(self.merged_before(index, name) for index in holders[1:]):
            return None
        sides = {self._sources[index].side for index in holders[1:]}
        if "FULL" in sides:
            return merged(columns)
        return columns[-1 if "RIGHT" in sides else 0]

    def _only_guess(self, name: str) -> ColumnLineage | None:
        if self._view(name) is not None:  # the whole row of a source
            return None
        guesses = [guess for view in self.views if view.ends and (guess := view.guess(name))]
        return guesses[0] if len(guesses) == 1 else None


def _found(column: ColumnLineage | None, *, field: bool = False) -> Found | None:
    return Found(column, field) if column is not None else None


def _reads_itself(item: Item) -> bool:
    return any(read.parts == (item.name.lower(),) for read in item.reads)
