from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dbt_docsmith.llm.providers.rule_sentences import column_text
from dbt_docsmith.prompting.checks import check_text
from dbt_docsmith.types import ColumnEvidence, OriginFact, TestFact

RAW = OriginFact(relation="source('shop', 'raw_orders')", column="id")
TOLD = OriginFact(relation="ref('stg_payments')", column="amount", description="Paid, in cents. Never negative.")
UNIQUE, NOT_NULL = TestFact(name="unique"), TestFact(name="not_null")
REFERS = TestFact(name="relationships", to="ref('stg_customers')", field="customer_id")
STATUS = TestFact(name="accepted_values", values=("placed", "shipped", "returned"))

SAID: list[tuple[str, Mapping[str, Any], str | None]] = [
    ("nothing", {}, None),
    ("a type", {"data_type": "varchar"}, None),
    ("tags alone", {"tags": ("pii",)}, None),
    ("itself", {"kind": "derived", "expression": "x"}, None),
    ("a note to oneself", {"comment": "TODO ask Anna about these rows"}, None),
    ("the name again", {"comment": "the unique x identifier"}, None),
    ("a key", {"tests": (NOT_NULL, UNIQUE)}, "Key of each row: unique and never null."),
    ("unique", {"tests": (UNIQUE,)}, "Unique: no two rows have the same value."),
    ("not null", {"tests": (NOT_NULL,)}, "Never null."),
    (
        "not null sometimes",
        {"tests": (TestFact(name="not_null", arguments="where: paid"),)},
        "Never null (where: paid).",
    ),
    ("a reference", {"tests": (REFERS,)}, "Refers to `customer_id` of `stg_customers`."),
    ("values", {"tests": (STATUS,)}, "One of: placed, shipped, returned."),
    ("one value", {"tests": (TestFact(name="accepted_values", values=("web",)),)}, "Always web."),
    (
        "another test",
        {"tests": (TestFact(name="dbt_utils.accepted_range", arguments="min_value: 0"),)},
        "Tested with `dbt_utils.accepted_range` (min_value: 0).",
    ),
    ("constraints", {"constraints": ("not_null", "check: x > 0")}, "Constraints: not null, check (x > 0)."),
    (
        "tags beside a fact",
        {"tests": (NOT_NULL,), "tags": ("pii", "gdpr")},
        "Never null. Tagged `pii` and `gdpr`.",
    ),
    ("a comment", {"comment": "when this state was first seen here"}, "When this state was first seen here."),
    ("passed", {"kind": "passed", "origins": (RAW,)}, "Taken unchanged from `id` of `shop.raw_orders`."),
    (
        "renamed",
        {"kind": "renamed", "expression": "id", "origins": (RAW,)},
        "Taken from `id` of `shop.raw_orders`.",
    ),
    (
        "renamed from a text",
        {"kind": "renamed", "origins": (TOLD,)},
        "Taken from `amount` of `stg_payments`: Paid, in cents.",
    ),
    (
        "cast",
        {"kind": "cast", "expression": "CAST(id AS DATE)", "origins": (RAW,)},
        "Taken from `id` of `shop.raw_orders`, as date.",
    ),
    (
        "cast by colons",
        {"kind": "cast", "expression": "id::numeric(18, 2)", "origins": (RAW,)},
        "Taken from `id` of `shop.raw_orders`, as numeric(18, 2).",
    ),
    ("cast of nothing known", {"kind": "cast", "expression": "cast(a as date)"}, None),
    ("a name of nothing known", {"kind": "unknown", "expression": "tr._name"}, None),
    ("nothing, typed", {"kind": "derived", "expression": "cast(null as {{ dbt.type_string() }})"}, None),
    ("two names of nothing known", {"kind": "derived", "expression": "coalesce(a.x, b.x)"}, None),
    (
        "the first of two",
        {"kind": "derived", "expression": "coalesce(a.x, b.x)", "origins": (RAW, replace(TOLD, column="id"))},
        "First value that is not null of `id` of `shop.raw_orders` and `stg_payments`.",
    ),
    (
        "the time of the run",
        {"kind": "derived", "expression": "current_timestamp"},
        "Computed as `current_timestamp`.",
    ),
    (
        "a field",
        {"kind": "derived", "expression": "id.value", "origins": (RAW,)},
        "Read from `id.value` of `shop.raw_orders`.",
    ),
    (
        "a window",
        {"kind": "derived", "expression": "count(*) over (partition by amount)", "origins": (TOLD,)},
        "Computed as `count(*) over (partition by amount)`, from `amount` of `stg_payments`.",
    ),
    (
        "aliases",
        {"kind": "derived", "expression": "lower(o.mail) || 'a.b' || f.x(c.d)"},
        "Computed as `lower(mail) || 'a.b' || f.x(d)`.",
    ),
    ("two aliases", {"kind": "derived", "expression": "a.x - b.x"}, "Computed as `a.x - b.x`."),
    (
        "a surrogate key",
        {"expression": "{{ dbt_utils.generate_surrogate_key(['id', \"sku\"]) }}"},
        "Surrogate key made of `id` and `sku`.",
    ),
    ("a macro", {"expression": "{{ cents('a') }}"}, "Result of the macro `cents('a')`."),
    (
        "a relation",
        {"kind": "aggregated", "expression": "(select max(a) from {{ ref('b') }})"},
        "Aggregated as `(select max(a) from b)`.",
    ),
    ("a union's constants", {"kind": "constant", "expression": "'web' | 'a | b'"}, "Either `'web'` or `'a | b'`."),
    ("a union of many constants", {"kind": "constant", "expression": "'a' | 'b' | 'c'"}, None),
    (
        "a union of expressions",
        {"kind": "derived", "expression": "a + 1 | b", "origins": (RAW,)},
        "Computed from `id` of `shop.raw_orders`.",
    ),
    (
        "a union",
        {"kind": "passed", "expression": "id", "origins": (RAW, replace(TOLD, column="id"))},
        "Taken unchanged from `id` of `shop.raw_orders` or `stg_payments`.",
    ),
    (
        "the key of another table",
        {"kind": "renamed", "origins": (replace(TOLD, description="Key of the payment."),)},
        "Taken from `amount` of `stg_payments`.",
    ),
    (
        "a sentence of ours",
        {
            "kind": "cast",
            "expression": "amount::int",
            "origins": (replace(TOLD, description="Taken from `a` of `b`."),),
        },
        "Taken from `amount` of `stg_payments`, as int.",
    ),
    (
        "a sentence too long to be whole",
        {"kind": "renamed", "origins": (replace(TOLD, description="Paid " * 50),)},
        "Taken from `amount` of `stg_payments`.",
    ),
    (
        "a sum of a parent's column",
        {"kind": "aggregated", "expression": "sum(p.amount)", "origins": (TOLD,)},
        "Adds up `amount` of `stg_payments` (Paid, in cents).",
    ),
    (
        "unique sometimes",
        {"tests": (TestFact(name="unique", arguments="where: paid"), NOT_NULL)},
        "Never null. Unique (where: paid).",
    ),
    ("values of Jinja", {"tests": (TestFact(name="accepted_values", values=("a", "{{ b }}")),)}, None),
    (
        "computed from a text",
        {"kind": "derived", "expression": "amount /\n  100 /* euros */", "origins": (TOLD,)},
        "Computed as `amount / 100`, from `amount` of `stg_payments` (Paid, in cents).",
    ),
    (
        "computed from two relations",
        {
            "kind": "derived",
            "expression": "a || b",
            "origins": (RAW, replace(RAW, column="b"), replace(TOLD, description="")),
        },
        "Computed as `a || b`, from `id` and `b` of `shop.raw_orders` and `amount` of `stg_payments`.",
    ),
    ("a constant", {"kind": "constant", "expression": "'web'"}, "Always `'web'`."),
    ("null", {"kind": "constant", "expression": "NULL"}, "Always null."),
    ("rows", {"kind": "aggregated", "expression": "count(*)"}, "Counts the rows that were aggregated."),
    ("values there", {"kind": "aggregated", "expression": "count(a)"}, "Counts the non-null values of `a`."),
    (
        "different values",
        {"kind": "aggregated", "expression": "COUNT(DISTINCT order_id)", "origins": (RAW,)},
        "Counts the different values of `order_id`, from `id` of `shop.raw_orders`.",
    ),
    ("a mean", {"kind": "aggregated", "expression": "avg(x)"}, "Mean of `x`."),
    ("a sum", {"kind": "aggregated", "expression": "sum(coalesce(a, 0))"}, "Adds up `coalesce(a, 0)`."),
    (
        "a ratio of sums",
        {"kind": "aggregated", "expression": "sum(a) / sum(b)"},
        "Aggregated as `sum(a) / sum(b)`.",
    ),
    ("BigQuery's quotes", {"kind": "derived", "expression": "`a`.b + 1"}, "Computed as `b + 1`."),
    ("a bracket in a text", {"kind": "derived", "expression": "split(a, '(')"}, "Computed as `split(a, '…')`."),
    (
        "Jinja",
        {"kind": "derived", "expression": "{{ cents('a') }}", "origins": (RAW,)},
        "Computed as `cents('a')`, from `id` of `shop.raw_orders`.",
    ),
]


@pytest.mark.parametrize(("facts", "text"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_facts_are_said_and_nothing_else_is(facts: Mapping[str, Any], text: str | None) -> None:
    assert column_text(ColumnEvidence(name="x", **facts)) == text


@pytest.mark.parametrize(
    ("grain", "text"),
    [
        (("order_id, line",), "Identifies a row together with `order_id`."),
        (("order_id", "LINE, day, shop"), "Identifies a row together with `day` and `shop`."),
        (("line",), None),
        (("order_id, day",), None),
    ],
)
def test_a_part_of_a_key_is_said_to_be_one(grain: tuple[str, ...], text: str | None) -> None:
    assert column_text(ColumnEvidence(name="line"), grain) == text


def test_a_long_expression_is_told_without_its_middle() -> None:
    when = " ".join(f"when f(a) = {i} then '{i}'" for i in range(40))
    text = column_text(ColumnEvidence(name="x", kind="derived", expression=f"case {when} else 7 end"))
    assert text is not None
    assert text.startswith("Computed as `case when f(a) = 0 then '0' ")
    assert " … " in text
    assert text.endswith("else 7 end`.")
    assert len(text) < 330


def test_a_long_list_of_values_is_cut_and_says_how_many_there_are() -> None:
    values = tuple(f"value number {i}" for i in range(80))
    text = column_text(ColumnEvidence(name="x", tests=(TestFact(name="accepted_values", values=values),)))
    assert text is not None
    assert text.startswith("One of 80 values, such as value number 0, value number 1,")
    assert text.endswith("value number 79.")
    assert len(text) <= 500


WORDS = st.text(alphabet="abcxyz ()[]{}'\"`%#.,:;<>/*-\n\u00e9\u200b…", max_size=30)
NAMES = st.sampled_from(["a", "order_id", "Amount", "total amount", "x"])
ORIGINS = st.builds(
    OriginFact, relation=st.sampled_from(["ref('a')", "source('s', 'b')", "c"]), column=NAMES, description=WORDS
)
TESTS = st.one_of(
    st.sampled_from([UNIQUE, NOT_NULL, REFERS, STATUS]),
    st.builds(
        TestFact, name=st.just("accepted_values"), values=st.lists(WORDS, min_size=1, max_size=60).map(tuple)
    ),
    st.builds(TestFact, name=st.sampled_from(["pkg.test", "expression_is_true"]), arguments=WORDS),
)
COLUMNS = st.builds(
    ColumnEvidence,
    name=NAMES,
    kind=st.sampled_from(["passed", "renamed", "cast", "derived", "aggregated", "constant", "unknown"]),
    expression=st.one_of(
        WORDS, st.sampled_from(["sum(a)", "cast(a as date)", "count(*)", "x" * 1000, "f(a) + " * 200])
    ),
    origins=st.lists(ORIGINS, max_size=8).map(tuple),
    tests=st.lists(TESTS, max_size=5).map(tuple),
    constraints=st.lists(st.sampled_from(["not_null", "check: a > (b"]), max_size=2).map(tuple),
    tags=st.lists(st.sampled_from(["pii", "a b"]), max_size=2).map(tuple),
    comment=WORDS,
)


@given(COLUMNS, st.sampled_from([(), ("order_id, a",)]))
def test_whatever_is_known_the_text_is_plain_and_whole(column: ColumnEvidence, grain: tuple[str, ...]) -> None:
    text = column_text(column, grain)
    if text is not None:
        assert 0 < len(text) <= 500
        assert text[-1] in ".!?"
        assert "{{" not in text
        assert "{%" not in text
        assert "{#" not in text


@given(COLUMNS)
def test_what_is_said_passes_the_checks_of_every_text(column: ColumnEvidence) -> None:
    text = column_text(column)
    if text is not None:
        assert check_text(text, name=column.name, node_name="orders") == text
