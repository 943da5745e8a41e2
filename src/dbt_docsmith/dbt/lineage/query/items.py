"""The select list of one query -> its items and stars.

Imports sqlglot: import it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace
from sqlglot import exp

from dbt_docsmith.dbt.lineage.query.expressions import Examined, examine, identifier_start, kind_of
from dbt_docsmith.dbt.lineage.query.plan import Item, Read, Star
from dbt_docsmith.dbt.lineage.query.words import SqlText
from dbt_docsmith.dbt.sql.marks import is_unknown_name
from dbt_docsmith.dbt.sql.star_call import STAR_CALL, star_call

_NAMED_BY_WHAT_IS_CAST = frozenset({"postgres", "redshift", "materialize", "risingwave"})


class ItemReader:
    """Reads select lists; ``nested`` reads a subquery and gives its number."""

    def __init__(self, text: SqlText, dialect: str | None, nested: Callable[[exp.Expr], int]) -> None:
        self._text = text
        self._dialect = dialect
        self._nested = nested

    def read(self, select: exp.Select) -> tuple[Item | Star, ...]:
        """All that a SELECT projects, in order."""
        excluded = _names(select.args.get("exclude"))
        items = [item for projected in select.expressions for item in self._items(projected)]
        if not excluded:
            return tuple(items)
        return tuple(
            replace(item, hidden=(*item.hidden, *excluded)) if isinstance(item, Star) else item for item in items
        )

    def _items(self, projected: exp.Expr) -> Iterator[Item | Star]:
        if isinstance(projected, exp.Aliases):
            yield from self._several(projected)
        elif isinstance(projected, exp.Star):
            yield self._star(projected, "")
        elif isinstance(projected, exp.Column) and isinstance(projected.this, exp.Star):
            yield self._star(projected.this, ".".join(part.name for part in projected.parts[:-1]))
        elif isinstance(projected, exp.Anonymous) and str(projected.this).lower() == STAR_CALL:
            yield _listed_star(projected)
        elif self._is_puzzle(projected):
            yield Star(puzzle=projected.sql(self._dialect, comments=False))
        else:
            yield self._item(projected)

    def _is_puzzle(self, projected: exp.Expr) -> bool:
        """Something that may be several columns: an unknown piece that no AS makes one, ``columns(...)``."""
        if isinstance(projected, exp.Alias):
            return is_unknown_name(projected.alias) or self._is_bare_unknown(projected)
        if projected.is_star or isinstance(projected, exp.Columns):
            return True
        return isinstance(projected, exp.Column) and any(is_unknown_name(part.name) for part in projected.parts)

    def _is_bare_unknown(self, projected: exp.Alias) -> bool:
        """``{{ columns() }} x``: nobody can tell whether x names the piece or follows its trailing comma."""
        inner = projected.this
        if not isinstance(inner, exp.Column) or not is_unknown_name(inner.name):
            return False
        return not self._text.says_as(identifier_start(projected.args["alias"]))

    def _star(self, star: exp.Star, qualifier: str) -> Star:
        if star.args.get("ilike"):
            return Star(puzzle=star.sql(self._dialect, comments=False))
        renamed = tuple((pair.this.name.lower(), pair.alias) for pair in star.args.get("rename") or ())
        return Star(
            qualifier=qualifier.lower(),
            hidden=_names(star.args.get("except_")),
            renamed=renamed,
            replaced=tuple(self._item(alias) for alias in star.args.get("replace") or ()),
        )

    def _several(self, projected: exp.Aliases) -> Iterator[Item]:
        found = examine(projected.this, self._nested)
        expression = projected.this.sql(self._dialect, comments=False)
        for name in projected.expressions:
            yield Item(name=name.name, kind="derived", expression=expression, reads=_placeless(found))

    def _item(self, projected: exp.Expr) -> Item:
        inner = projected.this if isinstance(projected, exp.Alias) else projected
        found = examine(inner, self._nested)
        position = _last_name(projected)
        first = self._text.item_start(position)
        if first is None:
            expression, reads, comment = inner.sql(self._dialect, comments=False), _placeless(found), ""
        else:
            comment = self._text.comment(first, position)
            expression, reads = self._words(projected, found, first, position)
        kind = kind_of(inner, found)
        return Item(name=self._name(projected), kind=kind, expression=expression, reads=reads, comment=comment)

    def _words(
        self, projected: exp.Expr, found: Examined, first: int, position: int
    ) -> tuple[str, tuple[Read, ...]]:
        if not isinstance(projected, exp.Alias):
            return projected.name, _placeless(found)
        snippet = self._text.snippet(first, position, [(read.start, read.end) for read in found.reads])
        if not snippet.text:
            return projected.this.sql(self._dialect, comments=False), _placeless(found)
        places = snippet.places
        moved = (places.get((read.start, read.end), (0, 0)) for read in found.reads)
        return snippet.text, tuple(
            Read(parts=read.parts, query=read.query, start=start, end=end)
            for read, (start, end) in zip(found.reads, moved, strict=True)
        )

    def _name(self, projected: exp.Expr) -> str:
        if isinstance(projected, (exp.Alias, exp.Column)):
            name = projected.alias_or_name
        elif isinstance(projected, exp.Dot):
            name = projected.expression.name
        elif isinstance(projected, exp.Cast) and self._dialect in _NAMED_BY_WHAT_IS_CAST:
            name = projected.this.name if isinstance(projected.this, exp.Column) else ""
        else:
            name = ""
        return "" if is_unknown_name(name) else name


def _listed_star(projected: exp.Anonymous) -> Star:
    call = star_call([argument.name for argument in projected.expressions])
    return Star(
        qualifier=call.alias.lower(),
        hidden=call.hidden,
        listed_by=call.relation.lower(),
        prefix=call.prefix,
        suffix=call.suffix,
    )


def _last_name(projected: exp.Expr) -> int:
    if isinstance(projected, exp.Alias):
        return identifier_start(projected.args["alias"])
    if isinstance(projected, exp.Column):
        return identifier_start(projected.this)
    return -1


def _placeless(found: Examined) -> tuple[Read, ...]:
    return tuple(Read(parts=read.parts, query=read.query) for read in found.reads)


def _names(columns: list[exp.Expr] | None) -> tuple[str, ...]:
    return tuple(column.name.lower() for column in columns or ())
