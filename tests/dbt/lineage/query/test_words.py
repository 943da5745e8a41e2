"""The text of an expression, and the comments beside it."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.lineage.query.plan import Item, SelectQuery
from dbt_docsmith.dbt.lineage.query.reading import read_lineage


def items_of(sql: str, dialect: str | None = None) -> dict[str, Item]:
    query = read_lineage(sql, dialect).queries[0]
    assert isinstance(query, SelectQuery)
    return {item.name: item for item in query.items if isinstance(item, Item)}


EXPRESSIONS = {
    "spaces are squeezed": ("select sum(\n    amount\n  )   /  100 as x from t", "sum(amount) / 100"),
    "comments are left out": ("select amount /* gross */ - -- less\n tax as x from t", "amount - tax"),
    "an author's own words are kept": (
        "select NVL( Amount ,0)::NUMERIC( 10,2 ) x from t",
        "NVL(Amount ,0)::NUMERIC(10,2)",
    ),
    "strings are kept": ("select 'it''s  --  here' || a as x from t", "'it''s  --  here' || a"),
    "commas inside brackets": ("select a, coalesce(b, c, 0) as x, d from t", "coalesce(b, c, 0)"),
    "the first after DISTINCT": ("select distinct a + 1 as x from t", "a + 1"),
    "the first after DISTINCT ON": ("select distinct on (a, b) c + 1 as x from t", "c + 1"),
    "is distinct from": ("select a is distinct from b as x from t", "a is distinct from b"),
    "case": ("select case when a then 1 else 2 end as x from t", "case when a then 1 else 2 end"),
    "a subquery": ("select (select max(b) from u) as x from t", "(select max(b) from u)"),
    "a window": ("select sum(a) over (order by b) as x from t", "sum(a) over (order by b)"),
}


@pytest.mark.parametrize(("sql", "expression"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_an_expression_is_told_in_its_authors_words(sql: str, expression: str) -> None:
    assert items_of(sql)["x"].expression == expression


def test_top_is_no_part_of_the_first_expression() -> None:
    assert items_of("select top 10 a + 1 as x from t", "tsql")["x"].expression == "a + 1"
    assert items_of("select top (10) a + 1 as x from t", "tsql")["x"].expression == "a + 1"


COMMENTS = {
    "behind, after the comma": ("select a as x, -- in cents\n b from t", "in cents"),
    "behind the last one": ("select b, a as x -- in cents\nfrom t", "in cents"),
    "above": ("select b,\n -- in cents\n a as x from t", "in cents"),
    "above and behind": ("select b,\n -- net\n a as x, -- in cents\n c from t", "net in cents"),
    "within": ("select a /* net */ as x from t", "net"),
    "within an expression": ("select case /* first */ when a then 1 -- then\n else 2 end as x from t", ""),
    "within an expression, and behind": ("select f(a, -- first\n b) as x -- in cents\n from t", "in cents"),
    "above an expression": ("select\n -- in cents\n f(a, b) as x from t", "in cents"),
    "commas lead: above": ("select b\n -- in cents\n, a as x\n, c from t", "in cents"),
    "commas lead: behind": ("select b\n, a as x -- in cents\n, c from t", "in cents"),
    "of the neighbour before": ("select b, -- not mine\n a as x from t", ""),
    "of the neighbour after": ("select a as x,\n -- not mine\n b from t", ""),
    "of a neighbour, commas leading": ("select b -- not mine\n, a as x\n -- nor mine\n, c from t", ""),
    "a heading": ("select\n ---------- ids\n a as x from t", ""),
    "a heading of equal signs": ("select\n -- ==== ids ====\n a as x from t", ""),
    "code left out": ("select b,\n -- old_a,\n a as x from t", ""),
    "a mark for a linter": ("select a as x -- noqa: L029\nfrom t", ""),
    "several lines": ("select\n /* the price\n    in cents */\n a as x from t", "the price in cents"),
    "on a column without alias": ("select x, -- in cents\n b from t", "in cents"),
}


@pytest.mark.parametrize(("sql", "comment"), COMMENTS.values(), ids=COMMENTS.keys())
def test_a_comment_belongs_to_the_column_it_stands_at(sql: str, comment: str) -> None:
    assert items_of(sql)["x"].comment == comment
