"""A parsed statement -> SqlLineage: which query reads from which, and what each projects.

Imports sqlglot: import it late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from dbt_docsmith.dbt.lineage.query.expressions import examine
from dbt_docsmith.dbt.lineage.query.items import ItemReader
from dbt_docsmith.dbt.lineage.query.limits import Deadline
from dbt_docsmith.dbt.lineage.query.plan import (
    NO_QUERY,
    Item,
    ItemKind,
    PuzzleQuery,
    Query,
    SelectQuery,
    Source,
    SqlLineage,
    Star,
    UnionQuery,
)
from dbt_docsmith.dbt.lineage.query.sources import SourceReader
from dbt_docsmith.dbt.lineage.query.words import SqlText
from dbt_docsmith.dbt.sql.marks import is_unknown_name

Ctes = Mapping[str, int]
_NOT_YET = PuzzleQuery("")


class ScopeReader:
    """Reads one statement. Queries are numbered in the order they are met, CTEs before what uses them."""

    def __init__(self, text: SqlText, dialect: str | None, deadline: Deadline) -> None:
        self._text = text
        self._dialect = dialect
        self._deadline = deadline
        self._queries: list[Query] = []

    def read(self, statement: exp.Expr) -> SqlLineage:
        """The lineage of a whole statement."""
        root = self.query(statement, {}, NO_QUERY)
        return SqlLineage(queries=tuple(self._queries), root=root, needs_columns=self._needs_columns())

    def query(self, node: exp.Expr, ctes: Ctes, outer: int) -> int:
        """Read a query and all below it; its number."""
        number = self._reserve()
        self._fill(number, node, ctes, outer)
        return number

    def _reserve(self) -> int:
        self._deadline.check()
        self._queries.append(_NOT_YET)
        return len(self._queries) - 1

    def _fill(self, number: int, node: exp.Expr, ctes: Ctes, outer: int) -> None:
        ctes = self._with_ctes(node, ctes, outer)
        while isinstance(node, exp.Subquery) and not node.args.get("joins"):
            node = node.this
            ctes = self._with_ctes(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            self._queries[number] = self._union(node, ctes, outer)
        elif isinstance(node, exp.Select):
            self._queries[number] = self._select(number, node, ctes, outer)
        elif isinstance(node, exp.Values):
            self._queries[number] = self._values(node)
        else:
            self._queries[number] = PuzzleQuery(node.sql(self._dialect, comments=False)[:200])

    def _with_ctes(self, node: exp.Expr, ctes: Ctes, outer: int) -> Ctes:
        """The names a query can read from. A CTE sees those before it, and itself where it is a union."""
        with_ = node.args.get("with_")
        if not isinstance(with_, exp.With):
            return ctes
        seen = dict(ctes)
        for cte in with_.expressions:
            number = self._reserve()
            name, body = cte.alias.lower(), cte.this
            inside = {**seen, name: number} if isinstance(body, exp.SetOperation) else dict(seen)
            columns = tuple(column.name for column in cte.args["alias"].columns)
            if columns:
                self._queries[number] = self._renamed(body, inside, outer, columns)
            else:
                self._fill(number, body, inside, outer)
            seen[name] = number
        return seen

    def _renamed(self, body: exp.Expr, ctes: Ctes, outer: int, columns: tuple[str, ...]) -> SelectQuery:
        """``t(a, b) as (...)`` is ``select * from (...) as t(a, b)``."""
        source = Source(names=(), query=self.query(body, ctes, outer), columns=columns)
        return SelectQuery(items=(Star(),), sources=(source,))

    def _union(self, node: exp.Expr, ctes: Ctes, outer: int) -> UnionQuery:
        """A left-deep chain, flattened; EXCEPT and INTERSECT have the columns of what stands before them."""
        by_name = False
        branches: list[exp.Expr] = []
        while isinstance(node, exp.SetOperation) and (not branches or not node.args.get("with_")):
            by_name |= bool(node.args.get("by_name"))
            if isinstance(node, exp.Union):
                branches.append(node.expression)
            node = node.this
            while isinstance(node, exp.Subquery) and isinstance(node.this, exp.SetOperation):
                node = node.this
        numbers = [self.query(branch, ctes, outer) for branch in (node, *reversed(branches))]
        return UnionQuery(branches=tuple(numbers), by_name=by_name)

    def _select(self, number: int, node: exp.Select, ctes: Ctes, outer: int) -> SelectQuery:
        def nested(query: exp.Expr) -> int:
            return self.query(query, ctes, number)

        def apart(query: exp.Expr) -> int:
            return self.query(query, ctes, outer)

        sources = SourceReader(self._dialect, ctes, nested=nested, apart=apart).read(node)
        items = ItemReader(self._text, self._dialect, nested).read(node)
        return SelectQuery(
            items=items,
            sources=sources,
            grouped=node.args.get("group") is not None or any(is_unknown_name(source.text) for source in sources),
            distinct=_is_grouping_distinct(node),
            outer=outer,
        )

    def _values(self, node: exp.Values) -> SelectQuery:
        """The first row stands for all; its columns have names only where an alias gives them."""
        first = node.expressions[0]
        cells = first.expressions if isinstance(first, exp.Tuple) else [first]
        items = tuple(Item(name="", kind=self._cell_kind(cell)) for cell in cells)
        return SelectQuery(items=items)

    def _cell_kind(self, cell: exp.Expr) -> ItemKind:
        found = examine(cell, lambda query: self.query(query, {}, NO_QUERY))
        return "derived" if found.reads or found.calls or found.unknowns else "constant"

    def _needs_columns(self) -> bool:
        return any(_leans_on_columns(query) for query in self._queries if isinstance(query, SelectQuery))


def _is_grouping_distinct(node: exp.Select) -> bool:
    """DISTINCT over named columns is a GROUP BY; over ``*`` or with ON it only drops rows."""
    distinct = node.args.get("distinct")
    if not isinstance(distinct, exp.Distinct) or distinct.args.get("on"):
        return False
    return not any(projected.is_star for projected in node.expressions)


def _leans_on_columns(query: SelectQuery) -> bool:
    if any(isinstance(item, Star) for item in query.items):
        return True
    if len(query.sources) > 1 and any(len(parts) == 1 for parts in _reads(query)):
        return True
    return _may_read_an_alias(query)


def _may_read_an_alias(query: SelectQuery) -> bool:
    """Whether a name could mean a source's column, or one that this SELECT has made before."""
    made: set[str] = set()
    for item in query.items:
        if isinstance(item, Item):
            if any(len(read.parts) == 1 and read.parts[0] in made for read in item.reads):
                return True
            made.add(item.name.lower())
    return False


def _reads(query: SelectQuery) -> Iterator[tuple[str, ...]]:
    for item in query.items:
        if isinstance(item, Item):
            yield from (read.parts for read in item.reads)
