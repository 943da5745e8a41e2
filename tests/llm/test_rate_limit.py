import asyncio
import itertools

import pytest
from tests.llm.fakes import Clock

from dbt_docsmith.llm.rate_limit import RateLimit, TokenBucket


def departures(limit: RateLimit, count: int, tokens: int = 0) -> list[float]:
    """When each of ``count`` requests may leave, in seconds from the first."""
    clock = Clock()
    bucket = TokenBucket(limit, clock=clock, sleep=clock.sleep)
    left: list[float] = []

    async def ask() -> None:
        await bucket.acquire(tokens)
        left.append(clock.now - 1000.0)

    async def run() -> None:
        await asyncio.gather(*(ask() for _ in range(count)))

    asyncio.run(run())
    return left


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= time < start + 60 for time in times) for start in times)


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600])
def test_any_minute_holds_at_most_the_limit_and_what_the_bucket_holds(per_minute: int) -> None:
    left = departures(RateLimit(requests_per_minute=per_minute), per_minute * 3)
    assert most_in_a_minute(left) <= per_minute + max(1, per_minute // 10)


@pytest.mark.parametrize("per_minute", [60, 600])
def test_the_limit_is_used_to_the_full(per_minute: int) -> None:
    left = departures(RateLimit(requests_per_minute=per_minute), per_minute * 2)
    assert sum(time < 60 for time in left) >= 0.97 * per_minute


def test_tokens_are_limited_as_requests_are() -> None:
    left = departures(RateLimit(tokens_per_minute=6000), count=60, tokens=200)
    assert most_in_a_minute(left) * 200 <= 6600
    assert left[-1] == pytest.approx((60 * 200 - 600) / 100)


def test_the_scarcer_of_requests_and_tokens_decides() -> None:
    both = RateLimit(requests_per_minute=60, tokens_per_minute=60_000)
    assert departures(both, 30, tokens=1) == departures(RateLimit(requests_per_minute=60), 30)
    assert departures(both, 30, tokens=5000)[-1] > 100


def test_a_request_larger_than_the_bucket_leaves_when_it_is_full() -> None:
    assert departures(RateLimit(tokens_per_minute=600), count=3, tokens=10_000) == pytest.approx([0, 6, 12])


def test_without_a_limit_nobody_waits() -> None:
    assert departures(RateLimit(), count=100, tokens=10**9) == [0.0] * 100


def test_first_come_first_served() -> None:
    clock, order = Clock(), []
    bucket = TokenBucket(RateLimit(requests_per_minute=60), clock=clock, sleep=clock.sleep)

    async def ask(number: int) -> None:
        await bucket.acquire()
        order.append(number)

    async def run() -> None:
        await asyncio.gather(*(ask(number) for number in range(50)))

    asyncio.run(run())
    assert order == list(range(50))


def test_a_pause_holds_everyone_back_even_without_a_limit() -> None:
    clock = Clock()
    bucket = TokenBucket(RateLimit(), clock=clock, sleep=clock.sleep)

    async def run() -> None:
        bucket.pause(20)
        bucket.pause(5)
        await asyncio.gather(*(bucket.acquire() for _ in range(3)))

    asyncio.run(run())
    assert clock.now == 1020


def test_what_a_request_did_not_use_is_given_back_and_what_it_used_beyond_is_taken() -> None:
    clock = Clock()
    bucket = TokenBucket(RateLimit(tokens_per_minute=6000), clock=clock, sleep=clock.sleep)

    async def run() -> None:
        await bucket.acquire(600)
        bucket.settle(600, 100)
        await bucket.acquire(500)
        assert clock.now == 1000
        bucket.settle(500, 700)
        await bucket.acquire(100)

    asyncio.run(run())
    assert clock.now == pytest.approx(1003)


def test_one_who_gives_up_waiting_does_not_block_the_others() -> None:
    async def run() -> None:
        bucket = TokenBucket(
            RateLimit(requests_per_minute=600), clock=asyncio.get_running_loop().time, sleep=asyncio.sleep
        )
        for _ in itertools.repeat(None, 60):
            await bucket.acquire()
        waiting = [asyncio.create_task(bucket.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        done, _ = await asyncio.wait(waiting, timeout=5)
        assert done == set(waiting)

    asyncio.run(run())
