"""The columns of one SELECT, once the views of its sources are known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbt_docsmith.dbt.lineage.query.names import Scope
from dbt_docsmith.dbt.lineage.query.passing import Passage, made_of, passed_on, unknown_column
from dbt_docsmith.dbt.lineage.query.plan import NO_QUERY, Item, Read, SelectQuery, Source, Star
from dbt_docsmith.dbt.lineage.query.views import HIDDEN, End, View, puzzle_view, telling_ends
from dbt_docsmith.types import ColumnLineage


def selected(
    query: SelectQuery, scope: Scope, view_of: Callable[[int], View], relation_view: Callable[[str], View]
) -> View:
    """What a SELECT projects. ``view_of`` gives the view of a subquery in one of its expressions,
    ``relation_view`` that of a relation that lists its columns."""
    if _only_passes_on(query):
        return scope.views[0]
    return _Selection(query, scope, view_of, relation_view).view()


def _only_passes_on(query: SelectQuery) -> bool:
    """``select * from x``: the very columns of x."""
    if len(query.sources) != 1 or query.grouped or len(query.items) != 1:
        return False
    star = query.items[0]
    return isinstance(star, Star) and star == Star(qualifier=star.qualifier) and not star.qualifier


class _Selection:
    def __init__(
        self,
        query: SelectQuery,
        scope: Scope,
        view_of: Callable[[int], View],
        relation_view: Callable[[str], View],
    ) -> None:
        self._relation_view = relation_view
        self._query = query
        self._scope = scope
        self._view_of = view_of
        self._passage = Passage(len(query.sources) > 1, query.grouped, query.distinct)
        self._columns: dict[str, ColumnLineage] = {}
        self._ends: list[End] = []

    def view(self) -> View:
        for item in self._query.items:
            if isinstance(item, Star):
                self._spread(item)
            else:
                column = self._column(item)
                self._add(column)
                self._scope.add_alias(item, column)
        return View(columns=self._columns, ends=telling_ends(self._ends))

    def _add(self, column: ColumnLineage) -> None:
        key = column.name.lower()
        self._columns[key if key and key not in self._columns else f"{HIDDEN}{len(self._columns)}"] = column

    def _column(self, item: Item) -> ColumnLineage:
        if item.kind == "column":
            return self._passed(item)
        found = [self._read(read) for read in item.reads]
        field = any(goes_on for _, goes_on in found)
        return made_of(item, [column for column, _ in found], self._passage, field=field)

    def _passed(self, item: Item) -> ColumnLineage:
        column, field = self._read(item.reads[0])
        if column is None:
            return unknown_column(item.name, item.expression, item.comment)
        if field:
            return made_of(item, [column], self._passage, field=True)
        return passed_on(column, item.name, self._passage, item.comment)

    def _read(self, read: Read) -> tuple[ColumnLineage | None, bool]:
        if read.query != NO_QUERY:
            return self._whole(self._view_of(read.query)), False
        found = self._scope.find(read.parts)
        return (found.column, found.field) if found else (None, False)

    def _whole(self, view: View) -> ColumnLineage:
        """A subquery in an expression, as one column that has the origins of all it projects."""
        item = Item(name="", kind="derived")
        return made_of(item, list(view.columns.values()), Passage(), field=False)

    def _spread(self, star: Star) -> None:
        if star.puzzle:
            self._ends += puzzle_view(f"{star.puzzle} may be any columns").ends
            return
        if star.listed_by:
            self._spread_listed(star)
            return
        source = self._scope.source(star.qualifier) if star.qualifier else None
        if star.qualifier and source is None:
            self._ends += puzzle_view(f"the fields of {star.qualifier} are not known").ends
            return
        for index, view in enumerate(self._scope.views):
            if source is None or source == index:
                self._spread_source(star, index, view, alone=source is not None)

    def _spread_listed(self, star: Star) -> None:
        """The columns that another relation lists, each read by its name from the sources of this SELECT."""

        def read(name: str) -> ColumnLineage:
            found = self._scope.find((star.qualifier, name) if star.qualifier else (name,))
            own = f"{star.prefix}{name}{star.suffix}"
            if found is None or found.field:
                return unknown_column(own, name)
            return passed_on(found.column, own, self._passage)

        def guess(name: str) -> ColumnLineage | None:
            lower, end = name.lower(), len(name) - len(star.suffix)
            inner = name[len(star.prefix) : end]
            fits = lower.startswith(star.prefix.lower()) and lower.endswith(star.suffix.lower())
            return read(inner) if fits and inner and inner.lower() not in star.hidden else None

        view = self._relation_view(star.listed_by)
        for name, column in view.columns.items():
            if name not in star.hidden:
                self._add(read(column.name))
        self._ends += (End(guess, end.reason) for end in view.ends)

    def _spread_source(self, star: Star, index: int, view: View, *, alone: bool) -> None:
        renamed = dict(star.renamed)
        replaced = {item.name.lower(): item for item in star.replaced}
        for name, column in view.columns.items():
            if name in star.hidden or (not alone and self._scope.merged_before(index, name)):
                continue
            if not alone and self._scope.merged_after(index, name):
                found = self._scope.find((name,))
                column = found.column if found else column
            if name in replaced:
                self._add(self._column(replaced[name]))
            else:
                self._add(passed_on(column, renamed.get(name, column.name), self._passage))
        self._ends += (self._end(end, star) for end in view.ends)

    def _end(self, end: End, star: Star) -> End:
        old_names = {new.lower(): old for old, new in star.renamed}
        gone = {*star.hidden, *(old for old, _ in star.renamed)}

        def guess(name: str) -> ColumnLineage | None:
            if name in gone:
                return None
            column = end.guess(old_names.get(name, name))
            return passed_on(column, name, self._passage) if column else None

        return End(guess, end.reason)


def source_view(source: Source, view: View) -> View:
    """The view of a source under the column names its alias gives it."""
    if not source.columns:
        return view
    names = iter(source.columns)
    renamed = (passed_on(column, next(names, column.name), Passage()) for column in view.columns.values())
    return View(columns={column.name.lower(): column for column in renamed}, ends=view.ends)


def function_view(source: Source, found: Sequence[ColumnLineage]) -> View:
    """The view of rows a function makes: every column comes of all it reads."""

    def made(name: str) -> ColumnLineage:
        item = Item(name=name, kind="derived", expression=source.text)
        return made_of(item, found, Passage(), field=False)

    columns = {name.lower(): made(name) for name in source.columns}
    return View(columns=columns, ends=(End(made, f"the columns of {source.text} are not known"),) * source.open)
