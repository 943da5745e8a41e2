"""What one query does with columns, before anything is known of the tables it reads.

A ``SqlLineage`` is a parsed query with all left out that does not decide where a column comes from: its
subqueries and CTEs as a flat list that points into itself, each with its sources and its projected items. It
rests on the SQL alone, so it can be kept by the SQL's hash; ``resolving`` lays it over real columns.
Names of columns and sources are lower case, but for the names of items and the text of expressions.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ItemKind = Literal["column", "cast", "derived", "aggregated", "constant", "unknown"]
NO_QUERY = -1


class Read(Struct, frozen=True, array_like=True, gc=False):
    """What an expression reads: a column as its dotted name, or all that a subquery projects.

    ``start`` and ``end`` say where it stands in the item's expression; both 0 where that is not known.
    """

    parts: tuple[str, ...] = ()
    query: int = NO_QUERY
    start: int = 0
    end: int = 0


class Item(Struct, frozen=True, array_like=True, gc=False, tag="item"):
    """One projected expression. ``name`` is empty where the SQL gives it none."""

    name: str
    kind: ItemKind
    expression: str = ""
    reads: tuple[Read, ...] = ()
    comment: str = ""


class Star(Struct, frozen=True, array_like=True, gc=False, tag="star"):
    """``*`` or ``t.*``, less ``hidden``, with ``renamed`` (old, new) and ``replaced`` columns.

    ``puzzle`` says what stands there where it is something that makes columns nobody can tell. ``listed_by``: the
    relation that says which names there are, to be read from the sources, and given ``prefix`` and ``suffix``.
    """

    qualifier: str = ""
    hidden: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    replaced: tuple[Item, ...] = ()
    puzzle: str = ""
    listed_by: str = ""
    prefix: str = ""
    suffix: str = ""


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One thing a query reads rows from: a ``relation``, another ``query``, or a function of ``reads``.

    ``names`` are those its columns may be qualified by; ``columns`` rename its first columns, and are all
    there is of a function that is not ``open``. ``using`` are the columns it is joined by, ``*`` for a
    natural join; ``side`` is ``RIGHT``, ``FULL`` or empty. Of a ``puzzle`` nothing can be told but its ``text``.
    """

    names: tuple[str, ...]
    relation: str = ""
    query: int = NO_QUERY
    columns: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()
    text: str = ""
    open: bool = False
    using: tuple[str, ...] = ()
    side: str = ""
    puzzle: bool = False


class SelectQuery(Struct, frozen=True, array_like=True, gc=False, tag="select"):
    """A SELECT. ``distinct``: over named columns. ``outer`` is the query whose sources it sees as well."""

    items: tuple[Item | Star, ...]
    sources: tuple[Source, ...] = ()
    grouped: bool = False
    distinct: bool = False
    outer: int = NO_QUERY


class UnionQuery(Struct, frozen=True, array_like=True, gc=False, tag="union"):
    """Queries whose rows are put under each other, column by column, or by name."""

    branches: tuple[int, ...]
    by_name: bool = False


class PuzzleQuery(Struct, frozen=True, array_like=True, gc=False, tag="puzzle"):
    """Something that makes rows with columns that cannot be told. ``text`` says what it is."""

    text: str


Query = SelectQuery | UnionQuery | PuzzleQuery


class SqlLineage(Struct, frozen=True, array_like=True, gc=False):
    """All queries of one statement; ``root`` is the one whose columns the node has.

    ``needs_columns``: it cannot be resolved well without knowing the columns of the relations it reads.
    ``reason`` says in a few words why nothing could be read; then there are no queries. ``too_long``: that is so
    because it would take too long.
    """

    queries: tuple[Query, ...] = ()
    root: int = NO_QUERY
    needs_columns: bool = False
    reason: str = ""
    too_long: bool = False
