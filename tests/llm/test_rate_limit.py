import asyncio
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.llm.fakes import EVIDENCE, PROMPT, REQUEST
from tests.llm.simulation import ClosedUntil, CountingServer, Everybody, ask, most_in_a_window, now, simulate

from dbt_docsmith.errors import ConnectionFailed, RateLimited
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.rate_limit import RateLimit, TokenBucket
from dbt_docsmith.llm.retry import RetryPolicy
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Usage

PACE = 0.985


def bucket(limit: RateLimit, *, local: bool = False) -> TokenBucket:
    return TokenBucket(limit, clock=now, sleep=asyncio.sleep, local=local)


def departures(limit: RateLimit, count: int, tokens: int = 0) -> list[float]:
    """When each of ``count`` requests may leave that all come at once."""
    left: list[float] = []

    async def run() -> None:
        shared = bucket(limit)

        async def leave() -> None:
            await shared.acquire(tokens)
            left.append(now())

        await asyncio.gather(*(leave() for _ in range(count)))

    simulate(run())
    return left


def most_in_a_minute(times: list[float], each: float = 1) -> float:
    return most_in_a_window([(time, each) for time in times])


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600])
def test_any_minute_holds_at_most_the_limit_and_what_the_bucket_holds(per_minute: int) -> None:
    left = departures(RateLimit(requests_per_minute=per_minute), per_minute * 3)
    assert most_in_a_minute(left) <= per_minute + max(1, per_minute // 10)


@pytest.mark.parametrize("per_minute", [60, 600])
def test_the_limit_is_used_to_97_percent_in_every_minute(per_minute: int) -> None:
    left = departures(RateLimit(requests_per_minute=per_minute), per_minute * 4)
    for minute in range(3):
        assert sum(minute * 60 <= time < minute * 60 + 60 for time in left) >= 0.97 * per_minute


def test_tokens_are_limited_as_requests_are() -> None:
    left = departures(RateLimit(tokens_per_minute=6000), count=60, tokens=200)
    assert most_in_a_minute(left, each=200) <= 6600
    assert left[-1] == pytest.approx((60 * 200 - 600) / (PACE * 100))


def test_the_scarcer_of_requests_and_tokens_decides() -> None:
    both = RateLimit(requests_per_minute=60, tokens_per_minute=60_000)
    assert departures(both, 30, tokens=1) == pytest.approx(departures(RateLimit(requests_per_minute=60), 30))
    assert departures(both, 30, tokens=5000)[-1] > 100


@pytest.mark.parametrize("tokens", [400, 599, 601, 10_000])
def test_a_request_larger_than_the_bucket_leaves_when_the_last_minute_has_room_for_it(tokens: int) -> None:
    left = departures(RateLimit(tokens_per_minute=600), count=4, tokens=tokens)
    assert most_in_a_minute(left, each=min(tokens, 600)) <= 660
    assert left[-1] <= 3 * 62


def test_without_a_limit_nobody_waits() -> None:
    assert departures(RateLimit(), count=100, tokens=10**9) == [0.0] * 100


def test_first_come_first_served_also_while_the_limit_changes() -> None:
    order: list[int] = []

    async def run() -> None:
        shared = bucket(RateLimit(requests_per_minute="auto"))

        async def leave(number: int) -> None:
            await asyncio.sleep(number / 100)
            await shared.acquire()
            order.append(number)
            shared.told(ServerLimits(requests_per_minute=20 + 40 * (number % 7)))

        await asyncio.gather(*(leave(number) for number in range(100)))

    simulate(run())
    assert order == list(range(100))


def test_a_pause_holds_everyone_back_even_without_a_limit() -> None:
    left: list[float] = []

    async def run() -> None:
        shared = bucket(RateLimit())
        assert [shared.pause(20), shared.pause(5), shared.pause(20)] == [20, 0, 0]

        async def leave() -> None:
            await shared.acquire()
            left.append(now())

        await asyncio.gather(*(leave() for _ in range(3)))

    simulate(run())
    assert left == [20] * 3


def test_after_a_pause_one_goes_at_once_and_not_all_that_were_saved() -> None:
    left: list[float] = []

    async def run() -> None:
        shared = bucket(RateLimit(requests_per_minute=60))
        shared.pause(30)
        for _ in range(3):
            await shared.acquire()
            left.append(now())

    simulate(run())
    assert left == pytest.approx([30, 30 + 1 / PACE, 30 + 2 / PACE])


def test_what_a_request_did_not_use_is_given_back_and_what_it_used_beyond_is_taken() -> None:
    async def run() -> None:
        shared = bucket(RateLimit(tokens_per_minute=6000))
        shared.settle(await shared.acquire(600), 100)
        turn = await shared.acquire(500)
        assert now() == 0
        shared.settle(turn, 700)
        await shared.acquire(100)
        assert now() == pytest.approx(3 / PACE)

    simulate(run())


def test_what_is_given_back_late_fills_nothing_that_was_full_meanwhile() -> None:
    async def run() -> None:
        shared = bucket(RateLimit(tokens_per_minute=6000))
        turns = [await shared.acquire(300) for _ in range(2)]
        await asyncio.sleep(30)
        for turn in turns:
            shared.settle(turn, 0)
        await shared.acquire(600)
        await shared.acquire(100)
        assert now() == pytest.approx(30 + 1 / PACE)

    simulate(run())


def test_one_who_gives_up_waiting_leaves_no_hole_and_blocks_nobody() -> None:
    async def run() -> None:
        shared = bucket(RateLimit(requests_per_minute=60))
        for _ in itertools.repeat(None, 6):
            await shared.acquire()
        waiting = [asyncio.create_task(shared.acquire()) for _ in range(4)]
        await asyncio.sleep(0.5)
        waiting[0].cancel()
        waiting[2].cancel()
        await asyncio.wait(waiting)
        assert now() == pytest.approx(2 / PACE)

    simulate(run())


Arrival = tuple[float, int, int, float, int | None]

arrivals = st.lists(
    st.tuples(
        st.floats(0, 20),  # seconds after the one before
        st.integers(0, 1500),  # tokens reserved
        st.integers(0, 100),  # percent of them used
        st.floats(0, 90),  # seconds until the answer
        st.none() | st.integers(30, 600),  # what its headers say of requests
    ),
    min_size=1,
    max_size=60,
)


@given(arrivals)
def test_whatever_comes_no_minute_holds_more_than_the_highest_limit_and_its_bucket(coming: list[Arrival]) -> None:
    requests: list[tuple[float, float]] = []
    tokens: list[tuple[float, float]] = []

    async def run() -> None:
        shared = bucket(RateLimit(requests_per_minute="auto", tokens_per_minute=6000))
        shared.told(ServerLimits(requests_per_minute=600))

        async def one(at: float, reserved: int, percent: int, latency: float, told: int | None) -> None:
            await asyncio.sleep(at)
            turn = await shared.acquire(reserved)
            requests.append((turn.left, 1))
            tokens.append((turn.left, reserved * percent / 100))
            await asyncio.sleep(latency)
            if told is not None:
                shared.told(ServerLimits(requests_per_minute=told))
            shared.settle(turn, reserved * percent // 100)

        times = itertools.accumulate(arrival[0] for arrival in coming)
        await asyncio.gather(*(one(at, *arrival[1:]) for at, arrival in zip(times, coming, strict=True)))

    simulate(run())
    assert most_in_a_window(requests) <= 660
    assert most_in_a_window(tokens) <= 6600 + len(coming)


# ------------------------------------------------------------------ the whole client, against a server that counts


def served(server: CountingServer, limit: RateLimit, seconds: float = 180, threads: int = 16) -> list[float]:
    """When requests arrived at the server, of a client that has more to ask than it may."""
    settings = ClientSettings(rate_limit=limit, retry=RetryPolicy(max_retries=3))
    assert simulate(ask(server, settings, seconds, threads)) == 0
    return server.arrived


def test_a_number_is_kept_whatever_the_headers_say() -> None:
    server = CountingServer(Everybody(), limits=ServerLimits(requests_per_minute=6000, tokens_per_minute=10**6))
    arrived = served(server, RateLimit(requests_per_minute=600))
    assert most_in_a_minute(arrived) <= 660
    assert sum(60 <= time < 120 for time in arrived) >= 0.97 * 600


@pytest.mark.parametrize("latency", [0.2, 1.0, 8.0])
def test_a_limit_of_tokens_is_kept_and_used_though_nobody_knows_how_long_answers_get(latency: float) -> None:
    chance = random.Random(7)
    server = CountingServer(
        Everybody(),
        latency=latency,
        usage=lambda: Usage(prompt_tokens=400, completion_tokens=chance.randint(20, 600)),
    )
    served(server, RateLimit(tokens_per_minute=90_000), threads=64)
    assert most_in_a_window(server.tokens) <= 99_000
    assert sum(tokens for at, tokens in server.tokens if 60 <= at < 120) >= 0.97 * 90_000


def test_a_number_of_tokens_is_kept_whatever_the_headers_say() -> None:
    server = CountingServer(Everybody(), limits=ServerLimits(tokens_per_minute=10**6))
    served(server, RateLimit(tokens_per_minute=12_000))
    assert most_in_a_window(server.tokens) <= 13_200


def test_tokens_nobody_limited_are_limited_as_the_headers_say() -> None:
    server = CountingServer(Everybody(), limits=ServerLimits(tokens_per_minute=12_000))
    served(server, RateLimit(requests_per_minute=0), seconds=240)
    later = [(at, tokens) for at, tokens in server.tokens if at > 1]
    assert most_in_a_window(later) <= 13_200
    assert sum(tokens for at, tokens in later if 120 <= at < 180) >= 0.97 * 12_000


@pytest.mark.parametrize("retry_after", [None, 1.0, 30.0])
def test_those_that_are_refused_together_do_not_come_back_together(retry_after: float | None) -> None:
    server = CountingServer(ClosedUntil(0.5), retry_after=retry_after)
    settings = ClientSettings(rate_limit=RateLimit(requests_per_minute=0), retry=RetryPolicy(max_retries=8))
    assert simulate(ask(server, settings, seconds=0.1)) == 0
    again = [(at, 1.0) for at in server.arrived if at > 0]
    assert len(server.refused) >= 16
    assert most_in_a_window(again, seconds=0.02) <= 6


def test_64_at_once_finish_within_a_tenth_of_the_ideal() -> None:
    async def run() -> float:
        server = CountingServer(Everybody(), latency=0.2)
        settings = ClientSettings(rate_limit=RateLimit(requests_per_minute=600))
        client = Client([server], NullStore(), settings, UsageMeter(), clock=now, sleep=asyncio.sleep)
        await asyncio.gather(*(client.complete(PROMPT, EVIDENCE, lambda _: True) for _ in range(64)))
        return now()

    ideal = (64 - 60) / 10 + 0.2
    assert simulate(run()) <= 1.1 * ideal


def test_what_was_turned_away_gives_its_tokens_back_and_what_was_lost_does_not() -> None:
    async def run() -> list[float]:
        shared = bucket(RateLimit(tokens_per_minute=6000))
        left = []
        for error in (RateLimited("x"), ConnectionFailed("x"), RateLimited("x")):
            turn = await shared.acquire(600)
            left.append(now())
            shared.failed(turn, error)
        return left

    assert simulate(run()) == pytest.approx([0, 0, 6 / PACE])


def test_the_estimate_of_a_request_follows_the_usage() -> None:
    async def run() -> int:
        shared = bucket(RateLimit())
        for _ in range(20):
            shared.answered(await shared.turn(REQUEST), REQUEST, Usage(prompt_tokens=10, completion_tokens=30))
        return (await shared.turn(REQUEST)).reserved

    assert 40 <= simulate(run()) <= 50
