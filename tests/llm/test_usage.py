from decimal import Decimal

from msgspec.structs import replace

from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Completion, Usage

ANSWER = Completion(
    text="{}",
    provider="openai",
    model="gpt-4o-mini",
    usage=Usage(prompt_tokens=1000, cached_prompt_tokens=200, completion_tokens=100),
)


def test_requests_retries_tokens_and_money_add_up() -> None:
    meter = UsageMeter(price=lambda _: Decimal("0.10"))
    for again in (False, True):
        meter.sent(again=again, asked=("openai", "gpt-4o-mini"))
    priced = [meter.answered(ANSWER), meter.answered(ANSWER)]
    assert [each.cost_usd for each in priced] == [Decimal("0.10")] * 2
    assert (meter.requests, meter.retries, meter.cost_usd) == (2, 1, Decimal("0.20"))
    assert meter.usage == Usage(prompt_tokens=2000, cached_prompt_tokens=400, completion_tokens=200)


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    prices = iter([Decimal("0.10"), None, Decimal("0.10")])
    meter = UsageMeter(price=lambda _: next(prices))
    for _ in range(3):
        meter.answered(ANSWER)
    assert meter.cost_usd is None


def test_a_run_that_asked_nothing_cost_nothing() -> None:
    assert UsageMeter().cost_usd == 0


def test_each_model_is_counted_for_itself() -> None:
    meter = UsageMeter(price=lambda completion: Decimal("0.10") if completion.provider == "openai" else None)
    other = replace(ANSWER, provider="groq", model="m")
    for answer in (ANSWER, other, ANSWER):
        meter.sent(again=False, asked=(answer.provider, answer.model))
        meter.answered(answer)
    counted = [(each.provider, each.requests, each.prompt_tokens, each.cost_usd) for each in meter.by_model]
    assert counted == [("openai", 2, 2000, Decimal("0.20")), ("groq", 1, 1000, None)]
