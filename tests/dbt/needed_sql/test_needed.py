"""SQL cut to what some columns need."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.dbt.needed_sql.needed import LEFT_OUT, needed_sql
from dbt_docsmith.dbt.sql.dialects import Lexis, lexis_of

PLAIN = Lexis()
CASES = [
    (
        "an item that is not needed",
        "select\n  a,\n  b,\n  c\nfrom t where d = 1",
        "select b -- ...\nfrom t where d = 1",
    ),
    (
        "all that is needed by a CTE in between",
        "with s as (select a, b as x, c from t),\nu as (select x * 2 as b, a from s group by a, x)\n"
        "select a, b from u",
        "with\ns as (select a, b as x -- ...\nfrom t),\nu as (select x * 2 as b -- ...\nfrom s group by a, x)\n"
        "select b -- ...\nfrom u",
    ),
    (
        "a CTE that nothing reads",
        "with s as (select b from t), dead as (select 1 as b) select b from s",
        "with\n-- ...\ns as (select b from t)\nselect b from s",
    ),
    (
        "a star in between",
        "with s as (select a, b from t), f as (select * from s) select * from f",
        "with\ns as (select b -- ...\nfrom t),\nf as (select * from s)\nselect * from f",
    ),
    (
        "both sides of a union, by place",
        "select a, b from t union all select x, y as z from u",
        "select b -- ...\nfrom t union all select y as z -- ...\nfrom u",
    ),
    (
        "what an alias in the same list stands for",
        "select p * q as gross, gross - d as b, r from t",
        "select p * q as gross, gross - d as b -- ...\nfrom t",
    ),
    (
        "items that are counted",
        "select a, c, b, d from t group by 1, 2",
        "select a, c, b -- ...\nfrom t group by 1, 2",
    ),
    (
        "a subquery",
        "select s.b from (select a, b from t where c) as s",
        "select s.b from (select b -- ...\nfrom t where c) as s",
    ),
    (
        "comments at what is kept",
        "select a, -- not this\n b, -- this\n -- above c\n c from t",
        "select b -- this\n-- ...\nfrom t",
    ),
    ("no name to go by", "select count(*), a::int, b from t", "select count(*), a::int, b from t"),
    (
        "words that look like clauses",
        "select a is distinct from c as b, extract(day from d) as e, '(,from' as f from t",
        "select a is distinct from c as b -- ...\nfrom t",
    ),
    (
        "Jinja that only dbt can run",
        "{{ config(materialized='table') }}\nselect a, {{ cents('b') }} as b from {{ ref('t') }}\n"
        "{% if is_incremental() %} where a > 1 {% endif %}",
        "select {{ cents('b') }} as b -- ...\nfrom {{ ref('t') }}\n"
        "{% if is_incremental() %} where a > 1 {% endif %}",
    ),
    (
        "a loop among the items",
        "select a, {% for x in xs %} {{ x }} as {{ x }}_b, {% endfor %} b from t",
        "select {% for x in xs %} {{ x }} as {{ x }}_b, {% endfor %} b -- ...\nfrom t",
    ),
    ("a star without some", "select * except (a, c) from t", "select * except (a, c) from t"),
    ("brackets that do not match", "select a, b)\n\n from   t", "select a, b)\nfrom t"),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("sql", "kept"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_a_column_needs_is_kept_and_the_rest_is_marked(sql: str, kept: str) -> None:
    assert needed_sql(sql, ["B"], PLAIN) == kept


def test_strings_and_comments_are_those_of_the_dialect() -> None:
    sql = 'select "it\'s, from" as a, `b` # , from\nfrom t'
    assert needed_sql(sql, ["b"], lexis_of("bigquery")) == "select `b` # , from\n-- ...\nfrom t"


PIECES = st.sampled_from(
    [*"(),.*;-'", "select", "from", "with", "as", "union", "all", "where", "a", "b", "1", "\n", "--x\n", "{{ r }}"]
)


@given(st.lists(PIECES, max_size=40))
def test_no_text_is_too_odd_and_nothing_is_made_up(pieces: list[str]) -> None:
    sql = " ".join(pieces)
    kept = needed_sql(sql, ["b"], PLAIN)
    there, left = _letters(sql), _letters(kept.replace(LEFT_OUT, ""))
    position = 0
    for letter in left:
        position = there.index(letter, position) + 1


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)
