import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbt_docsmith.dbt.fitting import size
from dbt_docsmith.errors import AnswerRefused, AuthenticationFailed, ContextOverflow, RateLimited
from dbt_docsmith.pipeline.asking import ask
from dbt_docsmith.pipeline.judging import CUT_OFF, Asked
from dbt_docsmith.prompting.templates import load_templates
from dbt_docsmith.types import ColumnEvidence, Completion, Evidence, Prompt

TEMPLATES = load_templates(Path(__file__).parents[2] / "prompts")
EVIDENCE = Evidence(
    unique_id="model.shop.orders",
    name="orders",
    resource_type="model",
    relation="ref('orders')",
    needs_description=True,
    columns=(ColumnEvidence(name="amount"), ColumnEvidence(name="Status")),
)
GOOD = {
    "description": "One row per order placed in the web shop.",
    "columns": [
        {"name": "amount", "description": "Paid in cents."},
        {"name": "status", "description": "Where it is by now."},
    ],
}


class Cut(str):
    """An answer that stops at its token limit."""


class Model:
    """Gives the answers it was made with, the last again and again, and keeps what it was asked."""

    def __init__(self, *answers: object) -> None:
        self.prompts: list[Prompt] = []
        self.asked: list[list[str]] = []
        self.sizes: list[int] = []
        self._answers = list(answers)

    async def complete(
        self, prompt: Prompt, evidence: Evidence, accept: Callable[[Completion], bool]
    ) -> Completion:
        self.prompts.append(prompt)
        self.asked.append(["own"] * evidence.needs_description + [column.name for column in evidence.columns])
        self.sizes.append(size(evidence))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Completion(
            text=text, provider="p", model="m", finish_reason="length" if isinstance(answer, Cut) else "stop"
        )


def asked(model: Model, evidence: Evidence = EVIDENCE) -> Asked:
    return asyncio.run(ask(evidence, TEMPLATES, model.complete, 500))


def texts(result: Asked) -> dict[str | None, str]:
    return result.texts


def test_a_good_answer_is_taken_at_once() -> None:
    model = Model(GOOD)
    result = asked(model)
    assert texts(result) == {
        None: "One row per order placed in the web shop.",
        "amount": "Paid in cents.",
        "Status": "Where it is by now.",
    }
    assert len(model.prompts) == 1


def test_what_is_refused_is_asked_for_once_more_alone_and_with_the_reason() -> None:
    bad = {**GOOD, "columns": [{"name": "amount", "description": "The amount"}, GOOD["columns"][1]]}  # type: ignore[index]
    model = Model(bad, {"columns": [{"name": "amount", "description": "Paid in cents."}]})
    assert texts(asked(model))["amount"] == "Paid in cents."
    again = model.prompts[1].user
    assert "- amount" in again
    assert "- Status" not in again
    assert "only says the name" in again


def test_what_is_refused_twice_fails_alone() -> None:
    bad = {**GOOD, "columns": [GOOD["columns"][1]]}  # type: ignore[index]
    result = asked(Model(bad, bad))
    assert set(texts(result)) == {None, "Status"}
    assert result.refused == {"amount": "the answer holds no text for it"}


def test_null_is_an_abstention_with_its_question() -> None:
    answer = {**GOOD, "description": None, "question": "Which orders are these?"}
    result = asked(Model(answer))
    assert result.questions == {None: "Which orders are these?"}
    assert not result.refused


def test_an_answer_that_is_no_json_is_asked_for_again() -> None:
    assert len(texts(asked(Model("I think so", GOOD)))) == 3
    assert set(asked(Model("I think so", "still prose")).refused.values()) == {"the answer is not one JSON object"}


def test_a_provider_s_error_keeps_what_was_answered_before_it() -> None:
    bad = {**GOOD, "columns": [GOOD["columns"][1]]}  # type: ignore[index]
    result = asked(Model(bad, RateLimited("slow down")))
    assert set(texts(result)) == {None, "Status"}
    assert [(item, type(error)) for item, error in result.failed.items()] == [("amount", RateLimited)]
    assert result.refused == {}


def test_nothing_is_kept_where_the_first_question_fails() -> None:
    result = asked(Model(RateLimited("slow down")))
    assert set(result.failed) == {None, "amount", "Status"}


# ------------------------------------------------------------------ cut at the token limit

WIDE = replace(EVIDENCE, columns=tuple(ColumnEvidence(name=f"c{number}") for number in range(7)))


def saying(*names: str, own: str | None = None) -> str:
    """A whole answer of a text for each column."""
    columns = [{"name": name, "description": f"Told of {name}.", "question": None} for name in names]
    return json.dumps({"description": own, "question": None, "columns": columns})


def cut(*names: str, own: str | None = None) -> Cut:
    """The same, without its last characters: its last column is not closed."""
    return Cut(saying(*names, own=own)[:-4])


def test_of_a_cut_answer_the_closed_columns_are_kept_and_the_rest_is_asked_in_halves() -> None:
    first = cut("c0", "c1", "c2", own="One row a purchase.")
    model = Model(first, saying("c2", "c3", "c4"), saying("c5", "c6"))
    result = asked(model, WIDE)
    assert model.asked == [
        ["own", "c0", "c1", "c2", "c3", "c4", "c5", "c6"],
        ["c2", "c3", "c4"],
        ["c5", "c6"],
    ]
    assert len(result.texts) == 8
    assert (result.refused, result.failed) == ({}, {})
    assert not any("refused" in prompt.user for prompt in model.prompts)


def test_a_half_that_is_cut_is_halved_again() -> None:
    model = Model(Cut("{"), Cut("{"), saying("c0", own="One row a sale."), saying("c1"), saying("c2", "c3"))
    assert len(asked(model, replace(WIDE, columns=WIDE.columns[:4])).texts) == 5
    assert model.asked == [
        ["own", "c0", "c1", "c2", "c3"],
        ["own", "c0", "c1"],
        ["own", "c0"],
        ["c1"],
        ["c2", "c3"],
    ]


def test_a_single_one_that_is_still_cut_fails_with_its_reason_and_is_not_asked_again() -> None:
    model = Model(Cut(""))
    result = asked(model)
    assert result.refused == dict.fromkeys((None, "amount", "Status"), CUT_OFF)
    assert model.asked[-1] == ["Status"]
    assert len(model.asked) == 2 * 3 - 1


def test_what_is_closed_and_bad_is_mended_and_what_is_cut_off_is_not() -> None:
    bad = Cut(saying("amount", "Status").replace("Told of amount.", "The amount")[:-4])
    model = Model(bad, Cut('{"descr'), saying("amount"))
    result = asked(model)
    assert model.asked == [["own", "amount", "Status"], ["Status"], ["amount"]]
    assert set(result.refused) == {"Status"}


def test_a_half_that_fails_leaves_the_other() -> None:
    model = Model(Cut("{"), AnswerRefused("not that"), saying("Status"))
    result = asked(model)
    assert set(result.failed) == {None, "amount"}
    assert set(result.texts) == {"Status"}


# ------------------------------------------------------------------ too long for the model

LONG = replace(EVIDENCE, sql="select amount, status\nfrom orders\n" * 500)


@pytest.mark.parametrize(("excess", "least", "most"), [(None, 0.4, 0.6), (1000, 0.5, 0.85), (1, 0.8, 0.95)])
def test_a_prompt_that_is_too_long_is_asked_once_more_with_less(
    excess: int | None, least: float, most: float
) -> None:
    model = Model(ContextOverflow("too long", excess=excess), GOOD)
    result = asked(model, LONG)
    assert len(result.texts) == 3
    assert least < model.sizes[1] / model.sizes[0] < most
    assert [prompt.shortened for prompt in model.prompts] == [False, True]


def test_a_prompt_that_is_too_long_twice_fails() -> None:
    model = Model(ContextOverflow("too long"))
    result = asked(model, LONG)
    assert {type(error) for error in result.failed.values()} == {ContextOverflow}
    assert len(model.prompts) == 2


def test_what_was_too_long_once_is_short_in_all_that_follows() -> None:
    bad = {**GOOD, "columns": [GOOD["columns"][1]]}  # type: ignore[index]
    model = Model(ContextOverflow("too long"), bad, GOOD)
    asked(model, LONG)
    assert len(model.prompts) == 3
    assert model.sizes[2] < model.sizes[0] * 0.6


def test_the_error_that_ends_a_provider_is_seen() -> None:
    result = asked(Model(AuthenticationFailed("no")))
    assert all(error.fatal for error in result.failed.values())
