"""Database names in compiled SQL, found again in whatever way the adapter writes them."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.sql.compiled import RelationNames, mark_relations, name_parts, without_ephemeral_ctes
from dbt_docsmith.dbt.sql.dialects import dialect_of, lexis_of
from dbt_docsmith.dbt.sql.marks import CLOSE, OPEN, Marks, Reference


def marked(code: str, relation_names: dict[str, str], adapter: str = "postgres") -> str:
    """The code with each relation as ``<unique id>``."""
    names, marks = RelationNames(), Marks()
    for unique_id, relation_name in relation_names.items():
        if relation_name:
            names.add(relation_name, Reference("node", (unique_id,)))
        else:
            names.add_ephemeral(unique_id, Reference("node", (unique_id,)))
    text = mark_relations(code, names, lexis_of(dialect_of(adapter)), marks)
    for reference, number in marks.references.items():
        text = text.replace(f"{OPEN}r{number}{CLOSE}", f"<{reference.arguments[0]}>")
    return text


RELATIONS = {
    "quoted": ("postgres", '"db"."s"."orders"', 'select * from "db"."s"."orders"', "select * from <x>"),
    "unquoted": ("snowflake", "db.s.orders", "select * from db.s.orders o", "select * from <x> o"),
    "another case": ("snowflake", "db.s.orders", "select * from DB.S.ORDERS", "select * from <x>"),
    "quoted here, not there": ("snowflake", 'DB.S."orders"', 'from "db".s.orders', "from <x>"),
    "backticks around each": ("spark", "`s`.`orders`", "from `s`.`orders`", "from <x>"),
    "backticks around all": ("bigquery", "`p-1`.`d`.`orders`", "from `p-1.d.orders` o", "from <x> o"),
    "backticks, unquoted": ("databricks", "`c`.`s`.`orders`", "from c.s.orders", "from <x>"),
    "a wildcard table": ("bigquery", "`p`.`d`.`events_*`", "from `p`.`d`.`events_*`", "from <x>"),
    "brackets": ("sqlserver", '"db"."dbo"."orders"', "from [db].[dbo].[orders]", "from <x>"),
    "no database": ("clickhouse", "`s`.`orders`", "from s.orders final", "from <x> final"),
    "database left out": ("postgres", '"db"."s"."orders"', "from s.orders", "from <x>"),
    "spaces around dots": ("postgres", '"db"."s"."orders"', 'from "db" . "s" . "orders"', "from <x>"),
    "a column of it": ("postgres", '"db"."s"."orders"', 'select "db"."s"."orders".id', "select <x>.id"),
    "a dot in a quoted name": ("postgres", '"db"."s"."or.ders"', 'from "db"."s"."or.ders"', "from <x>"),
    "an expression": ("duckdb", "read_csv('a.csv')", "from read_csv('a.csv') t", "from <x> t"),
    "a path": ("duckdb", "'s3://a/b.parquet'", "from 's3://a/b.parquet'", "from <x>"),
    "a longer name is another": ("postgres", "db.s.orders", "from db.s.orders_v2, xdb.s.orders", None),
    "another schema": ("postgres", "db.s.orders", "from db.t.orders", None),
    "another database": ("postgres", "db.s.orders", "from other.s.orders", None),
    "a bare name may be a CTE": ("postgres", "db.s.orders", "from orders", None),
    "within a string": ("postgres", '"db"."s"."orders"', """select 'of "db"."s"."orders"'""", "select 'of <x>'"),
    "within a comment": ("postgres", '"db"."s"."orders"', '-- "db"."s"."orders", once', "-- <x>, once"),
    "a longer name in a comment": ("snowflake", "db.s.orders", "-- db.s.orders_old", None),
    "part of a string": ("snowflake", "db.s.orders", "select 'DB.S.ORDERS'", None),
    "a string's escape": (
        "snowflake",
        "db.s.orders",
        r"select 'it\'s', x from db.s.orders",
        r"select 'it\'s', x from <x>",
    ),
    "no escape": (
        "postgres",
        "db.s.orders",
        r"select '\', x from db.s.orders, '\'",
        r"select '\', x from <x>, '\'",
    ),
    "a doubled quote": ("postgres", "db.s.orders", "select 'it''s' from db.s.orders", "select 'it''s' from <x>"),
    "text in double quotes": ("bigquery", "`p`.`d`.`t`", 'select "p.d.t" from p.d.t', 'select "p.d.t" from <x>'),
    "text in three quotes": (
        "bigquery",
        "`p`.`d`.`t`",
        "select '''it's p.d.t''' from p.d.t",
        "select '''it's p.d.t''' from <x>",
    ),
    "a quote in a comment": ("postgres", "db.s.orders", "-- it's\nfrom db.s.orders", "-- it's\nfrom <x>"),
    "a quote in a hash comment": ("bigquery", "`p`.`d`.`t`", "# it's\nfrom p.d.t", "# it's\nfrom <x>"),
    "a quote in dollars": (
        "postgres",
        "db.s.orders",
        "select $$it's$$ from db.s.orders",
        "select $$it's$$ from <x>",
    ),
}


@pytest.mark.parametrize(("adapter", "name", "code", "expected"), RELATIONS.values(), ids=RELATIONS.keys())
def test_a_relation_is_found_in_every_spelling(adapter: str, name: str, code: str, expected: str | None) -> None:
    assert marked(code, {"x": name}, adapter) == (code if expected is None else expected)


def test_the_longest_name_wins() -> None:
    names = {"short": '"db"."s"', "long": '"db"."s"."orders"'}
    assert marked('from "db"."s"."orders", "db"."s"', names) == "from <long>, <short>"


def test_a_name_without_its_database_that_fits_two_relations_is_left() -> None:
    names = {"here": "db.s.orders", "there": "other.s.orders"}
    assert marked("from s.orders, db.s.orders, other.s.orders", names) == "from s.orders, <here>, <there>"


@pytest.mark.parametrize("name", ["__dbt__cte__stg", "__DBT__CTE__STG", "dbt__cte__stg__"])
def test_the_cte_of_an_ephemeral_model_is_its_relation(name: str) -> None:
    assert marked(f"select * from {name} join other", {"stg": ""}) == "select * from <stg> join other"


EPHEMERAL = {
    "no CTE of its own": ("with __dbt__cte__a as (\nselect 1\n) select * from x", "select * from x"),
    "two": (
        "with __dbt__cte__a as (\nselect 1\n),  __dbt__cte__b as (\nselect (2)\n) select * from x",
        "select * from x",
    ),
    "CTEs of its own": (
        "with __dbt__cte__a as (\nselect 1\n),\n\nb as (select 2) select 3",
        "with\n\nb as (select 2) select 3",
    ),
    "recursive CTEs": (
        "with recursive  __dbt__cte__a as (select 1), b as (select 2) select 3",
        "with recursive b as (select 2) select 3",
    ),
    "brackets in strings and comments": (
        "with __dbt__cte__a as (select ')' -- :)\n /* ) */) select 1",
        "select 1",
    ),
    "a comment before": ("\n-- hello\nwith __dbt__cte__a as (select 1) select 2", "\n-- hello\nselect 2"),
    "nothing to take out": ("with a as (select 1) select * from a", "with a as (select 1) select * from a"),
    "brackets that never close": ("with __dbt__cte__a as (select 1", "with __dbt__cte__a as (select 1"),
}


@pytest.mark.parametrize(("code", "expected"), EPHEMERAL.values(), ids=EPHEMERAL.keys())
def test_the_ctes_dbt_put_in_are_taken_out(code: str, expected: str) -> None:
    assert without_ephemeral_ctes(code, lexis_of("postgres")) == expected


def test_a_name_has_parts_and_an_expression_has_none() -> None:
    assert name_parts('"Db".s."O""x"') == ("db", "s", 'o"x')
    assert name_parts("`p-1.d.t`") == ("p-1", "d", "t")
    assert name_parts("read_csv('x.csv')") is None
