"""What the rules say of exposures, metrics, semantic models and macros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dbt_docsmith.llm.providers.rule_sentences import column_text
from dbt_docsmith.llm.providers.rules import answer
from dbt_docsmith.types import ColumnEvidence, Detail, Evidence, Neighbour

SALES = Neighbour(relation="ref('sales')", description="One row per line of a receipt. Gifts are left out.")
CASES: list[tuple[str, str, Mapping[str, Any], str | None]] = [
    ("an exposure of nothing", "exposure", {"type": "dashboard", "owner": "Till"}, None),
    (
        "an exposure",
        "exposure",
        {"type": "dashboard", "owner": "The till", "parents": (SALES, Neighbour(relation="metric('revenue')"))},
        "Dashboard built from `sales` and `revenue`. Owned by The till.",
    ),
    (
        "a metric of a measure",
        "metric",
        {"type": "simple", "measure": "revenue", "measure revenue is": "sum(amount)"},
        "The measure `revenue`, computed as `sum(amount)`.",
    ),
    (
        "a metric with a filter",
        "metric",
        {"measure": "revenue, as big", "filter": "{{ Dimension('sale__size', entity_path=['a']) }} = 'l'"},
        "The measure `revenue` (as big). Only where `sale__size = 'l'`.",
    ),
    (
        "a filter that is no plain one",
        "metric",
        {"measure": "revenue", "filter": "{{ var('x') }} = 'l'"},
        "The measure `revenue`.",
    ),
    (
        "a cumulative metric",
        "metric",
        {"measure": "revenue", "window": "7 day"},
        "The measure `revenue`, accumulated over 7 day.",
    ),
    (
        "a ratio",
        "metric",
        {"numerator": "revenue", "denominator": "customers, as people"},
        "`revenue` divided by `customers` (as people).",
    ),
    (
        "a derived metric",
        "metric",
        {"expression": "a / b", "metric": "revenue, as a"},
        "Computed as `a / b` from `revenue` (as a).",
    ),
    ("a metric of nobody knows what", "metric", {"type": "simple"}, None),
    (
        "a semantic model",
        "semantic_model",
        {"parents": (SALES,)},
        "Semantic model over `sales`: One row per line of a receipt.",
    ),
    ("a macro", "macro", {"called as": "x(1)"}, None),
    (
        "an implementation",
        "macro",
        {"name": "default__cents", "parents": (Neighbour(relation="macro('cents')"),)},
        "Default implementation of `cents`.",
    ),
    (
        "another implementation",
        "macro",
        {"name": "postgres__cents", "parents": (Neighbour(relation="macro('cents')"),)},
        "Implementation for `postgres` of `cents`.",
    ),
]


@pytest.mark.parametrize(("kind", "facts", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_facts_of_a_thing_are_said_and_nothing_else_is(
    kind: str, facts: Mapping[str, Any], text: str | None
) -> None:
    own = {key: value for key, value in facts.items() if key in ("name", "parents")}
    details = tuple(Detail(label, said) for label, said in facts.items() if label not in own)
    evidence = Evidence(
        unique_id="x",
        resource_type=kind,
        relation="x",
        needs_description=True,
        details=details,
        **{"name": "x", **own},
    )
    said = answer(evidence)
    assert said["description"] == text
    word = kind.replace("_", " ")
    assert said["question"] == (f"What is the {word} `{evidence.name}` for?" if text is None else None)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"part": "argument", "data_type": "string"}, None),
        ({"part": "argument", "details": (Detail("default", "2", is_code=True),)}, "Defaults to `2`."),
        (
            {"part": "measure", "data_type": "sum", "kind": "aggregated", "expression": "sum(a + b)"},
            "Adds up `a + b`.",
        ),
    ],
)
def test_facts_of_a_part_are_said(facts: Mapping[str, Any], text: str | None) -> None:
    assert column_text(ColumnEvidence(name="x", **facts)) == text
