"""What one query reads its rows from: the FROM and the joins of a SELECT -> its sources.

Imports sqlglot: import it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace
from sqlglot import exp

from dbt_docsmith.dbt.lineage.query.expressions import NODE, examine
from dbt_docsmith.dbt.lineage.query.plan import Read, Source
from dbt_docsmith.dbt.sql.marks import is_unknown_name, short_name

_FILTERING = frozenset({"SEMI", "ANTI"})


class SourceReader:
    """Reads the sources of one SELECT. ``ctes`` are the queries it can name.

    ``nested`` reads a subquery that sees the other sources, ``apart`` one that does not.
    """

    def __init__(
        self,
        dialect: str | None,
        ctes: Mapping[str, int],
        *,
        nested: Callable[[exp.Expr], int],
        apart: Callable[[exp.Expr], int],
    ) -> None:
        self._dialect = dialect
        self._ctes = ctes
        self._nested = nested
        self._apart = apart

    def read(self, select: exp.Select) -> tuple[Source, ...]:
        """All sources in order, those of nested joins with them."""
        from_ = select.args.get("from_")
        found = list(self._from(from_.this)) if isinstance(from_, exp.From) else []
        found += self._around(select)
        if select.args.get("match") or select.args.get("pivots"):
            return (_puzzle(),)
        return tuple(found)

    def _from(self, node: exp.Expr) -> Iterator[Source]:
        if isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Table, exp.Subquery)):
            yield from self._in_parentheses(node)
        elif isinstance(node, exp.Table):
            yield from self._table(node)
        elif isinstance(node, exp.Subquery):
            yield self._named(node, Source(names=(), query=self._apart(node)))
        elif isinstance(node, exp.Lateral):
            yield self._lateral(node)
        elif isinstance(node, exp.Values):
            yield self._named(node, Source(names=(), query=self._apart(node)))
        else:
            yield self._function(node, node)
        yield from self._around(node)

    def _in_parentheses(self, node: exp.Subquery) -> Iterator[Source]:
        """``(a join b)``, or brackets around brackets."""
        inner = list(self._from(node.this))
        if len(inner) == 1:
            yield self._named(node, inner[0]) if node.alias else inner[0]
        else:
            yield from (replace(source, names=(*source.names, *_alias(node))) for source in inner)

    def _around(self, node: exp.Expr) -> Iterator[Source]:
        """The joins and lateral views that hang on a SELECT or on a table."""
        for lateral in node.args.get("laterals") or ():
            yield from self._from(lateral)
        for join in node.args.get("joins") or ():
            if str(join.args.get("kind") or "").upper() in _FILTERING or _is_filtering(join):
                continue
            yield from self._joined(join)

    def _joined(self, join: exp.Join) -> Iterator[Source]:
        using = tuple(column.name.lower() for column in join.args.get("using") or ())
        if str(join.args.get("method") or "").upper() == "NATURAL":
            using = ("*",)
        side = str(join.args.get("side") or "").upper()
        for source in self._from(join.this):
            yield replace(source, using=using, side=side) if using else source

    def _table(self, table: exp.Table) -> Iterator[Source]:
        if not isinstance(table.this, exp.Identifier):
            yield self._function(table, table.this)
            return
        if any(is_unknown_name(part.name) for part in table.parts):
            yield _puzzle(*_alias(table), text=table.sql(self._dialect, comments=False))
            return
        if is_unknown_name(table.alias):
            yield _puzzle(text=table.alias)
            table.set("alias", None)
        name = ".".join(part.name for part in table.parts)
        number = self._ctes.get(name.lower())
        own = (table.name.lower(), *filter(None, [short_name(table.name.lower())]))
        source = Source(names=own, relation=name.lower()) if number is None else Source(names=own, query=number)
        yield self._named(table, source)

    def _named(self, node: exp.Expr, source: Source) -> Source:
        """The source under its alias; a pivot makes columns that cannot be told."""
        pivots = node.args.get("pivots") or ()
        names = _alias(node) or source.names
        if pivots:
            names = next((_alias(pivot) for pivot in pivots if pivot.alias), names)
            return _puzzle(*names, text=pivots[0].sql(self._dialect, comments=False))
        return replace(source, names=names, columns=_column_names(node) or source.columns)

    def _lateral(self, lateral: exp.Lateral) -> Source:
        inner = lateral.this
        if isinstance(inner, exp.Subquery):
            return self._named(lateral, Source(names=(), query=self._nested(inner)))
        return self._function(lateral, inner)

    def _function(self, node: exp.Expr, call: exp.Expr) -> Source:
        """Rows that a function makes: all its columns come of what it reads."""
        found = examine(call, self._nested)
        columns = _column_names(node)
        names = _alias(node) or tuple(column.lower() for column in columns)
        offset = node.args.get("offset")
        if isinstance(offset, NODE):
            columns = (*(columns or names), offset.name)
        elif isinstance(call, exp.Unnest) or isinstance(node, exp.Unnest):
            columns = columns or names
        reads = tuple(Read(parts=read.parts, query=read.query) for read in found.reads)
        text = (
            call.sql(self._dialect, comments=False)
            if call is not node
            else _without_alias(node).sql(self._dialect, comments=False)
        )
        return Source(names=names, columns=columns, reads=reads, text=text, open=not columns)


def _puzzle(*names: str, text: str = "") -> Source:
    return Source(names=names, text=text, open=True, puzzle=True)


def _alias(node: exp.Expr) -> tuple[str, ...]:
    return (node.alias.lower(),) if node.alias else ()


def _column_names(node: exp.Expr) -> tuple[str, ...]:
    alias = node.args.get("alias")
    return tuple(column.name for column in alias.columns) if isinstance(alias, exp.TableAlias) else ()


def _without_alias(node: exp.Expr) -> exp.Expr:
    bare = node.copy()
    bare.set("alias", None)
    return bare


def _is_filtering(join: exp.Join) -> bool:
    """LEFT SEMI and LEFT ANTI keep rows of the left side; their right side has no columns here."""
    return str(join.args.get("side") or "").upper() in _FILTERING
