import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.llm.fakes import EVIDENCE, PROMPT, Clock, ScriptedProvider
from tests.llm.simulation import simulate
from tests.wire_server import Reply, WireServer, answering, failing

from dbt_docsmith.errors import (
    AnswerRefused,
    AuthenticationFailed,
    ContextOverflow,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Stopped,
    Unreachable,
)
from dbt_docsmith.llm.attempts import Attempt
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.retry import RetryPolicy, Sleep
from dbt_docsmith.llm.store import AnswerStore, NullStore, Store
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Completion, Prompt

GOOD = '{"description": "One row an order."}'


def anything(_text: str) -> bool:
    return True


def nothing(_text: str) -> bool:
    return False


class Run:
    """A client, and everything that was handed to it."""

    def __init__(
        self,
        *providers: Provider,
        store: Store | None = None,
        settings: ClientSettings | None = None,
        sleep: Sleep | None = None,
    ) -> None:
        self.clock = Clock()
        self.prompt = PROMPT
        self.watched: list[Attempt] = []
        self.notices: list[str] = []
        self.meter = UsageMeter(price=lambda _: Decimal("0.01"))
        self.client = Client(
            providers,
            store or NullStore(),
            settings or ClientSettings(),
            self.meter,
            clock=self.clock,
            sleep=sleep or self.clock.sleep,
            chance=lambda: 1.0,
            notice=self.notices.append,
            watch=self.watched.append,
        )

    def ask(self, times: int = 1, accept: Callable[[str], bool] = anything) -> list[Completion | ProviderError]:
        """What becomes of the same question, asked so many times at once."""

        async def one() -> Completion | ProviderError:
            try:
                return await self.client.complete(self.prompt, EVIDENCE, accept)
            except ProviderError as error:
                return error

        async def run() -> list[Completion | ProviderError]:
            try:
                return await asyncio.gather(*(one() for _ in range(times)))
            finally:
                await asyncio.gather(*(provider.aclose() for provider in self.client.providers))

        return asyncio.run(run())

    def answer(self, accept: Callable[[str], bool] = anything) -> Completion:
        (completion,) = self.ask(accept=accept)
        assert isinstance(completion, Completion), completion
        return completion


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    return AnswerStore(tmp_path / "answers.sqlite", clock=lambda: 0.0, notice=lambda _: None)


def test_an_answer_comes_priced_and_counted() -> None:
    run = Run(ScriptedProvider("a", [GOOD]))
    completion = run.answer()
    assert (completion.text, completion.stored, completion.cost_usd) == (GOOD, False, Decimal("0.01"))
    assert (run.meter.requests, run.meter.retries, run.meter.cost_usd) == (1, 0, Decimal("0.01"))


def test_the_request_carries_the_settings_and_the_evidence() -> None:
    provider = ScriptedProvider("a", [GOOD])
    Run(provider, settings=ClientSettings(max_tokens=77, temperature=0.5)).answer()
    (request,) = provider.requests
    assert (request.model, request.max_tokens, request.temperature) == ("a-model", 77, 0.5)
    assert (request.prompt, request.evidence) == (PROMPT, EVIDENCE)


def test_what_is_stored_is_replayed_and_costs_nothing(store: AnswerStore) -> None:
    provider = ScriptedProvider("a", [GOOD])
    Run(provider, store=store).answer()
    again = Run(provider, store=store)
    completion = again.answer()
    store.close()
    assert (completion.text, completion.stored, completion.cost_usd) == (GOOD, True, Decimal(0))
    assert (completion.provider, completion.model) == ("a", "a-model")
    assert len(provider.requests) == 1
    assert again.meter.requests == 0


def test_a_stored_answer_that_fails_todays_checks_is_asked_for_anew(store: AnswerStore) -> None:
    provider = ScriptedProvider("a", ["old", GOOD])
    Run(provider, store=store).answer()
    assert Run(provider, store=store).answer(accept=nothing).text == GOOD
    assert Run(provider, store=store).answer().text == GOOD
    store.close()
    assert len(provider.requests) == 2


def test_refresh_asks_anew_and_keeps_the_new_answer(store: AnswerStore) -> None:
    provider = ScriptedProvider("a", ["old", GOOD])
    Run(provider, store=store).answer()
    fresh = Run(provider, store=store, settings=ClientSettings(refresh=True))
    assert fresh.client.lookup(PROMPT, anything) is None
    assert fresh.answer().text == GOOD
    stored = Run(provider, store=store).client.lookup(PROMPT, anything)
    store.close()
    assert stored is not None
    assert stored.text == GOOD


def test_looking_up_asks_nobody(store: AnswerStore, tmp_path: Path) -> None:
    provider = ScriptedProvider("a", [GOOD])
    assert Run(provider, store=store).client.lookup(PROMPT, anything) is None
    assert list(tmp_path.iterdir()) == []
    Run(provider, store=store).answer()
    found = Run(provider, store=store).client.lookup(PROMPT, anything)
    assert found is not None
    assert Run(provider, store=store).client.lookup(PROMPT, nothing) is None
    store.close()
    assert len(provider.requests) == 1


def test_the_answer_of_a_fallback_is_replayed_too(store: AnswerStore) -> None:
    first, second = ScriptedProvider("a", [AnswerRefused("no")]), ScriptedProvider("b", [GOOD])
    Run(first, second, store=store).answer()
    completion = Run(first, second, store=store).answer()
    store.close()
    assert (completion.provider, completion.stored) == ("b", True)
    assert len(second.requests) == 1


def test_an_answer_is_kept_before_anything_else_can_go_wrong(store: AnswerStore) -> None:
    """The task that asked is cancelled the moment the answer is there."""
    provider = ScriptedProvider("a", [GOOD])
    run = Run(provider, store=store)

    async def cancelled() -> None:
        task = asyncio.create_task(run.client.complete(PROMPT, EVIDENCE, anything))
        provider.before = task.cancel
        await asyncio.wait([task])

    asyncio.run(cancelled())
    assert run.client.lookup(PROMPT, anything) is not None
    store.close()


def test_what_can_pass_is_retried_and_counted() -> None:
    provider = ScriptedProvider("a", [ServerFailed("x"), RateLimited("x", retry_after=7), GOOD])
    run = Run(provider)
    assert run.answer().text == GOOD
    assert (run.meter.requests, run.meter.retries) == (3, 2)
    assert run.clock.slept == [1.0, pytest.approx(7.7)]


def test_a_step_down_is_asked_again_at_once_and_is_no_retry() -> None:
    steps = [
        RequestRejected("x", parameter="response_format"),
        RequestRejected("x", parameter="temperature"),
        GOOD,
    ]
    run = Run(ScriptedProvider("a", steps), settings=ClientSettings(retry=RetryPolicy(max_retries=0)))
    assert run.answer().text == GOOD
    assert (run.meter.requests, run.meter.retries, run.clock.slept) == (3, 0, [])


def test_a_retry_after_pauses_everyone() -> None:
    provider = ScriptedProvider("a", [RateLimited("x", retry_after=30), GOOD])
    left: list[float] = []
    run = Run(provider, settings=ClientSettings(rate_limit=RateLimit(requests_per_minute=10)))
    provider.before = lambda: left.append(run.clock.now - 1000)
    run.ask(times=3)
    assert left[0] == 0
    assert all(time >= 30 for time in left[1:])


def test_the_bucket_stands_before_every_attempt() -> None:
    settings = ClientSettings(rate_limit=RateLimit(requests_per_minute=6), retry=RetryPolicy(base_delay=0.0))
    run = Run(ScriptedProvider("a", [ServerFailed("x"), ServerFailed("x"), GOOD]), settings=settings)
    run.answer()
    assert run.clock.now == pytest.approx(1020, abs=1)


@pytest.mark.parametrize("fatal", [AuthenticationFailed("no key"), QuotaExhausted("no credit")])
def test_a_provider_that_will_serve_nothing_more_is_asked_once(fatal: ProviderError) -> None:
    first, second = ScriptedProvider("a", [fatal]), ScriptedProvider("b", [GOOD])
    run = Run(first, second)
    results = run.ask() + run.ask(times=5)
    assert [each.provider for each in results if isinstance(each, Completion)] == ["b"] * 6
    assert len(first.requests) == 1
    assert len(run.notices) == 1


def test_with_no_provider_left_the_fatal_error_is_raised_and_nothing_leaves() -> None:
    first = ScriptedProvider("a", [AuthenticationFailed("no key")])
    second = ScriptedProvider("b", [QuotaExhausted("no credit")])
    run = Run(first, second)
    errors = run.ask(times=3) + run.ask(times=3)
    assert all(isinstance(error, ProviderError) and error.fatal for error in errors)
    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_requests_waiting_when_a_provider_is_dropped_do_not_leave_and_wait_no_longer() -> None:
    provider = ScriptedProvider("a", [AuthenticationFailed("no key")])
    run = Run(provider, settings=ClientSettings(rate_limit=RateLimit(requests_per_minute=1)))
    run.ask(times=10)
    assert len(provider.requests) == 1
    assert run.clock.now <= 1001


@pytest.mark.parametrize(("seconds", "told"), [(2.0, 0), (30.0, 1)])
def test_a_long_pause_is_told(seconds: float, told: int) -> None:
    run = Run(ScriptedProvider("a", [RateLimited("x", retry_after=seconds), GOOD]))
    run.answer()
    assert len([notice for notice in run.notices if "asks to wait" in notice]) == told


def test_nobody_sleeps_for_a_provider_that_is_dropped_and_the_next_serves_at_once() -> None:
    first = ScriptedProvider("a", [RateLimited("busy"), QuotaExhausted("no credit")])
    asleep = asyncio.Event()

    async def until_woken(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    run = Run(first, ScriptedProvider("b", [GOOD]), sleep=until_woken)

    async def ask() -> list[Completion]:
        sleeper = asyncio.create_task(run.client.complete(PROMPT, EVIDENCE, anything))
        await asleep.wait()
        return [await run.client.complete(PROMPT, EVIDENCE, anything), await sleeper]

    assert [completion.provider for completion in asyncio.run(ask())] == ["b", "b"]
    assert len(first.requests) == 2


def test_once_stopped_nothing_leaves_and_no_fallback_serves(tmp_path: Path) -> None:
    first, last = ScriptedProvider("a", [GOOD]), build("rules", ProviderSettings())
    run = Run(first, last)
    run.client.stop()
    (error,) = run.ask()
    assert isinstance(error, Stopped)
    assert first.requests == []


def test_a_prompt_that_is_too_long_is_shortened_before_the_next_provider_is_asked() -> None:
    first, second = ScriptedProvider("a", [ContextOverflow("too long")]), ScriptedProvider("b", [GOOD])
    run = Run(first, second)
    (error,) = run.ask()
    assert isinstance(error, ContextOverflow)
    assert second.requests == []
    run.prompt = replace(PROMPT, shortened=True)
    assert run.answer().provider == "b"


def test_every_attempt_and_every_stored_answer_is_watched(store: AnswerStore) -> None:
    provider = ScriptedProvider("a", [ServerFailed("x"), GOOD])
    run = Run(provider, store=store)
    run.answer()
    run.answer()
    store.close()
    assert [(each.attempt, each.error, each.stored, each.answer) for each in run.watched] == [
        (1, "ServerFailed", False, ""),
        (2, "", False, GOOD),
        (1, "", True, GOOD),
    ]
    assert {(each.provider, each.host, each.model, each.node) for each in run.watched} == {
        ("a", "a.example", "a-model", "model.shop.orders")
    }


def test_a_provider_that_nobody_ever_reached_is_given_up_after_the_retries_of_one_request() -> None:
    provider = ScriptedProvider("a", [Unreachable("refused")])
    run = Run(provider)
    errors = run.ask() + run.ask(times=5)
    assert all(isinstance(error, Unreachable) and error.fatal for error in errors)
    assert len(provider.requests) == 4


def test_a_provider_that_was_reached_before_is_tried_again_for_each_request() -> None:
    gone = [Unreachable("refused") for _ in range(4)]
    provider = ScriptedProvider("a", [GOOD, *gone, GOOD])
    run = Run(provider)
    results = run.ask() + run.ask() + run.ask()
    assert [isinstance(result, Completion) for result in results] == [True, False, True]


def test_any_other_failure_sends_only_this_request_to_the_next() -> None:
    first = ScriptedProvider("a", [AnswerRefused("no"), "from a"])
    run = Run(first, ScriptedProvider("b", ["from b"]))
    assert run.answer().text == "from b"
    assert run.answer().text == "from a"


def test_an_error_is_not_fatal_while_one_provider_may_still_serve() -> None:
    first = ScriptedProvider("a", [AnswerRefused("no")])
    run = Run(first, ScriptedProvider("b", [AuthenticationFailed("no key")]))
    (error,) = run.ask()
    assert isinstance(error, AnswerRefused)


def test_the_offline_provider_passes_by_store_bucket_and_meter(store: AnswerStore, tmp_path: Path) -> None:
    settings = ClientSettings(rate_limit=RateLimit(requests_per_minute=1))
    run = Run(build("rules", ProviderSettings()), store=store, settings=settings)
    results = run.ask(times=5)
    assert all(isinstance(each, Completion) and each.provider == "rules" for each in results)
    assert (run.meter.requests, run.clock.slept, list(tmp_path.iterdir())) == (0, [], [])
    assert run.client.lookup(PROMPT, anything) is None


def test_providers_are_shown_and_closed_in_order() -> None:
    providers = [ScriptedProvider("a", [GOOD]), ScriptedProvider("b", [GOOD])]
    run = Run(*providers)
    assert (run.client.primary.name, run.client.hosts) == ("a", ("a.example", "b.example"))
    asyncio.run(run.client.aclose())
    assert all(provider.closed for provider in providers)


def test_a_provider_that_clings_to_its_connections_is_left_behind() -> None:
    class Clinging(ScriptedProvider):
        async def aclose(self) -> None:
            await asyncio.Event().wait()

    simulate(Run(Clinging("a", [GOOD])).client.aclose())


WIRE_FAULTS: dict[str, tuple[Reply, int, bool]] = {
    "429": (failing(429, "x", headers={"Retry-After": "3"}), 2, True),
    "500": (failing(500, "x"), 2, True),
    "529": (failing(529, "x"), 2, True),
    "drop": (Reply(manner="drop"), 2, True),
    "hang": (Reply(manner="hang"), 2, True),
    "drip": (Reply(body=b" " * 4000, manner="drip"), 2, True),
    "empty": (Reply(headers={"Content-Type": "application/json"}), 2, True),
    "HTML": (Reply(body=b"<html>", headers={"Content-Type": "text/html"}), 2, True),
    "null": (answering(None), 2, True),
    "parameter": (failing(400, "Unsupported parameter: 'max_completion_tokens'"), 2, True),
    "401": (failing(401, "x"), 1, False),
    "403": (failing(403, "x"), 1, False),
    "400": (failing(400, "x"), 1, False),
    "404": (failing(404, "x"), 1, False),
    "no quota": (failing(429, "x", code="insufficient_quota"), 1, False),
    "refusal": (answering(None, refusal="no"), 1, False),
    "filter": (answering("", finish_reason="content_filter"), 1, False),
    "length": (answering('{"cut', finish_reason="length"), 1, True),
    "fenced": (answering("```json\n{}\n```"), 1, True),
}


@pytest.mark.parametrize(("reply", "requests", "served"), WIRE_FAULTS.values(), ids=WIRE_FAULTS)
def test_one_fault_on_the_wire_costs_what_it_must(
    wire_server: WireServer, store: AnswerStore, reply: Reply, requests: int, served: bool
) -> None:
    wire_server.script.append(reply)
    timeout = 1.0 if reply.manner in ("hang", "drip") else 30.0
    given = ProviderSettings(api_key="sk-planted-0123", base_url=wire_server.base_url, timeout=timeout)
    run = Run(build("openai", given), store=store)
    (result,) = run.ask()
    stored = run.client.lookup(PROMPT, anything)
    store.close()
    assert isinstance(result, Completion) == served, result
    assert (stored is not None) == served
    assert len(wire_server.seen) == run.meter.requests == requests


def test_the_whole_way_over_the_wire_names_who_answered(wire_server: WireServer) -> None:
    given = ProviderSettings(api_key="sk-planted-0123", base_url=wire_server.base_url)
    prompt = Prompt(template="model", system="s", user="## Columns to describe\n\n- a (int)\n- b", schema={})
    client = Client([build("groq", given)], NullStore(), ClientSettings(), UsageMeter())

    async def run() -> Completion:
        try:
            return await client.complete(prompt, EVIDENCE, anything)
        finally:
            await client.aclose()

    completion = asyncio.run(run())
    assert completion.provider == "groq"
    assert '"name": "a"' in completion.text
    assert '"name": "b"' in completion.text
