"""Unknown pieces fitted into a query that does not parse with a plain name in their place.

A macro can make more than an expression: further columns, a join, a GROUP BY, a whole query. Where the words
around a piece say which of these it must be, the text gets what is missing there, so that the rest can be read.
Imports sqlglot: import it late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Token, TokenType

from dbt_docsmith.dbt.sql.marks import is_unknown_name

_CLAUSES = {
    TokenType.SELECT: "select",
    TokenType.FROM: "from",
    TokenType.JOIN: "from",
    TokenType.WHERE: "where",
    TokenType.GROUP_BY: "end",
    TokenType.HAVING: "end",
    TokenType.QUALIFY: "end",
    TokenType.ORDER_BY: "end",
    TokenType.LIMIT: "end",
    TokenType.UNION: "union",
    TokenType.EXCEPT: "union",
    TokenType.INTERSECT: "union",
}
_ENDS_AN_OPERAND = frozenset(
    {
        TokenType.VAR,
        TokenType.IDENTIFIER,
        TokenType.STRING,
        TokenType.NUMBER,
        TokenType.NULL,
        TokenType.TRUE,
        TokenType.FALSE,
        TokenType.END,
        TokenType.R_PAREN,
        TokenType.R_BRACKET,
        TokenType.STAR,
    }
)
_STARTS_A_QUERY = frozenset({TokenType.SELECT, TokenType.WITH})
_NONE = Token.string("")


def fitted(sql: str, tokens: Sequence[Token]) -> str | None:
    """The text with its unknown pieces fitted in; None where there is nothing to fit."""
    edits = list(_edits(tokens))
    for start, end, text in reversed(edits):
        sql = sql[:start] + text + sql[end:]
    return sql if edits else None


def _edits(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """What to put in the place of which piece of the text, in order."""
    clauses = [""]
    for index, token in enumerate(tokens):
        kind = token.token_type
        if kind == TokenType.L_PAREN:
            clauses.append("")
        elif kind == TokenType.R_PAREN and len(clauses) > 1:
            clauses.pop()
        elif kind in _CLAUSES:
            clauses[-1] = _CLAUSES[kind]
        elif is_unknown_name(token.text):
            name = token.text
            fit = _fit(tokens, index, clauses[-1])
            if fit != name:
                yield token.start, token.end + 1, fit


def _fit(tokens: Sequence[Token], index: int, clause: str) -> str:
    """What should stand for the piece, by what stands around it."""
    name = tokens[index].text
    before = tokens[index - 1] if index else _NONE
    after = tokens[index + 1] if index + 1 < len(tokens) else _NONE
    if after.token_type == TokenType.OVER:
        return f"{name}()"
    if after.token_type in _STARTS_A_QUERY and clause in ("", "union"):
        return ""
    if clause == "union" or (clause == "" and before.token_type == TokenType.R_PAREN and not after.text):
        return f"select * from {name}"
    if clause == "" and before.token_type == TokenType.R_PAREN and after.token_type == TokenType.COMMA:
        return ""
    follows = before.token_type in _ENDS_AN_OPERAND or (
        index > 1 and tokens[index - 2].token_type == TokenType.ALIAS
    )
    if not follows:
        return name
    return {"select": f", {name}", "from": f", {name}", "where": f"group by {name}", "end": ""}.get(clause, name)
