"""SqlLineage laid over real columns: where each column of a query comes from. Pure.

Every query becomes a view: the columns it is known to have, each with its way back to the relations, and the
ends where further columns may come from. Queries are taken in an order in which what one reads is there before
it, without recursion, so that no chain of CTEs is too long; a recursive CTE reads its own first branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dbt_docsmith.dbt.lineage.query.limits import Deadline, check_width
from dbt_docsmith.dbt.lineage.query.names import Scope
from dbt_docsmith.dbt.lineage.query.plan import (
    NO_QUERY,
    Item,
    Query,
    SelectQuery,
    Source,
    SqlLineage,
    UnionQuery,
)
from dbt_docsmith.dbt.lineage.query.selecting import function_view, selected, source_view
from dbt_docsmith.dbt.lineage.query.stacking import stacked
from dbt_docsmith.dbt.lineage.query.views import View, puzzle_view


def resolve(lineage: SqlLineage, relation_view: Callable[[str], View], deadline: Deadline | None = None) -> View:
    """The view of what a statement projects; ``relation_view`` gives what is known of each relation it names.

    TooLongError: it would take too long.
    """
    if lineage.root == NO_QUERY:
        return puzzle_view(lineage.reason)
    return _Resolver(lineage.queries, relation_view, deadline or Deadline()).view_of(lineage.root)


class _Resolver:
    def __init__(
        self, queries: tuple[Query, ...], relation_view: Callable[[str], View], deadline: Deadline
    ) -> None:
        self._deadline = deadline
        self._queries = queries
        self._relation_view = relation_view
        self._views: dict[int, View] = {}
        self._scopes: dict[int, Scope] = {}

    def view_of(self, root: int) -> View:
        for number in _in_order(self._queries, root):
            self._deadline.check()
            self._views[number] = self._view(number)
            check_width(len(self._views[number].columns))
        return self._views[root]

    def _view(self, number: int) -> View:
        query = self._queries[number]
        if isinstance(query, SelectQuery):
            return selected(query, self._scope(query), self._ready, self._relation_view)
        if isinstance(query, UnionQuery):
            return stacked([self._ready(branch) for branch in query.branches], by_name=query.by_name)
        return puzzle_view(f"{query.text} cannot be read")

    def _ready(self, number: int) -> View:
        """A query's view. One that is not there yet is a recursive CTE: its first branch stands for it."""
        if number in self._views:
            return self._views[number]
        query = self._queries[number]
        first = query.branches[0] if isinstance(query, UnionQuery) else number
        return self._views.get(first) or puzzle_view("it reads itself")

    def _scope(self, query: SelectQuery) -> Scope:
        """The names a SELECT can use; the sources before a lateral one are among those it can."""
        outer = self._queries[query.outer] if query.outer != NO_QUERY else None
        scope = Scope(query, self._scope(outer) if isinstance(outer, SelectQuery) else None)
        for source in query.sources:
            scope.views.append(self._source_view(source, scope))
        return scope

    def _source_view(self, source: Source, scope: Scope) -> View:
        if source.puzzle:
            return puzzle_view(f"the columns of {source.text or 'what it reads'} cannot be told")
        if source.query != NO_QUERY:
            return source_view(source, self._ready(source.query))
        if source.relation:
            return source_view(source, self._relation_view(source.relation))
        found = [scope.find(read.parts) for read in source.reads if read.parts]
        return function_view(source, [each.column for each in found if each])


def _in_order(queries: tuple[Query, ...], root: int) -> Iterator[int]:
    """The numbers of all queries the root rests on, each after those it reads; a circle is cut where it closes."""
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        number, is_done = stack.pop()
        if is_done:
            yield number
        elif number not in seen:
            seen.add(number)
            stack.append((number, True))
            stack += [(below, False) for below in reversed(list(_read_by(queries[number])))]


def _read_by(query: Query) -> Iterator[int]:
    if isinstance(query, UnionQuery):
        yield from query.branches
    elif isinstance(query, SelectQuery):
        yield from (source.query for source in query.sources if source.query != NO_QUERY)
        for item in query.items:
            for expression in (item,) if isinstance(item, Item) else item.replaced:
                yield from (read.query for read in expression.reads if read.query != NO_QUERY)
