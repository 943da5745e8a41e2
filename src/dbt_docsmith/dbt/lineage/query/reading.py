"""SQL text -> SqlLineage: bounded, silent, and never an exception.

Imports sqlglot: import it late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from dbt_docsmith.dbt.lineage.query.expressions import NODE
from dbt_docsmith.dbt.lineage.query.fitting import fitted
from dbt_docsmith.dbt.lineage.query.plan import SqlLineage
from dbt_docsmith.dbt.lineage.query.scopes import ScopeReader
from dbt_docsmith.dbt.lineage.query.words import SqlText

MOST_CHARS = 200_000
MOST_NESTED_TYPES = 8
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET})
# sqlglot meets some SQL with these rather than with an error of its own
_FAULTS = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError)


def read_lineage(parseable: str, dialect: str | None) -> SqlLineage:
    """What the SQL does with columns. ``dialect`` is sqlglot's name for it, None for generic SQL.

    It never raises: where nothing can be read, the ``reason`` says why.
    """
    if len(parseable) > MOST_CHARS:
        return SqlLineage(reason=f"its SQL is longer than {MOST_CHARS:,} characters")
    with _silence():
        try:
            return _read(parseable, _dialect(dialect), dialect)
        except _FAULTS as fault:
            return SqlLineage(reason=_reason(fault))


def _read(sql: str, dialect: Dialect, name: str | None) -> SqlLineage:
    tokens = dialect.tokenize(sql)
    if _nested_types(tokens) > MOST_NESTED_TYPES:
        return SqlLineage(reason="its SQL is nested too deeply")
    text = SqlText(sql, tokens)
    try:
        statements = _statements(sql, tokens, dialect)
    except ParseError:
        sql = fitted(sql, tokens) or sql
        tokens = dialect.tokenize(sql)
        text = SqlText(sql, tokens)
        statements = _statements(sql, tokens, dialect)
    if not statements:
        return SqlLineage(reason="its SQL is empty")
    if not isinstance(statements[-1], (exp.Query, exp.Values)):
        return SqlLineage(reason=f"its SQL is no query but {statements[-1].sql(dialect, comments=False)[:100]}")
    return ScopeReader(text, name).read(statements[-1])


def _statements(sql: str, tokens: list[Token], dialect: Dialect) -> list[exp.Expr]:
    parsed = dialect.parser().parse(tokens, sql)
    return [each for each in parsed if isinstance(each, NODE) and not isinstance(each, exp.Semicolon)]


def _dialect(name: str | None) -> Dialect:
    """The dialect, or generic SQL where this sqlglot is too old to know it."""
    try:
        return Dialect.get_or_raise(name)
    except ValueError:
        return Dialect.get_or_raise(None)


def _nested_types(tokens: Sequence[Token]) -> int:
    """How many words that may name a type open brackets inside one another.

    sqlglot tries each of ``struct(``, ``array[``, ``date(`` twice, so its time doubles with every level.
    """
    deepest, nested, stack = 0, 0, []
    previous = TokenType.SEMICOLON
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            stack.append(previous in _TYPE_TOKENS)
            nested += stack[-1]
            deepest = max(deepest, nested)
        elif kind in _CLOSING and stack:
            nested -= stack.pop()
        previous = kind
    return deepest


_TYPE_TOKENS = frozenset(Dialect.get_or_raise(None).parser().TYPE_TOKENS)


@contextmanager
def _silence() -> Iterator[None]:
    """sqlglot warns of syntax it only half understands; that is said in the lineage, not on the terminal."""
    logger = logging.getLogger("sqlglot")
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was_disabled


def _reason(fault: BaseException) -> str:
    if isinstance(fault, RecursionError):
        return "its SQL is nested too deeply"
    errors = getattr(fault, "errors", None) or [{}]
    line = errors[0].get("line")
    return f"its SQL could not be parsed at line {line}" if line else "its SQL could not be parsed"
