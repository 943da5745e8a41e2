from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace
from tests.llm.fakes import EVIDENCE

from dbt_docsmith.llm.providers.rule_node_sentences import node_text
from dbt_docsmith.prompting.checks import check_text
from dbt_docsmith.types import ColumnEvidence, Neighbour, TestFact

ORDERS = Neighbour(relation="ref('stg_orders')", description="Every order of the shop. Since 2019.")
WEEKLY = Neighbour(relation="weekly", description="Looked at on Mondays.")
PAYMENTS = Neighbour(relation="source('pay', 'payments')")
REFERS = ColumnEvidence(name="customer", tests=(TestFact(name="relationships", to="ref('people')", field="id"),))

SAID: list[tuple[str, Mapping[str, Any], str | None]] = [
    ("nothing", {}, None),
    (
        "its use alone",
        {"exposures": (WEEKLY,), "source_description": "The shop.", "children": (ORDERS,)},
        None,
    ),
    ("a grain", {"grain": ("order_id",)}, "One row per `order_id`."),
    ("a grain of two", {"grain": ("order_id, line",)}, "One row per `order_id` and `line`."),
    (
        "two keys",
        {"grain": ("order_id", "customer_id, day")},
        "One row per `order_id`. No two rows share `customer_id` and `day`.",
    ),
    ("a parent, whose text says nothing of this node", {"parents": (ORDERS,)}, "Built from `stg_orders`."),
    (
        "a filter of one of two ways",
        {
            "parents": (PAYMENTS,),
            "sql": "with a as (select * from t where b = 1) select * from a, (select 1 as c)",
        },
        "Built from `pay.payments`.",
    ),
    (
        "a group that is joined to something",
        {"parents": (PAYMENTS,), "sql": "with a as (select b from t group by b) select * from a join c using (b)"},
        "Built from `pay.payments`.",
    ),
    ("two parents", {"parents": (ORDERS, PAYMENTS)}, "Built from `stg_orders` and `pay.payments`."),
    (
        "a snapshot",
        {"resource_type": "snapshot", "parents": (ORDERS,)},
        "Keeps the history of `stg_orders`: a row for every state it has had.",
    ),
    (
        "groups",
        {"parents": (PAYMENTS,), "sql": "select a from t -- group by c\nGROUP BY a, t.b\norder by 1"},
        "Built from `pay.payments`. Its SQL groups by `a` and `t.b`.",
    ),
    ("groups by number", {"parents": (PAYMENTS,), "sql": "select a group by 1"}, "Built from `pay.payments`."),
    ("groups of a grain", {"grain": ("a",), "sql": "select a from t group by a"}, "One row per `a`."),
    (
        "a filter",
        {"parents": (PAYMENTS,), "sql": "with a as (select * from t\nwhere status =\n 'paid') select * from a"},
        "Built from `pay.payments`. Its SQL keeps only rows where `status = 'paid'`.",
    ),
    (
        "a filter of one parent of two",
        {"parents": (ORDERS, PAYMENTS), "sql": "select * from t where a = 1"},
        "Built from `stg_orders` and `pay.payments`.",
    ),
    (
        "a filter on some runs only",
        {"parents": (PAYMENTS,), "sql": "select * from t {% if is_incremental() %} where a > 1 {% endif %}"},
        "Built from `pay.payments`.",
    ),
    (
        "SQL that is cut",
        {"parents": (PAYMENTS,), "sql": "select * from t where a = 1", "sql_cut": True},
        "Built from `pay.payments`.",
    ),
    ("a reference", {"columns": (REFERS,)}, "Refers to `people` by `customer`."),
    (
        "a test",
        {"tests": (TestFact(name="dbt_utils.expression_is_true", arguments="expression: a > b"),)},
        "Tested with `dbt_utils.expression_is_true` (expression: a > b).",
    ),
    (
        "all of it",
        {"grain": ("id",), "materialized": "incremental", "exposures": (WEEKLY, Neighbour(relation="daily"))},
        "One row per `id`. Loaded incrementally. Used by `weekly` and `daily`.",
    ),
    (
        "a source's table",
        {
            "relation": "source('shop', 'orders')",
            "grain": ("id",),
            "source_description": "The shop's own database. Copied.",
        },
        "One row per `id`. Part of `shop`: The shop's own database.",
    ),
]


@pytest.mark.parametrize(("facts", "text"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_facts_of_a_node_are_said_and_nothing_else_is(facts: Mapping[str, Any], text: str | None) -> None:
    assert node_text(replace(EVIDENCE, **facts)) == text
    if text is not None:
        assert check_text(text, name="orders", node_name="orders") == text


def test_many_facts_fit_and_the_first_ones_stay() -> None:
    parents = tuple(Neighbour(relation=f"ref('a_rather_long_name_of_a_parent_{i}')") for i in range(30))
    columns = tuple(replace(REFERS, name=f"customer_{i}") for i in range(30))
    text = node_text(replace(EVIDENCE, grain=("id",), parents=parents, columns=columns))
    assert text is not None
    assert text.startswith("One row per `id`. Built from `a_rather_long_name_of_a_parent_0`")
    assert "and 22 more." in text
    assert len(text) <= 500
