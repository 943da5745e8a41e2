"""Where the columns of a query come from: one row for each shape of SQL.

A column is written as its kind and its origins, with ``!`` before the kind where its text may be inherited.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dbt_docsmith.dbt.lineage.query.reading import read_lineage
from dbt_docsmith.dbt.lineage.query.resolving import resolve
from dbt_docsmith.dbt.lineage.query.views import HIDDEN, View, listed_view
from dbt_docsmith.types import ColumnLineage, ColumnRef

KNOWN = {
    "orders": ["id", "customer_id", "amount", "status", "ordered_at"],
    "customers": ["customer_id", "name", "email"],
    "payments": ["id", "order_id", "amount"],
    "archive": ["id", "customer_id", "amount", "status", "ordered_at"],
    "events": ["id", "payload", "tags", "ts"],
}


def view_of(sql: str, dialect: str | None = None) -> View:
    """The columns of a query over the tables above, and over others of which nothing is known."""

    def relation(name: str) -> View:
        def passed(column: str) -> ColumnLineage:
            origins = (ColumnRef(name, column),)
            return ColumnLineage(name=column, kind="passed", expression=column, origins=origins, inheritable=True)

        reason = "" if name in KNOWN else f"the columns of {name} are not known"
        return listed_view(KNOWN.get(name, ()), passed, reason)

    lineage = read_lineage(sql, dialect)
    assert not lineage.reason
    return resolve(lineage, relation)


def told(view: View) -> Mapping[str, str]:
    """Each named column in short form."""
    return {column.name: _short(column) for key, column in view.columns.items() if key[0] != HIDDEN}


def _short(column: ColumnLineage) -> str:
    origins = [f"{origin.unique_id}.{origin.column}" for origin in column.origins]
    return " ".join(["!" * column.inheritable + column.kind, *origins])


GENERIC = {
    "a column passed, one renamed": (
        "select id, amount as total from orders",
        {"id": "!passed orders.id", "total": "!renamed orders.amount"},
    ),
    "an alias without AS": ("select amount total from orders", {"total": "!renamed orders.amount"}),
    "qualified by table": ("select orders.id from orders", {"id": "!passed orders.id"}),
    "qualified by alias": ("select o.id from orders as o", {"id": "!passed orders.id"}),
    "case does not matter": ("select O.ID as Id from Orders o", {"Id": "!passed orders.id"}),
    "quoted names": ('select "id" as "Order Id" from "orders"', {"Order Id": "!renamed orders.id"}),
    "a cast": ("select cast(amount as int) as amount from orders", {"amount": "cast orders.amount"}),
    "a cast in brackets": ("select (cast((amount) as int)) as a from orders", {"a": "cast orders.amount"}),
    "a cast of an expression": ("select cast(amount + 1 as int) as a from orders", {"a": "derived orders.amount"}),
    "arithmetic": ("select amount / 100 as a from orders", {"a": "derived orders.amount"}),
    "a function": ("select lower(status) as status from orders", {"status": "derived orders.status"}),
    "coalesce": ("select coalesce(amount, 0) as amount from orders", {"amount": "derived orders.amount"}),
    "case": (
        "select case when status = 'x' then amount else 0 end as a from orders",
        {"a": "derived orders.status orders.amount"},
    ),
    "constants": (
        "select 1 as a, 'x' as b, null as c, -1 as d, cast(null as int) as e, true as f, date '2020-01-01' as g",
        dict.fromkeys("abcdefg", "constant"),
    ),
    "a call without columns": ("select current_timestamp as now from orders", {"now": "derived"}),
    "all columns": (
        "select * from payments",
        {
            "id": "!passed payments.id",
            "order_id": "!passed payments.order_id",
            "amount": "!passed payments.amount",
        },
    ),
    "all columns of one table": (
        "select p.* from orders o join payments p on p.order_id = o.id",
        {
            "id": "!passed payments.id",
            "order_id": "!passed payments.order_id",
            "amount": "!passed payments.amount",
        },
    ),
    "all columns and one more": (
        "select *, amount * 2 as double from payments",
        {
            "id": "!passed payments.id",
            "order_id": "!passed payments.order_id",
            "amount": "!passed payments.amount",
            "double": "derived payments.amount",
        },
    ),
    "aggregates": (
        "select customer_id, sum(amount) as s, count(*) as n, max(ordered_at) as last from orders group by 1",
        {
            "customer_id": "passed orders.customer_id",
            "s": "aggregated orders.amount",
            "n": "aggregated",
            "last": "aggregated orders.ordered_at",
        },
    ),
    "an aggregate without GROUP BY": ("select sum(amount) as s from orders", {"s": "aggregated orders.amount"}),
    "an aggregate inside a function": (
        "select round(sum(amount), 2) as s from orders",
        {"s": "aggregated orders.amount"},
    ),
    "an aggregate over a window is none": (
        "select sum(amount) over (partition by customer_id order by ordered_at) as s from orders",
        {"s": "derived orders.amount orders.customer_id orders.ordered_at"},
    ),
    "an aggregate in the order of a window": (
        "select customer_id, rank() over (order by sum(amount)) as r from orders group by 1",
        {"customer_id": "passed orders.customer_id", "r": "aggregated orders.amount"},
    ),
    "distinct keeps the meaning": ("select distinct status from orders", {"status": "!passed orders.status"}),
    "unqualified in a join": (
        "select name, amount from orders join customers on orders.customer_id = customers.customer_id",
        {"name": "!passed customers.name", "amount": "!passed orders.amount"},
    ),
    "in both tables of a join": (
        "select id from orders join payments on orders.id = payments.order_id",
        {"id": "unknown"},
    ),
    "joined by USING": (
        "select customer_id, name, amount from orders left join customers using (customer_id)",
        {
            "customer_id": "!passed orders.customer_id",
            "name": "!passed customers.name",
            "amount": "!passed orders.amount",
        },
    ),
    "right joined by USING": (
        "select customer_id from orders right join customers using (customer_id)",
        {"customer_id": "!passed customers.customer_id"},
    ),
    "fully joined by USING": (
        "select customer_id from orders full join customers using (customer_id)",
        {"customer_id": "derived orders.customer_id customers.customer_id"},
    ),
    "a star over a full join by USING": (
        "select * from customers full join (select customer_id from orders) o using (customer_id)",
        {
            "customer_id": "derived customers.customer_id orders.customer_id",
            "name": "!passed customers.name",
            "email": "!passed customers.email",
        },
    ),
    "a star over USING has the column once": (
        "select * from customers join (select customer_id, amount from orders) o using (customer_id)",
        {
            "customer_id": "!passed customers.customer_id",
            "name": "!passed customers.name",
            "email": "!passed customers.email",
            "amount": "!passed orders.amount",
        },
    ),
    "a natural join": (
        "select customer_id, name from orders natural join customers",
        {"customer_id": "!passed orders.customer_id", "name": "!passed customers.name"},
    ),
    "tables with a comma": (
        "select o.id, c.name from orders o, customers c where o.customer_id = c.customer_id",
        {"id": "!passed orders.id", "name": "!passed customers.name"},
    ),
    "a join in brackets": (
        "select o.id, c.name from (orders o join customers c on true)",
        {"id": "!passed orders.id", "name": "!passed customers.name"},
    ),
    "a subquery": ("select x.a from (select amount as a from orders) x", {"a": "!renamed orders.amount"}),
    "a subquery without alias": (
        "select a from (select amount as a from orders)",
        {"a": "!renamed orders.amount"},
    ),
    "a subquery with columns named": (
        "select t.b from (select id, amount from orders) as t(a, b)",
        {"b": "!renamed orders.amount"},
    ),
    "a chain of CTEs": (
        "with a as (select * from orders), b as (select id as k, amount from a), c as (select * from b)"
        " select k as id, amount from c",
        {"id": "!passed orders.id", "amount": "!passed orders.amount"},
    ),
    "a CTE with columns named": (
        "with t(k, v) as (select id, sum(amount) from orders group by 1) select k, v from t",
        {"k": "renamed orders.id", "v": "aggregated orders.amount"},
    ),
    "an expression through CTEs": (
        "with a as (select sum(amount) as x from orders) select round(x, 2) as y from a",
        {"y": "aggregated orders.amount"},
    ),
    "a CTE that hides a table": (
        "with orders as (select id, amount + 1 as amount from orders) select id, amount from orders",
        {"id": "!passed orders.id", "amount": "derived orders.amount"},
    ),
    "a CTE inside a CTE": (
        "with a as (with b as (select id from orders) select id as k from b) select k from a",
        {"k": "!renamed orders.id"},
    ),
    "an inner CTE hides an outer one": (
        "with a as (select id from orders)"
        " select * from (with a as (select name from customers) select * from a) x",
        {"name": "!passed customers.name"},
    ),
    "a recursive CTE": (
        "with recursive t as (select id, 1 as level from orders union all select t.id, t.level + 1 from t)"
        " select id, level from t",
        {"id": "!passed orders.id", "level": "derived"},
    ),
    "a union of the same table": (
        "select id from orders where amount > 1 union all select id from orders where amount < 0",
        {"id": "!passed orders.id"},
    ),
    "a union of two tables": (
        "select id, status from orders union all select id, status from archive",
        {"id": "!passed orders.id archive.id", "status": "!passed orders.status archive.status"},
    ),
    "a union goes by place": (
        "select id as k from orders union all select order_id from payments",
        {"k": "!renamed orders.id payments.order_id"},
    ),
    "a union of stars": (
        "select * from (select id, status from orders union select id, status from archive) u",
        {"id": "!passed orders.id archive.id", "status": "!passed orders.status archive.status"},
    ),
    "a union with nulls": (
        "select id, null as status from payments union all select id, status from orders",
        {"id": "!passed payments.id orders.id", "status": "!passed orders.status"},
    ),
    "a union of constants": (
        "select 'web' as origin from orders union all select 'shop' from archive",
        {"origin": "constant"},
    ),
    "a union with one derived branch": (
        "select status from orders union all select lower(status) from archive",
        {"status": "derived orders.status archive.status"},
    ),
    "a union with the same name twice": (
        "select id, amount, status from orders union all select id, id, status from archive",
        {
            "id": "!passed orders.id archive.id",
            "amount": "!renamed orders.amount archive.id",
            "status": "!passed orders.status archive.status",
        },
    ),
    "except has the columns before it": (
        "select id from orders except select order_id from payments",
        {"id": "!passed orders.id"},
    ),
    "a scalar subquery": (
        "select (select max(p.amount) from payments p where p.order_id = o.id) as m from orders o",
        {"m": "aggregated payments.amount"},
    ),
    "a subquery that reads the query around it": (
        "select (select o.amount) as m from orders o",
        {"m": "derived orders.amount"},
    ),
    "exists": (
        "select exists (select 1 from payments p where p.order_id = o.id) as paid from orders o",
        {"paid": "derived"},
    ),
    "VALUES": ("select a, b from (values (1, 'x'), (2, 'y')) as v(a, b)", {"a": "constant", "b": "constant"}),
    "a union in brackets": (
        "(select id from orders) union all (select id from archive)",
        {"id": "!passed orders.id archive.id"},
    ),
    "order and limit change nothing": (
        "select id from orders order by amount desc limit 3",
        {"id": "!passed orders.id"},
    ),
    "a table nobody knows": (
        "select t.a, b from raw.things t",
        {"a": "!passed raw.things.a", "b": "!passed raw.things.b"},
    ),
    "one of two tables is known": (
        "select name, extra from customers join raw.things on true",
        {"name": "!passed customers.name", "extra": "!passed raw.things.extra"},
    ),
    "a list that is not whole": ("select shoe_size from customers", {"shoe_size": "!passed customers.shoe_size"}),
    "an alias used further on": (
        "select lower(status) as s, s || '!' as loud from orders",
        {"s": "derived orders.status", "loud": "derived orders.status"},
    ),
    "a column wins over an alias": (
        "select lower(status) as status, status || '!' as loud from orders",
        {"status": "derived orders.status", "loud": "derived orders.status"},
    ),
}

DIALECTS = {
    "bigquery: except and replace": (
        "select * except (status, ordered_at, customer_id) replace (amount / 100 as amount) from orders",
        {"id": "!passed orders.id", "amount": "derived orders.amount"},
    ),
    "bigquery: a field of a struct": (
        "select payload.user.id as user_id, e.payload.kind from events e",
        {"user_id": "derived events.payload", "kind": "derived events.payload"},
    ),
    "bigquery: unnest": (
        "select e.id, tag, pos from events e, unnest(e.tags) as tag with offset as pos",
        {"id": "!passed events.id", "tag": "derived events.tags", "pos": "derived events.tags"},
    ),
    "bigquery: unnest under the name of what it takes apart": (
        "select tags.name as tag from events, unnest(tags) as tags",
        {"tag": "derived events.tags"},
    ),
    "bigquery: the whole row of a table": ("select o from orders as o", {"o": "unknown"}),
    "bigquery: safe_cast": (
        "select safe_cast(amount as int64) as amount from orders",
        {"amount": "cast orders.amount"},
    ),
    "bigquery: a struct": (
        "select struct(id, amount as a) as s, array_agg(status) as l from orders group by id",
        {"s": "derived orders.id orders.amount", "l": "aggregated orders.status"},
    ),
    "bigquery: qualify": (
        "select id from orders where true qualify row_number() over (partition by id order by ordered_at) = 1",
        {"id": "!passed orders.id"},
    ),
    "snowflake: exclude and rename": (
        "select * exclude (status, ordered_at, customer_id) rename (amount as total) from orders",
        {"id": "!passed orders.id", "total": "!renamed orders.amount"},
    ),
    "snowflake: a path into json": (
        "select payload:user.name::string as user_name, payload['a'] as a from events",
        {"user_name": "derived events.payload", "a": "derived events.payload"},
    ),
    "snowflake: flatten": (
        "select e.id, f.value:x::int as x, f.index from events e, lateral flatten(input => e.tags) f",
        {"id": "!passed events.id", "x": "derived events.tags", "index": "derived events.tags"},
    ),
    "snowflake: two casts": ("select ts::date::varchar as d from events", {"d": "cast events.ts"}),
    "snowflake: group by all": (
        "select status, sum(amount) as s from orders group by all",
        {"status": "passed orders.status", "s": "aggregated orders.amount"},
    ),
    "snowflake: listagg": (
        "select listagg(distinct status, ',') within group (order by status) as l from orders",
        {"l": "aggregated orders.status"},
    ),
    "duckdb: from first": (
        "from orders select id, amount",
        {"id": "!passed orders.id", "amount": "!passed orders.amount"},
    ),
    "duckdb: from alone": (
        "from customers",
        {
            "customer_id": "!passed customers.customer_id",
            "name": "!passed customers.name",
            "email": "!passed customers.email",
        },
    ),
    "duckdb: exclude without brackets": (
        "select * exclude email from customers",
        {"customer_id": "!passed customers.customer_id", "name": "!passed customers.name"},
    ),
    "duckdb: union by name": (
        "select id, status from orders union all by name select status, id, amount from archive",
        {
            "id": "!passed orders.id archive.id",
            "status": "!passed orders.status archive.status",
            "amount": "!passed archive.amount",
        },
    ),
    "duckdb: a lambda": (
        "select list_transform(tags, x -> x || id) as t from events",
        {"t": "derived events.tags events.id"},
    ),
    "duckdb: a list comprehension": (
        "select [x + 1 for x in tags] as t from events",
        {"t": "derived events.tags"},
    ),
    "duckdb: a semi join has one side": (
        "select * from customers semi join orders using (customer_id)",
        {
            "customer_id": "!passed customers.customer_id",
            "name": "!passed customers.name",
            "email": "!passed customers.email",
        },
    ),
    "postgres: filter": (
        "select sum(amount) filter (where status = 'x') as s from orders",
        {"s": "aggregated orders.amount orders.status"},
    ),
    "postgres: distinct on": (
        "select distinct on (customer_id, status) id, amount as a from orders",
        {"id": "!passed orders.id", "a": "!renamed orders.amount"},
    ),
    "postgres: a lateral subquery": (
        "select o.id, p.total from orders o cross join lateral (select o.amount * 2 as total) p",
        {"id": "!passed orders.id", "total": "derived orders.amount"},
    ),
    "postgres: a cast keeps the name": ("select amount::int from orders", {"amount": "cast orders.amount"}),
    "postgres: percentile": (
        "select percentile_cont(0.5) within group (order by amount) as median from orders",
        {"median": "aggregated orders.amount"},
    ),
    "postgres: json": ("select payload ->> 'a' as a from events", {"a": "derived events.payload"}),
    "postgres: generate_series": ("select n from generate_series(1, 10) as n", {"n": "derived"}),
    "redshift: an alias used further on": (
        "select amount / 100 as euros, euros * 2 as double from orders",
        {"euros": "derived orders.amount", "double": "derived orders.amount"},
    ),
    "spark: lateral view": (
        "select id, tag from events lateral view explode(tags) t as tag",
        {"id": "!passed events.id", "tag": "derived events.tags"},
    ),
    "databricks: a path and a cast": ("select payload:a::int as a from events", {"a": "derived events.payload"}),
    "databricks: except": (
        "select * except (email) from customers",
        {"customer_id": "!passed customers.customer_id", "name": "!passed customers.name"},
    ),
    "spark: semi join": (
        "select c.name from customers c left semi join orders o on o.customer_id = c.customer_id",
        {"name": "!passed customers.name"},
    ),
    "trino: try_cast": ("select try_cast(amount as integer) as a from orders", {"a": "cast orders.amount"}),
    "trino: cross join unnest": (
        "select e.id, t.tag from events e cross join unnest(e.tags) as t(tag)",
        {"id": "!passed events.id", "tag": "derived events.tags"},
    ),
    "athena: a row's field": ("select payload.kind as kind from events", {"kind": "derived events.payload"}),
    "tsql: top and an alias before": (
        "select top 10 id, total = amount * 2 from orders",
        {"id": "!passed orders.id", "total": "derived orders.amount"},
    ),
    "tsql: brackets": ("select [id] as [Order Id] from [orders]", {"Order Id": "!renamed orders.id"}),
    "tsql: cross apply": (
        "select o.id, x.twice from orders o cross apply (select o.amount * 2 as twice) x",
        {"id": "!passed orders.id", "twice": "derived orders.amount"},
    ),
    "clickhouse: countIf": ("select countIf(amount > 1) as n from orders", {"n": "aggregated orders.amount"}),
    "mysql: backticks": ("select `id` as `k` from `orders`", {"k": "!renamed orders.id"}),
    "oracle: sysdate is no column": (
        "select sysdate as now, id from orders",
        {"now": "derived", "id": "!passed orders.id"},
    ),
    "sqlite: group_concat": ("select group_concat(status) as s from orders", {"s": "aggregated orders.status"}),
}


@pytest.mark.parametrize(("sql", "columns"), GENERIC.values(), ids=GENERIC.keys())
@pytest.mark.parametrize("dialect", [None, "snowflake", "duckdb"])
def test_a_column_comes_from_where_the_sql_takes_it(
    sql: str, columns: Mapping[str, str], dialect: str | None
) -> None:
    view = view_of(sql, dialect)
    assert told(view) == columns


@pytest.mark.parametrize(
    ("name", "sql", "columns"), [(name, *case) for name, case in DIALECTS.items()], ids=DIALECTS
)
def test_every_dialect_is_read_in_its_own_words(name: str, sql: str, columns: Mapping[str, str]) -> None:
    assert told(view_of(sql, name.partition(":")[0])) == columns
