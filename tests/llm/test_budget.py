from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.llm.billing import ERRORS, BillingProvider
from tests.llm.fakes import EVIDENCE, PROMPT, Clock, ScriptedProvider
from tests.wire_server import Body, Reply, WireServer, sending

from dbt_docsmith.errors import BudgetExhausted, ConfigError, ProviderError, ServerFailed, Stopped
from dbt_docsmith.llm.budget import Budget, Purse
from dbt_docsmith.llm.ceiling import TokenCeiling, most_prompt_tokens
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.prices import Prices, TokenPrice
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.llm.retry import RetryPolicy
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.llm.usage_log import UsageLog
from dbt_docsmith.types import Completion, Usage

MAX_TOKENS = 100
MOST = Usage(prompt_tokens=most_prompt_tokens(PROMPT), completion_tokens=MAX_TOKENS)
PRICE = TokenPrice(input=Decimal(1), output=Decimal(10))
A_DOLLAR_A_TOKEN = TokenPrice(input=Decimal(0), output=Decimal(1_000_000))
ANSWER = Usage(prompt_tokens=40, completion_tokens=30)


class Spending:
    """A client with a purse, asked the same question many times at once."""

    def __init__(
        self,
        *providers: BillingProvider,
        budget: Budget,
        log: UsageLog | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        clock = Clock()
        prices = Prices({each.model: each.price for each in providers})
        self.purse = Purse(budget, prices, log, sleep=clock.sleep)
        self.meter = UsageMeter(prices)
        self.client = Client(
            providers,
            NullStore(),
            ClientSettings(max_tokens=MAX_TOKENS, retry=retry or RetryPolicy(max_retries=2)),
            self.meter,
            clock=clock,
            sleep=clock.sleep,
            chance=lambda: 0.0,
            purse=self.purse,
        )

    def ask(self, times: int) -> list[Completion | ProviderError]:
        """What becomes of the question, asked so many times at once."""

        async def one() -> Completion | ProviderError:
            try:
                return await self.client.complete(PROMPT, EVIDENCE, lambda _: True)
            except ProviderError as error:
                return error

        async def run() -> list[Completion | ProviderError]:
            return await asyncio.wait_for(asyncio.gather(*(one() for _ in range(times))), timeout=60)

        return asyncio.run(run())


def answers(_number: int) -> tuple[str, Usage]:
    return "answer", ANSWER


def of_kind(results: list[Completion | ProviderError], kind: type) -> int:
    return sum(isinstance(result, kind) for result in results)


# ------------------------------------------------------------------ what is set aside


@pytest.mark.parametrize("text", ["select a, b from c where d = 'e'", "größe überall", "注文の合計金額", "🙂🙂🙂"])
def test_no_prompt_takes_more_tokens_than_are_set_aside_for_it(text: str) -> None:
    """A byte is the least a token holds; of ASCII two."""
    tokens = most_prompt_tokens(PROMPT) + len(text.encode()) // 2
    longer = type(PROMPT)(template="model", system=PROMPT.system, user=PROMPT.user + text, schema=PROMPT.schema)
    assert most_prompt_tokens(longer) >= tokens


def test_a_provider_that_counts_more_is_given_more_the_next_time() -> None:
    ceiling = TokenCeiling()
    before = ceiling.of(PROMPT, MAX_TOKENS)
    ceiling.learn(PROMPT, MAX_TOKENS, Usage(prompt_tokens=1, completion_tokens=MAX_TOKENS))
    assert ceiling.of(PROMPT, MAX_TOKENS) == before
    ceiling.learn(PROMPT, MAX_TOKENS, Usage(prompt_tokens=2 * before.prompt_tokens))
    ceiling.learn(PROMPT, MAX_TOKENS, Usage(prompt_tokens=2 * before.prompt_tokens))
    assert 2 * before.prompt_tokens < ceiling.of(PROMPT, MAX_TOKENS).prompt_tokens < 3 * before.prompt_tokens


# ------------------------------------------------------------------ the limits of a run


def test_what_does_not_fit_waits_for_what_is_in_flight_and_only_then_the_run_stops() -> None:
    provider = BillingProvider("a", A_DOLLAR_A_TOKEN, answers)
    run = Spending(provider, budget=Budget(per_run=Decimal(250)))
    results = run.ask(20)
    assert provider.at_once == 2
    assert (provider.seen, provider.billed) == (6, Decimal(180))
    assert (of_kind(results, Completion), of_kind(results, BudgetExhausted)) == (6, 14)
    said = "$180.00 of $250.00 are spent and the next request may cost $100.00"
    assert all(said in str(result) for result in results if isinstance(result, BudgetExhausted))


def test_no_more_requests_leave_than_allowed_and_retries_are_among_them() -> None:
    ends = iter(["500", "429", *["answer"] * 50])
    provider = BillingProvider("a", PRICE, lambda _: (next(ends), ANSWER))
    run = Spending(provider, budget=Budget(requests=5))
    results = run.ask(10)
    assert provider.seen == run.meter.requests == 5
    assert (of_kind(results, Completion), of_kind(results, BudgetExhausted)) == (3, 7)


@pytest.mark.parametrize(("end", "kept"), [("429", 0), ("refused", 0), ("401", 0), ("deadline", 1), ("500", 1)])
def test_an_attempt_without_an_answer_keeps_its_reservation_unless_it_surely_cost_nothing(
    end: str, kept: int
) -> None:
    provider = BillingProvider("a", A_DOLLAR_A_TOKEN, lambda _: (end, ANSWER))
    run = Spending(provider, budget=Budget(per_run=Decimal(150)), retry=RetryPolicy(max_retries=0))
    run.ask(1)
    assert run.purse.unsettled_usd == 100 * kept
    (second,) = run.ask(1)
    assert isinstance(second, BudgetExhausted) == bool(kept)


def test_an_answer_that_does_not_say_what_it_took_keeps_its_reservation() -> None:
    provider = BillingProvider("a", A_DOLLAR_A_TOKEN, lambda _: ("answer", Usage()))
    run = Spending(provider, budget=Budget(per_run=Decimal(150)))
    first, second = run.ask(2)
    assert isinstance(first, Completion)
    assert first.cost_usd is None
    assert isinstance(second, BudgetExhausted)


def test_what_was_billed_and_is_no_answer_is_paid_from_the_budget() -> None:
    class Refusing(BillingProvider):
        async def complete(self, request: object) -> Completion:
            self.seen += 1
            fault = ServerFailed("nothing in it")
            return Completion(text="", provider=self.name, model=self.model, usage=ANSWER, fault=fault)

    provider = Refusing("a", A_DOLLAR_A_TOKEN, answers)
    run = Spending(provider, budget=Budget(per_run=Decimal(140)))
    (result,) = run.ask(1)
    assert isinstance(result, BudgetExhausted)
    assert (provider.seen, run.meter.cost_usd) == (2, Decimal(60))


def test_who_waits_for_money_is_told_when_the_user_has_had_enough() -> None:
    provider = BillingProvider("a", A_DOLLAR_A_TOKEN, answers, turns=1000)
    run = Spending(provider, budget=Budget(per_run=Decimal(150)))

    async def stopped() -> list[object]:
        asked = [asyncio.ensure_future(run.client.complete(PROMPT, EVIDENCE, lambda _: True)) for _ in range(3)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert provider.seen == 1
        run.client.stop()
        await asyncio.wait(asked[1:])
        told = [type(task.exception()) for task in asked[1:]]
        return [*told, (await asked[0]).text]

    assert asyncio.run(stopped()) == [Stopped, Stopped, "{}"]
    assert not run.purse.exhausted


def test_the_next_provider_is_no_way_round_the_budget() -> None:
    first = BillingProvider("a", A_DOLLAR_A_TOKEN, answers)
    second = BillingProvider("b", PRICE, answers)
    run = Spending(first, second, budget=Budget(per_run=Decimal(50)))
    (result,) = run.ask(1)
    assert isinstance(result, BudgetExhausted)
    assert (first.seen, second.seen) == (0, 0)


def test_each_provider_is_reserved_for_at_its_own_price() -> None:
    first = BillingProvider("a", A_DOLLAR_A_TOKEN, lambda _: ("429", ANSWER))
    second = BillingProvider("b", PRICE, answers)
    run = Spending(first, second, budget=Budget(per_run=Decimal(101)), retry=RetryPolicy(max_retries=0))
    (result,) = run.ask(1)
    assert isinstance(result, Completion)
    assert (result.provider, result.cost_usd) == ("b", PRICE.cost(ANSWER))


def test_a_cost_limit_needs_the_price_of_every_provider() -> None:
    providers: list[Provider] = [ScriptedProvider("a", ["{}"]), ScriptedProvider("b", ["{}"])]
    purse = Purse(Budget(per_run=Decimal(1)), Prices({"a-model": PRICE}))
    with pytest.raises(
        ConfigError, match=r"price of b's model b-model.*prices: \{b-model: \{input: USD, output: USD"
    ):
        purse.check(providers)
    Purse(Budget(requests=1), Prices()).check(providers)


# ------------------------------------------------------------------ at every instant


def test_the_budget_holds_at_every_instant_with_64_in_flight_over_a_wire(wire_server: WireServer) -> None:
    """The server counts what it bills the moment it answers; nobody else's sums are asked."""
    limit, lock, bills = Decimal("0.05"), threading.Lock(), list[Decimal]()

    def bill(body: Body) -> Reply:
        with lock:
            number = len(bills)
            usage = {"prompt_tokens": 20 + number % 7, "completion_tokens": 10 + (number * 37) % (MAX_TOKENS - 10)}
            bills.append(PRICE.cost(Usage(**usage)))
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}
        reply = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        return sending(reply | {"usage": usage})

    wire_server.respond = bill
    wire_server.latency = 0.02
    given = ProviderSettings(api_key="sk-x", base_url=wire_server.base_url, model="m")
    prices = Prices({"m": PRICE})
    purse = Purse(Budget(per_run=limit), prices)
    settings = ClientSettings(max_tokens=MAX_TOKENS)
    client = Client([build("openai", given)], NullStore(), settings, UsageMeter(prices), purse=purse)

    async def run() -> list[object]:
        room = asyncio.Semaphore(64)

        async def one() -> object:
            async with room:
                return await client.complete(PROMPT, EVIDENCE, lambda _: True)

        try:
            return await asyncio.gather(*(one() for _ in range(300)), return_exceptions=True)
        finally:
            await client.aclose()

    results = asyncio.run(run())
    most = PRICE.cost(MOST)
    assert limit - most < sum(bills) <= limit
    assert sum(isinstance(result, Completion) for result in results) == len(bills)
    assert all(isinstance(result, Completion | BudgetExhausted) for result in results)


prices_of_tokens = st.builds(
    TokenPrice,
    input=st.decimals(0, 100, places=4),
    output=st.decimals(0, 1000, places=4),
)
ends = st.sampled_from(["answer"] * 6 + list(ERRORS))
used = st.builds(
    Usage,
    prompt_tokens=st.integers(0, MOST.prompt_tokens),
    completion_tokens=st.integers(0, MAX_TOKENS),
)


@settings(max_examples=60)
@given(
    price=prices_of_tokens,
    other=prices_of_tokens,
    script=st.lists(st.tuples(ends, used), min_size=1, max_size=25),
    limit=st.decimals(0, 1, places=4),
    requests=st.none() | st.integers(0, 40),
    turns=st.integers(0, 5),
)
def test_whatever_things_cost_and_however_they_fail_no_limit_is_passed_and_the_run_ends(
    price: TokenPrice,
    other: TokenPrice,
    script: list[tuple[str, Usage]],
    limit: Decimal,
    requests: int | None,
    turns: int,
) -> None:
    def choose(number: int) -> tuple[str, Usage]:
        return script[number % len(script)]

    providers = [BillingProvider("a", price, choose, turns), BillingProvider("b", other, choose)]
    run = Spending(*providers, budget=Budget(per_run=limit, requests=requests))
    results = run.ask(15)
    assert sum(provider.billed for provider in providers) <= limit
    assert requests is None or sum(provider.seen for provider in providers) <= requests
    assert len(results) == 15
    if not run.purse.exhausted:
        assert of_kind(results, BudgetExhausted) == 0


# ------------------------------------------------------------------ a month of all processes


def log_at(path: Path, most: str | None, clock: Callable[[], float]) -> UsageLog:
    limit = None if most is None else Decimal(most)
    return UsageLog(path, project="shop", clock=clock, notice=lambda _text: None, month_most=limit)


def test_a_month_counts_every_run_and_the_next_begins_anew(tmp_path: Path) -> None:
    now = 1_795_000_000.0  # in November 2026

    def month_of(seconds: float) -> int:
        provider = BillingProvider("a", A_DOLLAR_A_TOKEN, answers)
        log = log_at(tmp_path / "usage.db", "250", lambda: seconds)
        Spending(provider, budget=Budget(per_month=Decimal(250)), log=log).ask(20)
        log.close()
        return provider.seen

    assert [month_of(now), month_of(now), month_of(now + 31 * 86_400)] == [6, 0, 6]


def test_reservations_of_a_killed_run_count_for_the_month_and_hold_nobody_up(tmp_path: Path) -> None:
    clock = Clock()
    killed = log_at(tmp_path / "usage.db", "250", clock)
    killed.reserve("a", "a-model", Decimal(100), seconds=120.0)
    killed.close()
    provider = BillingProvider("a", A_DOLLAR_A_TOKEN, answers)
    log = log_at(tmp_path / "usage.db", "250", clock)
    prices = Prices({"a-model": A_DOLLAR_A_TOKEN})
    purse = Purse(Budget(per_month=Decimal(250)), prices, log, sleep=clock.sleep)
    assert purse.spent_this_month() == 100
    client = Client(
        [provider], NullStore(), ClientSettings(max_tokens=MAX_TOKENS), UsageMeter(prices), purse=purse
    )

    async def run() -> None:
        while True:
            await client.complete(PROMPT, EVIDENCE, lambda _: True)

    with pytest.raises(BudgetExhausted, match=r"the month's \$250\.00"):
        asyncio.run(run())
    assert provider.billed == 60
    assert clock.now >= 1000 + 120, "until then the other attempt might have cost less than it reserved"
    log.close()


def test_a_log_that_cannot_be_read_ends_a_run_with_a_monthly_budget_before_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "usage.db"
    path.write_bytes(b"no database, but long enough to be taken for one " * 99)
    log = log_at(path, "1", Clock())
    with pytest.raises(ConfigError, match=r"budget\.per_month cannot be kept"):
        Purse(Budget(per_month=Decimal(1)), Prices(), log).check([])
    log.close()
    careless = log_at(path, None, Clock())
    assert careless.reserve("a", "m", None, 1.0) is not None
    careless.close()


SPENDER = """
import asyncio, sys, time
from decimal import Decimal
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.llm.billing import BillingProvider
from tests.llm.test_budget import A_DOLLAR_A_TOKEN, ANSWER, MAX_TOKENS
from tests.llm.fakes import EVIDENCE, PROMPT
from dbt_docsmith.errors import BudgetExhausted
from dbt_docsmith.llm.budget import Budget, Purse
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.prices import Prices
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.llm.usage_log import UsageLog

limit = Decimal(sys.argv[3])
log = UsageLog(Path(sys.argv[2]), project="p", clock=time.time, notice=print, month_most=limit)
provider = BillingProvider("a", A_DOLLAR_A_TOKEN, lambda _: ("answer", ANSWER), turns=20)
prices = Prices({"a-model": A_DOLLAR_A_TOKEN})
purse = Purse(Budget(per_month=limit), prices, log, seconds=60.0)
client = Client([provider], NullStore(), ClientSettings(max_tokens=MAX_TOKENS), UsageMeter(prices), purse=purse)

async def run():
    asked = (client.complete(PROMPT, EVIDENCE, lambda _: True) for _ in range(200))
    return await asyncio.gather(*asked, return_exceptions=True)

print("ready", flush=True)
sys.stdin.readline()
ends = asyncio.run(run())
assert any(isinstance(end, BudgetExhausted) for end in ends), ends
print(provider.billed)
"""


def test_two_processes_at_once_do_not_pass_the_month_between_them(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", SPENDER, root, str(tmp_path / "usage.db"), "4000"]
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in both]
    assert [err for _, err in said] == ["", ""]
    bills = [Decimal(out.strip()) for out, _ in said]
    assert 4000 - 100 < sum(bills) <= 4000
