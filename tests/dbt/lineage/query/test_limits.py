"""However a query is written, reading it ends."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from dbt_docsmith.dbt.lineage.query.limits import MOST_COLUMNS, MOST_SECONDS, Deadline, TooLongError
from dbt_docsmith.dbt.lineage.query.reading import read_lineage
from dbt_docsmith.dbt.lineage.query.resolving import resolve
from dbt_docsmith.dbt.lineage.query.views import View, listed_view
from dbt_docsmith.types import ColumnLineage


def relation(_: str) -> View:
    """A table of which nothing is known."""
    return listed_view((), lambda name: ColumnLineage(name=name, kind="passed", expression=name), "not known")


def chained(step: str, steps: int, first: str = "select * from src") -> str:
    """A chain of CTEs, each made of the one before it."""
    ctes = (f", c{number} as ({step.replace('PREVIOUS', f'c{number - 1}')})" for number in range(1, steps))
    return f"with c0 as ({first}){''.join(ctes)} select foo, bar from c{steps - 1}"


def nested(before: str, core: str, after: str, times: int) -> str:
    return before * times + core + after * times


WIDE = ", ".join(f"x{number}" for number in range(400))

PATHOLOGICAL = {
    "2,000 branches": " union all ".join(f"select a, b from t{number}" for number in range(2_000)),
    "40 CTEs of 400 columns": chained(f"select {WIDE} from PREVIOUS", 40, f"select {WIDE} from src"),
    "unions that double": chained("select * from PREVIOUS union all select * from PREVIOUS", 40),
    "joins that double": chained("select * from PREVIOUS l join PREVIOUS r using (foo)", 40),
    "columns that double": chained("select l.*, r.* from PREVIOUS l cross join PREVIOUS r", 40, "select 1 as a"),
    "a chain of 500": chained("select *, 1 as x from PREVIOUS", 500),
    "brackets": f"select {nested('(', '1', ')', 3_000)} as a",
    "subqueries": f"select * from {nested('(select * from ', 't', ')', 500)}",
    "functions": f"select {nested('coalesce(a, ', '1', ')', 500)} as a",
    "types": f"select {nested('date(', 'a', ')', 60)} as a",
    "cases": f"select {nested('case when a then ', '1', ' else 0 end', 500)} as a",
    "CTEs within CTEs that do not parse": nested("with a as (", "select 1 as from from", ") select * from a", 25),
    "5,000 conditions": f"select 1 as a from t where {' and '.join(f'a{n} = {n}' for n in range(5_000))}",
}


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["clickhouse", "trino"])
@pytest.mark.parametrize("sql", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
def test_a_pathological_query_ends(sql: str, dialect: str) -> None:
    began = time.thread_time()
    with suppress(TooLongError):
        resolve(read_lineage(sql, dialect), relation)
    assert time.thread_time() - began < 3 * MOST_SECONDS


def test_a_query_that_takes_too_long_says_so() -> None:
    ticks = iter(range(1_000_000))
    lineage = read_lineage(f"select {WIDE} from t", "duckdb", Deadline(10, clock=lambda: float(next(ticks))))
    assert (lineage.too_long, lineage.reason) == (True, "reading its SQL takes more than 10 s")


def test_what_is_laid_over_the_columns_has_a_limit_too() -> None:
    ticks = iter(range(1_000_000))
    lineage = read_lineage(chained("select * from PREVIOUS", 40), "duckdb")
    with pytest.raises(TooLongError, match="reading its SQL takes more than 10 s"):
        resolve(lineage, relation, Deadline(10, clock=lambda: float(next(ticks))))


def test_a_query_is_only_so_wide() -> None:
    doubling = chained("select l.*, r.* from PREVIOUS l cross join PREVIOUS r", 40, "select 1 as a")
    lineage = read_lineage(doubling, "duckdb")
    with pytest.raises(TooLongError, match=f"its SQL makes more than {MOST_COLUMNS:,} columns"):
        resolve(lineage, relation)


def test_a_column_that_may_come_over_many_ways_is_found_once() -> None:
    lineage = read_lineage(chained("select * from PREVIOUS union all select * from PREVIOUS", 60), "duckdb")
    assert resolve(lineage, relation).columns["foo"].kind == "passed"
