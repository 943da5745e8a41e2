"""The words of a query as its author wrote them: the text of one projected item, and the comments beside it.

Imports sqlglot: import it late.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from sqlglot import Token, TokenType

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})
_AFTER_SELECT = frozenset({TokenType.DISTINCT, TokenType.ALL})
_HEADING = re.compile(r"[-=*#~_/\s]{3,}")
_NO_PROSE = re.compile(r"^,|,$|^\W*$|^(?:noqa|sqlfluff|fmt:|nosec)\b", re.IGNORECASE)
_MOST_COMMENT_CHARS = 500


class Snippet(Struct, frozen=True):
    """Text without comments, its whitespace squeezed; ``places`` maps each asked span to where it stands now."""

    text: str
    places: dict[tuple[int, int], tuple[int, int]]


_TOKENS_OF_A_PLAIN_COLUMN = 4
"""From the first to the last of ``t.a as x``."""


class SqlText:
    """The tokens of one statement, found again by the position where a name starts.

    To be made before the tokens are parsed: the parser adds to their comments.
    """

    def __init__(self, sql: str, tokens: Sequence[Token]) -> None:
        self._sql = sql
        self._tokens = tokens
        self._index = {token.start: index for index, token in enumerate(tokens)}
        self._depth = _depths(tokens)
        self._comments = {index: tuple(token.comments) for index, token in enumerate(tokens) if token.comments}

    def item_start(self, position: int) -> int | None:
        """The index of the first token of the projected item that has a name at ``position``."""
        anchor = self._index.get(position)
        if anchor is None:
            return None
        first = anchor
        while first > 0 and not self._ends_before(first - 1, self._depth[anchor]):
            first -= 1
        return self._past_modifiers(first, anchor)

    def says_as(self, position: int) -> bool:
        """Whether an AS stands before the name at ``position``."""
        index = self._index.get(position, 0)
        return index > 0 and self._tokens[index - 1].token_type == TokenType.ALIAS

    def snippet(self, first: int, position: int, spans: Sequence[tuple[int, int]]) -> Snippet:
        """The text from a token up to the one at ``position``, less an AS before it."""
        last = self._index[position] - 1
        if last >= first and self._tokens[last].token_type == TokenType.ALIAS:
            last -= 1
        return self._joined(first, last, spans)

    def comment(self, first: int, position: int) -> str:
        """What the comments in and beside an item say; ``position`` is where its last name starts."""
        last = self._index[position]
        tokens = self._tokens
        beside = [index for index in range(first, last + 1) if self._stands_beside(index, first, last)]
        found = [comment for index in beside for comment in self._comments.get(index, ())]
        following = tokens[last + 1] if last + 1 < len(tokens) else None
        if following and following.token_type == TokenType.COMMA and following.line == tokens[last].line:
            found += self._comments.get(last + 1, ())
        if first > 1 and tokens[first - 1].token_type == TokenType.COMMA and self._leads_its_line(first - 1):
            found = [*self._comments.get(first - 1, ()), *found]
        return _prose(found)

    def _stands_beside(self, index: int, first: int, last: int) -> bool:
        """Whether the comments of a token are about the whole item, not about a part of its expression."""
        if index == last or last - first <= _TOKENS_OF_A_PLAIN_COLUMN:
            return True
        return index == first and not self._sql[self._tokens[first].end + 1 :].lstrip().startswith(
            ("--", "/*", "#")
        )

    def _ends_before(self, index: int, depth: int) -> bool:
        if self._depth[index] < depth:
            return True
        if self._depth[index] > depth:
            return False
        kind = self._tokens[index].token_type
        if kind in _AFTER_SELECT:
            return index > 0 and self._tokens[index - 1].token_type == TokenType.SELECT
        return kind in (TokenType.COMMA, TokenType.SELECT)

    def _past_modifiers(self, first: int, anchor: int) -> int:
        """Leaves out ``on (a, b)`` of DISTINCT ON, and T-SQL's ``top 10``."""
        kind = self._tokens[first].token_type
        if first == anchor or self._tokens[first - 1].token_type not in (TokenType.SELECT, *_AFTER_SELECT):
            return first
        if kind == TokenType.ON or self._tokens[first].text.upper() == "TOP":
            depth = self._depth[first]
            first += 2
            while first < anchor and (self._depth[first] > depth or self._tokens[first].token_type in _CLOSING):
                first += 1
        return first

    def _leads_its_line(self, index: int) -> bool:
        return self._tokens[index].line != self._tokens[index - 1].line

    def _joined(self, first: int, last: int, spans: Sequence[tuple[int, int]]) -> Snippet:
        starts = {start for start, _ in spans}
        ends = {end for _, end in spans}
        new_starts: dict[int, int] = {}
        new_ends: dict[int, int] = {}
        pieces: list[str] = []
        length, previous_end, is_opened = 0, -1, True
        for token in self._tokens[first : last + 1]:
            if token.start > previous_end + 1 and not is_opened and token.token_type not in _CLOSING:
                pieces.append(" ")
                length += 1
            is_opened = token.token_type in _OPENING
            if token.start in starts:
                new_starts[token.start] = length
            text = self._sql[token.start : token.end + 1]
            pieces.append(text)
            length += len(text)
            previous_end = token.end
            if token.end in ends:
                new_ends[token.end] = length
        places = {
            (start, end): (new_starts[start], new_ends[end])
            for start, end in spans
            if start in new_starts and end in new_ends
        }
        return Snippet("".join(pieces), places)


def _depths(tokens: Sequence[Token]) -> list[int]:
    """How deep in brackets each token stands; a bracket stands where its pair does."""
    depth, depths = 0, []
    for token in tokens:
        kind = token.token_type
        if kind in _CLOSING:
            depth -= 1
        depths.append(depth)
        if kind in _OPENING:
            depth += 1
    return depths


def _prose(comments: Sequence[str]) -> str:
    """Headings (``------ ids``) name a group of columns, and commented code and linter marks say nothing."""
    said = [" ".join(comment.split()) for comment in comments if not _HEADING.match(comment)]
    return " ".join(text for text in said if not _NO_PROSE.search(text))[:_MOST_COMMENT_CHARS]
