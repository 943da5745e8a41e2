"""What a query is made of: its CTEs, the items it selects, and the clauses that shape its rows. Pure.

Nothing is understood that need not be: what is not a plain SELECT stays a run of tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dbt_docsmith.dbt.needed_sql.tokens import Token

SET_OPERATORS = frozenset({"union", "except", "intersect", "minus"})
_BEFORE_TABLE = frozenset({"from", "join", ",", "lateral", "apply"})
_MOST_DEPTH = 40


class Item(Struct, frozen=True):
    """One item of a SELECT. ``name`` is the column it makes, "" where that cannot be told, "*" for a star."""

    tokens: tuple[Token, ...]
    name: str


class Select(Struct, frozen=True):
    """``head`` is SELECT and what belongs to it; ``tail`` all that follows the items, subqueries as queries."""

    head: tuple[Token, ...]
    items: tuple[Item, ...]
    tail: tuple[Token | Query, ...]


class Cte(Struct, frozen=True):
    """``head`` is the name and all before the bracket; ``query`` what stands in it."""

    name: str
    head: tuple[Token, ...]
    query: Query


class Query(Struct, frozen=True):
    """``head`` is WITH where there are CTEs, and what stands before; ``parts`` are SELECTs, bracketed queries
    and whatever joins or follows them."""

    head: tuple[Token, ...]
    ctes: tuple[Cte, ...]
    parts: tuple[Select | Query | Token, ...]


def read_query(tokens: Sequence[Token]) -> Query | None:
    """The outline of a whole text; None where its brackets do not match."""
    reader = _Reader(tokens)
    query = reader.query(0)
    return query if reader.is_done else None


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether every token was read."""
        return self._at == len(self._tokens)

    def query(self, depth: int) -> Query:
        """Up to the bracket that closes it, or the end."""
        head = self._before_query()
        ctes: list[Cte] = []
        if self._word() == "with":
            head += self._take(2 if self._word(1) == "recursive" else 1)
            while (cte := self._cte(depth)) is not None:
                ctes.append(cte)
        return Query(tuple(head), tuple(ctes), tuple(self._parts(depth)))

    def _before_query(self) -> list[Token]:
        begin = self._at
        while self._more() and self._word() not in ("with", "select") and self._text() != "(":
            self._at += 1
        if not self._more() or self._text() == ")":
            self._at = begin
        return [token for token in self._tokens[begin : self._at] if not _is_config(token)]

    def _cte(self, depth: int) -> Cte | None:
        """The next CTE with the comma behind it, None where none follows."""
        begin = self._at
        self._skip_comments()
        name = self._word()
        self._at += 1
        if self._text() == "(":
            self._bracketed()
        if not name or self._word() != "as" or depth > _MOST_DEPTH:
            self._at = begin
            return None
        while self._more() and self._text() != "(":
            self._at += 1
        self._at += 1
        head = self._tokens[begin : self._at]
        query = self.query(depth + 1)
        self._at += 1
        self._skip_comma()
        return Cte(name, tuple(head), query)

    def _parts(self, depth: int) -> list[Select | Query | Token]:
        parts: list[Select | Query | Token] = []
        while self._more() and self._text() != ")":
            if self._word() == "select":
                parts.append(self._select(depth))
            elif self._opens_query() and depth < _MOST_DEPTH:
                parts += [*self._take(1), self.query(depth + 1), *self._take(1)]
            else:
                parts += self._bracketed() if self._text() == "(" else self._take(1)
        return parts

    def _select(self, depth: int) -> Select:
        head = self._take(1)
        if self._word() in ("distinct", "all", "top"):
            head += self._take(2 if self._word() == "top" else 1)
            if self._word() == "on" and self._text(1) == "(":
                head += [*self._take(1), *self._bracketed()]
        elif self._word() == "as":
            head += self._take(2)
        items = self._items()
        return Select(tuple(head), tuple(items), tuple(self._tail(depth)))

    def _items(self) -> list[Item]:
        items: list[Item] = []
        current: list[Token] = []
        while not self._ends_items():
            if self._text() == "(":
                current += self._bracketed()
            elif self._text() == ",":
                self._at += 1
                current += self._comments_on_line()
                items.append(_item(current))
                current = []
            else:
                current += self._take(1)
        return [*items, _item(current)] if current else items

    def _tail(self, depth: int) -> list[Token | Query]:
        tail: list[Token | Query] = []
        while self._more() and self._text() != ")" and not self._is_set_operator():
            before = tail[-1] if tail else None
            is_table = isinstance(before, Token) and (before.word or before.text) in _BEFORE_TABLE
            if is_table and self._opens_query() and depth < _MOST_DEPTH:
                tail += [*self._take(1), self.query(depth + 1), *self._take(1)]
            else:
                tail += self._bracketed() if self._text() == "(" else self._take(1)
        return tail

    def _ends_items(self) -> bool:
        if not self._more() or self._text() == ")" or self._is_set_operator():
            return True
        return self._word() == "from" and self._word(-1) != "distinct"

    def _is_set_operator(self) -> bool:
        if self._word() not in SET_OPERATORS or self._text(-1) == "*":
            return False
        after = 2 if self._word(1) in ("all", "distinct") else 1
        return self._word(after) in ("select", "with", "by", "from") or self._text(after) == "("

    def _opens_query(self) -> bool:
        ahead = 1
        while self._text(ahead) == "(" or self._kind(ahead) == "comment":
            ahead += 1
        return self._text() == "(" and self._word(ahead) in ("select", "with")

    def _bracketed(self) -> list[Token]:
        """From an opening bracket to the one that closes it."""
        begin, depth = self._at, 0
        while self._more():
            depth += {"(": 1, ")": -1}.get(self._text(), 0)
            self._at += 1
            if depth == 0:
                break
        return list(self._tokens[begin : self._at])

    def _comments_on_line(self) -> list[Token]:
        begin = self._at
        while self._kind() == "comment" and "\n" not in self._tokens[self._at].gap:
            self._at += 1
        return list(self._tokens[begin : self._at])

    def _skip_comments(self) -> None:
        while self._kind() == "comment":
            self._at += 1

    def _skip_comma(self) -> None:
        ahead = 0
        while self._kind(ahead) == "comment":
            ahead += 1
        if self._text(ahead) == ",":
            self._at += ahead + 1

    def _take(self, count: int) -> list[Token]:
        begin = self._at
        self._at += count
        return list(self._tokens[begin : self._at])

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _token(self, ahead: int = 0) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if 0 <= at < len(self._tokens) else None

    def _text(self, ahead: int = 0) -> str:
        token = self._token(ahead)
        return token.text if token else ""

    def _word(self, ahead: int = 0) -> str:
        token = self._token(ahead)
        return token.word if token else ""

    def _kind(self, ahead: int = 0) -> str:
        token = self._token(ahead)
        return token.kind if token else ""


def _is_config(token: Token) -> bool:
    return token.kind == "jinja" and token.text[2:].lstrip("- ").startswith("config")


def _item(tokens: Sequence[Token]) -> Item:
    said = [token for token in tokens if token.kind != "comment"]
    if any(token.kind == "control" for token in said) or not said:
        return Item(tuple(tokens), "")
    is_star = any(token.text == "*" and (at == 0 or said[at - 1].text == ".") for at, token in enumerate(said))
    unnamed = said[-1].word == "end" or (len(said) > 1 and said[-2].text == "::")
    return Item(tuple(tokens), "*" if is_star else "" if unnamed else said[-1].word)
