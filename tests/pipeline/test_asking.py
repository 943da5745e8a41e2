import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from dbt_docsmith.errors import RateLimited
from dbt_docsmith.pipeline.asking import Asked, ask
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


class Model:
    """Gives the answers it was made with, one after the other, and keeps the prompts."""

    def __init__(self, *answers: object, finish_reason: str = "stop") -> None:
        self.prompts: list[Prompt] = []
        self._answers = list(answers)
        self._finish_reason = finish_reason

    async def complete(self, prompt: Prompt, evidence: Evidence, accept: Callable[[str], bool]) -> Completion:
        self.prompts.append(prompt)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Completion(text=text, provider="p", model="m", finish_reason=self._finish_reason)


def asked(model: Model) -> Asked:
    return asyncio.run(ask(EVIDENCE, TEMPLATES, model.complete, 500))


def texts(result: Asked) -> dict[str | None, str]:
    return {item: text for item, (text, _) in result.texts.items()}


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


def test_a_cut_answer_says_so() -> None:
    result = asked(Model('{"description": "One row', '{"descr', finish_reason="length"))
    assert set(result.refused.values()) == {"the answer was cut off at its token limit"}


def test_a_provider_s_error_ends_the_asking_and_keeps_what_was_answered() -> None:
    bad = {**GOOD, "columns": [GOOD["columns"][1]]}  # type: ignore[index]
    result = asked(Model(bad, RateLimited("slow down")))
    assert set(texts(result)) == {None, "Status"}
    assert isinstance(result.error, RateLimited)
    assert set(result.refused) == {"amount"}


def test_nothing_is_kept_where_the_first_question_fails() -> None:
    result = asked(Model(RateLimited("slow down")))
    assert set(result.refused) == {None, "amount", "Status"}
