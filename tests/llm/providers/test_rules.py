import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.llm.fakes import EVIDENCE, REQUEST

from dbt_docsmith.errors import RequestRejected
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA, parse_answer
from dbt_docsmith.types import ColumnEvidence, Evidence, OriginFact, TestFact

NOT_NULL = TestFact(name="not_null")


def answered(evidence: Evidence) -> dict[str, Any]:
    provider = build("rules", ProviderSettings())
    completion = asyncio.run(provider.complete(replace(REQUEST, evidence=evidence)))
    assert (completion.provider, completion.model, completion.cost_usd) == ("rules", "rules", None)
    answer: dict[str, Any] = json.loads(completion.text)
    return answer


def test_the_answer_has_the_shape_of_the_schema() -> None:
    answer = answered(
        replace(EVIDENCE, columns=(ColumnEvidence(name="a"), ColumnEvidence(name="b", tests=(NOT_NULL,))))
    )
    assert list(answer) == ANSWER_SCHEMA["required"]
    assert [list(column) for column in answer["columns"]] == [["name", "description", "question"]] * 2
    assert set(parse_answer(answer, table=True, columns=["A", "B"]).columns) == {"a", "b"}


def test_where_nothing_is_known_there_is_a_question_for_the_owner() -> None:
    answer = answered(
        replace(EVIDENCE, needs_description=True, columns=(ColumnEvidence(name="x", data_type="int"),))
    )
    assert answer == {
        "description": None,
        "question": "What is one row of `orders`, and what is it for?",
        "columns": [{"name": "x", "description": None, "question": "What does `x` of `orders` mean?"}],
    }


def test_a_node_that_is_not_asked_for_is_not_described() -> None:
    assert answered(replace(EVIDENCE, grain=("id",)))["description"] is None
    assert answered(replace(EVIDENCE, grain=("id",), needs_description=True))["description"] == "One row per `id`."


def test_a_request_without_evidence_is_refused() -> None:
    with pytest.raises(RequestRejected):
        asyncio.run(build("rules", ProviderSettings()).complete(REQUEST))


def test_columns_with_the_same_facts_may_share_a_text_and_others_never_do() -> None:
    alike = [ColumnEvidence(name=name, tests=(NOT_NULL,)) for name in ("a", "b")]
    middle = ["when b then 2 " * 20 + f"when {name} then 9 " + "when b then 2 " * 20 for name in ("c", "d")]
    unlike = [
        ColumnEvidence(name=name, kind="derived", expression=f"case {when}end")
        for name, when in zip(("c", "d"), middle, strict=True)
    ]
    columns = answered(replace(EVIDENCE, columns=(*alike, *unlike)))["columns"]
    assert [column["description"] for column in columns[:2]] == ["Never null."] * 2
    assert columns[2]["description"] is not None
    assert columns[3] == {
        "name": "d",
        "description": None,
        "question": "How does `d` of `orders` differ from `c`?",
    }


def test_one_column_read_twice_under_two_names_plays_two_roles() -> None:
    name = OriginFact(relation="ref('users')", column="name")
    roles = [ColumnEvidence(name=role, kind="renamed", origins=(name,)) for role in ("created_by", "paid_by")]
    first, second = answered(replace(EVIDENCE, columns=tuple(roles)))["columns"]
    assert first["description"] == "Taken from `name` of `users`."
    assert second["question"] == "How does `paid_by` of `orders` differ from `created_by`?"


def test_what_was_not_told_apart_is_not_said_in_a_later_run_either() -> None:
    counts = ColumnEvidence(name="n_items", kind="aggregated", expression="count(*)")
    written = {"n_orders": "Counts the rows that were aggregated.", "id": "Never null."}
    asked = replace(EVIDENCE, columns=(counts, ColumnEvidence(name="day", tests=(NOT_NULL,))), documented=written)
    first, second = answered(asked)["columns"]
    assert first["question"] == "How does `n_items` of `orders` differ from `n_orders`?"
    assert second["description"] == "Never null."


EXPRESSIONS = st.sampled_from(
    ["", "a", "a + 1", "sum(a)", "count(*)", "cast(a as date)", "'x'", "a + " * 150 + "b"]
)
ORIGINS = st.builds(OriginFact, relation=st.sampled_from(["ref('p')", "ref('q')"]), column=st.sampled_from("ab"))
TESTS = st.sampled_from(
    [
        NOT_NULL,
        TestFact(name="unique"),
        TestFact(name="accepted_values", values=("a", "b")),
        TestFact(name="relationships", to="ref('p')", field="a"),
        TestFact(name="t.range", arguments="min: 0"),
    ]
)
COLUMNS = st.builds(
    ColumnEvidence,
    name=st.just("x"),
    kind=st.sampled_from(["derived", "aggregated"]),
    expression=EXPRESSIONS.filter(lambda text: text != "a"),
    origins=st.lists(ORIGINS, max_size=3, unique=True).map(lambda found: tuple(sorted(found, key=str))),
    tests=st.lists(TESTS, max_size=3, unique=True).map(lambda found: tuple(sorted(found, key=str))),
)


@given(COLUMNS, COLUMNS)
def test_different_facts_give_different_texts(one: ColumnEvidence, other: ColumnEvidence) -> None:
    texts = [
        answered(replace(EVIDENCE, columns=(column,)))["columns"][0]["description"] for column in (one, other)
    ]
    assert facts(one) == facts(other) or texts[0] != texts[1] or texts == [None, None]


def facts(column: ColumnEvidence) -> tuple[object, ...]:
    """What can be told: a cast of a column of unknown origin says no more than its name and type."""
    says_only_a_type = column.expression == "cast(a as date)" and not column.origins
    return ("" if says_only_a_type else column.expression, column.origins, column.tests)
