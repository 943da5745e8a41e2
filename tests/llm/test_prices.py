from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.llm.fakes import ScriptedProvider

from dbt_docsmith.llm.prices import Prices, TokenPrice, runs_here
from dbt_docsmith.types import Completion, Usage

ANSWER = Completion(
    text="{}",
    provider="openai",
    model="gpt-4o-mini",
    usage=Usage(prompt_tokens=1000, cached_prompt_tokens=200, completion_tokens=100),
)
GIVEN = Prices({"gpt-4o-mini": TokenPrice(input=Decimal("0.10"), output=Decimal(3))})


def test_a_price_is_exact_and_knows_cached_tokens() -> None:
    without = replace(ANSWER, usage=replace(ANSWER.usage, cached_prompt_tokens=0))
    price, dearer = Prices()(ANSWER), Prices()(without)
    assert isinstance(price, Decimal)
    assert dearer is not None
    assert 0 < price < dearer


def test_tokens_written_to_a_cache_cost_more_where_the_provider_says_so() -> None:
    claude = replace(ANSWER, provider="anthropic", model="claude-sonnet-4-5", usage=Usage(prompt_tokens=1000))
    written = replace(claude, usage=Usage(prompt_tokens=1000, cache_write_tokens=1000))
    prices = Prices({}, here=())
    plain, dearer = (prices.of("anthropic", each.model, each.usage) for each in (claude, written))
    if plain is None or dearer is None:  # the provider is not in this build
        return
    assert dearer == plain * Decimal("1.25")


def test_a_price_that_is_given_wins() -> None:
    assert GIVEN(ANSWER) == Decimal("0.0004")
    assert GIVEN.of("groq", "gpt-4o-mini", ANSWER.usage) == Decimal("0.0004")


@pytest.mark.parametrize(
    "completion",
    [
        replace(ANSWER, model="my-own-model"),
        replace(ANSWER, provider="lm-studio"),
        replace(ANSWER, provider="a-stranger"),
        replace(ANSWER, usage=Usage()),
    ],
    ids=["model", "a local server elsewhere", "provider", "no usage"],
)
def test_an_unknown_price_is_unknown_and_never_nothing(completion: Completion) -> None:
    assert Prices()(completion) is None


@pytest.mark.parametrize("completion", [replace(ANSWER, provider="rules"), replace(ANSWER, provider="lm-studio")])
def test_nobody_bills_what_is_answered_here(completion: Completion) -> None:
    assert Prices(here=["lm-studio"])(completion) == 0


def test_counts_that_contradict_each_other_are_priced_as_what_is_dearest() -> None:
    odd = replace(ANSWER, usage=Usage(prompt_tokens=100, cached_prompt_tokens=900, cache_write_tokens=900))
    assert Prices()(odd) == Prices()(replace(ANSWER, usage=Usage(prompt_tokens=100, cached_prompt_tokens=100)))


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost:1234", True),
        ("127.0.0.1:1234", True),
        ("[::1]:1234", True),
        ("192.168.1.7:1234", True),
        ("gpu-box:1234", True),
        ("host.docker.internal:1234", True),
        ("studio.example.com", False),
        ("8.8.8.8:1234", False),
    ],
)
def test_a_local_server_is_free_where_nobody_else_runs_it(host: str, here: bool) -> None:
    provider = ScriptedProvider("lm-studio", ["{}"])
    provider.host = host
    assert runs_here(provider) == here
    provider.name = "openai"
    assert not runs_here(provider)
