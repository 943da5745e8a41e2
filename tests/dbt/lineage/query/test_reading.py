"""Reading SQL is bounded, silent, and never an exception."""

from __future__ import annotations

import logging
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_docsmith.dbt.lineage.query.plan import SqlLineage
from dbt_docsmith.dbt.lineage.query.reading import MOST_CHARS, read_lineage
from dbt_docsmith.dbt.lineage.query.resolving import resolve
from dbt_docsmith.dbt.lineage.query.views import HIDDEN, View, puzzle_view

UNREADABLE = {
    "nothing": ("", "its SQL is empty"),
    "a comment": ("-- nothing", "its SQL is empty"),
    "no SQL": ("select from where", "its SQL could not be parsed at line 1"),
    "a second line": ("select a\nfrom from", "its SQL could not be parsed at line 2"),
    "an open string": ("select 'a from t", "its SQL could not be parsed"),
    "another statement": (
        "create table x as select 1 as a",
        "its SQL is no query but CREATE TABLE x AS SELECT 1 AS a",
    ),
    "too long": (f"select '{'x' * MOST_CHARS}' as a", "its SQL is longer than 200,000 characters"),
    "too deep in types": (f"select {'struct(' * 20}1{')' * 20} as a", "its SQL is nested too deeply"),
    "too deep in brackets": (f"select {'(' * 5000}1{')' * 5000} as a", "its SQL is nested too deeply"),
}


@pytest.mark.parametrize(("sql", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_has_a_reason(sql: str, reason: str) -> None:
    assert read_lineage(sql, None) == SqlLineage(reason=reason)


def test_a_reason_quotes_no_text_of_the_sql() -> None:
    assert "secret" not in read_lineage("select 'secret@example.com from t", None).reason
    assert "secret" not in read_lineage("select 'secret@example.com' from from t", None).reason


@pytest.mark.parametrize("opening", ["struct(", "array[", "date(", "map(", "f(", "(", "[", "case when a then "])
def test_no_nesting_takes_forever(opening: str) -> None:
    began = time.process_time()
    read_lineage("select " + opening * 25, "spark")
    read_lineage("select " + opening * 25 + "1" + ("]" if "[" in opening else ")") * 25, "spark")
    assert time.process_time() - began < 5


def test_an_unknown_dialect_is_read_as_generic_sql() -> None:
    assert read_lineage("select a from t", "klingon") == read_lineage("select a from t", None)


def test_sqlglots_warnings_do_not_reach_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("sqlglot")
    with caplog.at_level(logging.DEBUG):
        read_lineage("alter something strange", "snowflake")
    assert not caplog.records
    assert not logger.disabled


WORDS = st.sampled_from(
    "select from with as a b t ( ) , * . union all join using lateral unnest values group by over case when 1 'x' "
    "except exclude :: [ ] { } -> distinct on where not in exists recursive pivot docsmith_u0__".split()
)


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(WORDS, max_size=25), dialect=st.sampled_from([None, "snowflake", "bigquery", "duckdb", "tsql"])
)
def test_no_text_makes_it_fail(words: list[str], dialect: str | None) -> None:
    lineage = read_lineage(" ".join(["select", *words]), dialect)
    resolve(lineage, lambda name: puzzle_view(f"{name} is not known"))


def view_of(sql: str) -> View:
    lineage = read_lineage(sql, "snowflake")
    assert not lineage.reason
    return resolve(lineage, lambda name: puzzle_view(f"{name} is not known"))


FITTED = {
    "one column, named by AS": ("select docsmith_u0__ as a, b from t", {"a", "b"}, True),
    "in an expression": ("select coalesce(docsmith_u0__, 0) as a, b from t", {"a", "b"}, True),
    "a function over a window": ("select docsmith_u0__ over (order by a) as w, a from t", {"w", "a"}, True),
    "a function called": ("select docsmith_u0__(a) as w from t", {"w"}, True),
    "perhaps several columns": ("select a, docsmith_u0__ from t", {"a"}, False),
    "perhaps with its own comma": ("select docsmith_u0__ a, b from t", {"b"}, False),
    "further columns without a comma": ("select a as x docsmith_u0__ , b from t", {"x", "b"}, False),
    "part of a name": ("select a as total_docsmith_u0__, b from t", {"b"}, False),
    "a table": ("select x.a from docsmith_u0__ x", {"a"}, True),
    "a table and its star": ("select * from docsmith_u0__", set(), False),
    "a schema": ("select a from docsmith_u0__.t", {"a"}, True),
    "joins after a table": ("select t.a from t docsmith_u0__ where true", {"a"}, True),
    "joins after an alias": ("select x.a from t as x docsmith_u0__ where true", {"a"}, True),
    "a group by after a filter": ("select a from t where a > 1 docsmith_u0__", {"a"}, True),
    "after an order": ("select a from t order by a docsmith_u0__", {"a"}, True),
    "a filter": ("select a from t where docsmith_u0__ and b", {"a"}, True),
    "a CTE's body": ("with t as (docsmith_u0__) select a from t", {"a"}, True),
    "a CTE's body and its star": ("with t as (docsmith_u0__) select * from t", set(), False),
    "further CTEs": ("with t as (select 1 as a) docsmith_u0__ select a from u", {"a"}, True),
    "CTEs between CTEs": (
        "with t as (select 1 as a) docsmith_u0__ , u as (select 2 as b) select b from u",
        {"b"},
        True,
    ),
    "the last query": ("with t as (select 1 as a) docsmith_u0__", set(), False),
    "a branch of a union": ("select a from t union all docsmith_u0__", {"a"}, False),
    "something before": ("docsmith_u0__ select a from t", {"a"}, True),
}


@pytest.mark.parametrize(("sql", "columns", "whole"), FITTED.values(), ids=FITTED.keys())
def test_an_unknown_piece_hides_no_more_than_it_must(sql: str, columns: set[str], whole: bool) -> None:
    view = view_of(sql)
    assert {name for name in view.columns if name[0] != HIDDEN} == columns
    assert view.is_open != whole


def test_nothing_is_inherited_through_an_unknown_piece_behind_the_tables() -> None:
    for sql in FITTED.values():
        view = view_of(sql[0])
        assert not any(column.inheritable for column in view.columns.values())


def test_the_whole_statement_an_unknown_piece_is_named() -> None:
    assert read_lineage("docsmith_u0__", None).reason == "its SQL is no query but docsmith_u0__"
