from decimal import Decimal

import pytest
from msgspec.structs import replace

from dbt_docsmith.llm.usage import UsageMeter, price_of
from dbt_docsmith.types import Completion, Usage

ANSWER = Completion(
    text="{}",
    provider="openai",
    model="gpt-4o-mini",
    usage=Usage(prompt_tokens=1000, cached_prompt_tokens=200, completion_tokens=100),
)


def test_requests_retries_tokens_and_money_add_up() -> None:
    meter = UsageMeter(price=lambda _: Decimal("0.10"))
    meter.sent(again=False)
    meter.sent(again=True)
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


def test_a_price_is_exact_and_knows_cached_tokens() -> None:
    pytest.importorskip("genai_prices")
    without = replace(ANSWER, usage=replace(ANSWER.usage, cached_prompt_tokens=0))
    price, dearer = price_of(ANSWER), price_of(without)
    assert isinstance(price, Decimal)
    assert dearer is not None
    assert 0 < price < dearer


@pytest.mark.parametrize(
    "completion",
    [
        replace(ANSWER, model="my-own-model"),
        replace(ANSWER, provider="lm-studio"),
        replace(ANSWER, provider="rules"),
        replace(ANSWER, provider="a-stranger"),
    ],
)
def test_an_unknown_price_is_unknown(completion: Completion) -> None:
    assert price_of(completion) is None
