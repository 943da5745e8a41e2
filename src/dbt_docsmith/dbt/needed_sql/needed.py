"""SQL cut to what some columns need: their expressions, and all that shapes the rows. Pure.

What is left out is marked with ``-- ...``. Names alone decide, so that more may be kept than a column needs, and
nothing that it does need is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from dbt_docsmith.dbt.needed_sql.outline import Cte, Item, Query, Select, read_query
from dbt_docsmith.dbt.needed_sql.tokens import Token, compact, tokens_of
from dbt_docsmith.dbt.sql.dialects import Lexis

LEFT_OUT = "-- ..."
_WORDS_IN = re.compile(r"[^\W\d]\w*")


def needed_sql(sql: str, columns: Collection[str], lexis: Lexis) -> str:
    """``sql`` without the items, and the CTEs, that neither ``columns`` nor any row depends on.

    White space that means nothing is left out, too. What cannot be told apart stays as it is.
    """
    tokens = list(tokens_of(sql, lexis))
    query = read_query(tokens)
    if query is None:
        return compact(tokens).strip()
    return _Cutter().query(query, frozenset(name.lower() for name in columns)).strip()


class _Reading(Struct, frozen=True):
    """What some kept text reads: every word in it; where it has a star, also whatever its own reader needs."""

    words: frozenset[str]
    need: frozenset[str]


class _Cutter:
    """Prints a query with what is needed. ``_readings`` grows from the last SELECT to the first CTE."""

    def __init__(self) -> None:
        self._readings: list[_Reading] = []

    def query(self, query: Query, need: frozenset[str]) -> str:
        """The query as text, with the items that ``need`` names."""
        body = "".join(_spaced(self._parts(query.parts, need)))
        ctes = self._ctes(query.ctes)
        head = compact(query.head)
        return "\n".join(part.strip(" \n") for part in (head, ctes, body) if part.strip())

    def _ctes(self, ctes: Sequence[Cte]) -> str:
        printed: list[str] = []
        is_last = True
        for cte in reversed(ctes):
            readers = [each for each in self._readings if cte.name in each.words]
            if not readers:
                continue
            need = frozenset().union(*(reader.words | reader.need for reader in readers))
            text = _closed(self.query(cte.query, need))
            printed.append(f"{compact(cte.head)}{text}" + ("" if is_last else ","))
            is_last = False
        if len(printed) < len(ctes):
            printed.append(LEFT_OUT)
        return "\n".join(reversed(printed))

    def _parts(self, parts: Sequence[Select | Query | Token], need: frozenset[str]) -> Iterator[str]:
        kept: list[bool] | None = None
        for part in parts:
            if isinstance(part, Select):
                kept = self._kept(part, need, kept)
                yield from self._select(part, kept, need)
            elif isinstance(part, Query):
                yield self.query(part, need)
            else:
                self._readings.append(_Reading(_words((part,)), need))
                yield compact((part,))

    def _kept(self, select: Select, need: frozenset[str], before: list[bool] | None) -> list[bool]:
        """Which items stay: those needed by name; in a union, those in the places that the first SELECT keeps."""
        items = select.items
        if before is not None:
            same = len(before) == len(items) and not any(item.name == "*" for item in items)
            return before if same else [True] * len(items)
        kept = [item.name in ("", "*") or item.name in need for item in items]
        kept[: _most_ordinal(select)] = [True] * min(len(items), _most_ordinal(select))
        return _with_aliases(items, kept)

    def _select(self, select: Select, kept: Sequence[bool], need: frozenset[str]) -> Iterator[str]:
        items = [item for item, stays in zip(select.items, kept, strict=True) if stays]
        plain = [token for token in select.tail if isinstance(token, Token)]
        words = _words(token for item in items for token in item.tokens) | _words(plain)
        has_star = any(item.name == "*" for item in items)
        self._readings.append(_Reading(words, need if has_star else frozenset()))
        yield compact(select.head)
        yield _listed(items, len(items) < len(select.items))
        inner = words | (need if has_star else frozenset())
        yield from self._tail(select.tail, lambda query: self.query(query, inner))

    def _tail(self, tail: Sequence[Token | Query], printed: Callable[[Query], str]) -> Iterator[str]:
        run: list[Token] = []
        for part in tail:
            if isinstance(part, Token):
                run.append(part)
                continue
            yield compact(run)
            yield printed(part)
            run = []
        yield compact(run)


def _closed(text: str) -> str:
    """The text with its bracket behind it, on a line of its own where a comment would swallow it."""
    last = text.rstrip(" \n").rsplit("\n", 1)[-1]
    return text.rstrip(" \n") + ("\n)" if "--" in last or "#" in last else ")")


def _listed(items: Sequence[Item], left_out: bool) -> str:
    """The items on as few lines as their comments allow, marked where some are left out."""
    text = ""
    for position, item in enumerate(items):
        code = [token for token in item.tokens if token.kind != "comment"]
        notes = [token for token in item.tokens if token.kind == "comment"]
        comma = "," if position < len(items) - 1 else ""
        text += compact(code, on_one_line=True) + comma + (" " + compact(notes) if notes else " ")
    return text + (f"{LEFT_OUT}\n" if left_out else "")


def _spaced(parts: Iterable[str]) -> Iterator[str]:
    """The parts, each set off from the one before."""
    before = ""
    for part in filter(None, parts):
        if before and not before.endswith(("\n", " ", "(")) and not part.startswith((")", "\n")):
            yield " "
        yield part
        before = part


def _words(tokens: Iterable[Token]) -> frozenset[str]:
    """Every name in them, those within Jinja, too."""
    found: set[str] = set()
    for token in tokens:
        if token.kind == "word":
            found.add(token.word)
        elif token.kind in ("jinja", "control"):
            found.update(word.lower() for word in _WORDS_IN.findall(token.text))
    return frozenset(found)


def _with_aliases(items: Sequence[Item], kept: list[bool]) -> list[bool]:
    """Also the items that those kept call by their alias."""
    while True:
        called = {word for item, stays in zip(items, kept, strict=True) if stays for word in _bare(item)}
        more = [stays or item.name in called for item, stays in zip(items, kept, strict=True)]
        if more == kept:
            return kept
        kept = more


def _bare(item: Item) -> Iterator[str]:
    """The names in an item, but its own alias, that stand without a table's."""
    tokens = [token for token in item.tokens if token.kind != "comment"]
    for at, token in enumerate(tokens[:-1]):
        qualified = at > 0 and tokens[at - 1].text == "."
        if token.word and not qualified and tokens[at + 1].text not in (".", "("):
            yield token.word


def _most_ordinal(select: Select) -> int:
    """The highest position that GROUP BY or ORDER BY names an item by."""
    words = [token for token in select.tail if isinstance(token, Token) and token.kind != "comment"]
    most = 0
    for at, token in enumerate(words):
        if token.word == "by":
            for number in words[at + 1 :]:
                if number.kind != "number" and number.text != ",":
                    break
                most = max(most, int(number.text) if number.text.isdigit() else 0)
    return min(most, len(select.items))
