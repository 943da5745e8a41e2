"""SQL text -> SqlLineage: bounded, silent, and never an exception.

Imports sqlglot: import it late.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from dbt_docsmith.dbt.lineage.query.expressions import NODE
from dbt_docsmith.dbt.lineage.query.fitting import fitted
from dbt_docsmith.dbt.lineage.query.limits import Deadline, TooLongError
from dbt_docsmith.dbt.lineage.query.plan import SqlLineage
from dbt_docsmith.dbt.lineage.query.scopes import ScopeReader
from dbt_docsmith.dbt.lineage.query.words import SqlText

MOST_CHARS = 200_000
MOST_NESTED_TYPES = 8
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET})
# sqlglot meets some SQL with these rather than with an error of its own
_FAULTS = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError)


def read_lineage(parseable: str, dialect: str | None, deadline: Deadline | None = None) -> SqlLineage:
    """What the SQL does with columns. ``dialect`` is sqlglot's name for it, None for generic SQL.

    It never raises: where nothing can be read, the ``reason`` says why.
    """
    if len(parseable) > MOST_CHARS:
        return SqlLineage(reason=f"its SQL is longer than {MOST_CHARS:,} characters")
    with _silence():
        try:
            return _Reading(_dialect(dialect), dialect, deadline or Deadline()).read(parseable)
        except TooLongError as fault:
            return SqlLineage(reason=str(fault), too_long=True)
        except _FAULTS as fault:
            return SqlLineage(reason=_reason(fault))


class _Reading:
    def __init__(self, dialect: Dialect, name: str | None, deadline: Deadline) -> None:
        self._dialect = dialect
        self._name = name
        self._deadline = deadline

    def read(self, sql: str) -> SqlLineage:
        tokens = self._dialect.tokenize(sql)
        if _nested_types(tokens) > MOST_NESTED_TYPES:
            return SqlLineage(reason="its SQL is nested too deeply")
        text = SqlText(sql, tokens)
        try:
            statements = self._statements(sql, tokens)
        except ParseError:
            sql = fitted(sql, tokens) or sql
            tokens = self._dialect.tokenize(sql)
            text = SqlText(sql, tokens)
            statements = self._statements(sql, tokens)
        if not statements:
            return SqlLineage(reason="its SQL is empty")
        if not isinstance(statements[-1], (exp.Query, exp.Values)):
            words = statements[-1].sql(self._dialect, comments=False)[:100]
            return SqlLineage(reason=f"its SQL is no query but {words}")
        return ScopeReader(text, self._name, self._deadline).read(statements[-1])

    def _statements(self, sql: str, tokens: list[Token]) -> list[exp.Expr]:
        parser = _bounded(self._dialect.parser_class)(dialect=self._dialect)
        parser.deadline = self._deadline
        parsed = parser.parse(tokens, sql)
        return [each for each in parsed if isinstance(each, NODE) and not isinstance(each, exp.Semicolon)]


@functools.cache
def _bounded(parser: type[Any]) -> type[Any]:
    """A parser that looks at its deadline whenever it goes on; as it is where it was compiled and cannot."""

    def advance(self: Any, times: int = 1) -> None:
        self.deadline.check()
        parser._advance(self, times)

    with suppress(TypeError):
        return type(parser.__name__, (parser,), {"_advance": advance})
    return parser


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
