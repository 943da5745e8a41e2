import asyncio
from email.utils import formatdate

import pytest
from tests.llm.fakes import Clock

from dbt_docsmith.errors import (
    AnswerRefused,
    AuthenticationFailed,
    ConnectionFailed,
    DeadlineExceeded,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
    ServerFailed,
)
from dbt_docsmith.llm.retry import RetryPolicy, read_retry_after, with_retries

NOW = 1_800_000_000.0


def attempts(failures: list[ProviderError], policy: RetryPolicy, chance: float = 1.0) -> tuple[list[int], Clock]:
    """Which attempts were made, and the clock that says how long was waited."""
    clock, made = Clock(), []

    async def attempt(retries: int) -> str:
        made.append(retries)
        if retries < len(failures):
            raise failures[retries]
        return "answer"

    async def run() -> None:
        answer = await with_retries(attempt, policy, sleep=clock.sleep, random=lambda: chance)
        assert answer == "answer"

    asyncio.run(run())
    return made, clock


@pytest.mark.parametrize("kind", [RateLimited, ServerFailed, ConnectionFailed, DeadlineExceeded])
def test_what_can_pass_is_tried_again(kind: type[ProviderError]) -> None:
    made, _ = attempts([kind("x")], RetryPolicy())
    assert made == [0, 1]


@pytest.mark.parametrize("kind", [AuthenticationFailed, QuotaExhausted, RequestRejected, AnswerRefused])
def test_what_cannot_pass_is_not_tried_again(kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        attempts([kind("x")], RetryPolicy())


def test_delays_double_from_the_base_up_to_the_cap() -> None:
    _, clock = attempts([ServerFailed("x")] * 5, RetryPolicy(max_retries=5, base_delay=10.0))
    assert clock.slept == [10, 20, 40, 60, 60]


def test_jitter_reaches_down_to_nothing() -> None:
    _, clock = attempts([ServerFailed("x")] * 2, RetryPolicy(), chance=0.0)
    assert clock.slept == [0, 0]


def test_a_retry_after_is_obeyed_as_it_stands_beyond_the_cap_too() -> None:
    failures = [RateLimited("x", retry_after=0.25), RateLimited("x", retry_after=90)]
    _, clock = attempts(failures, RetryPolicy(), chance=0.0)
    assert clock.slept == [0.25, 90]


@pytest.mark.parametrize(("asked", "waited"), [(0.2, 0.22), (4, 4.4), (30, 31), (0, 0)])
def test_after_a_retry_after_not_all_come_back_at_once(asked: float, waited: float) -> None:
    _, clock = attempts([RateLimited("x", retry_after=asked)], RetryPolicy(base_delay=1.0), chance=1.0)
    assert clock.slept == pytest.approx([waited])


def test_nobody_waits_an_hour_for_a_server() -> None:
    with pytest.raises(RateLimited):
        attempts([RateLimited("x", retry_after=3600)], RetryPolicy())


@pytest.mark.parametrize("most", [0, 1, 3])
def test_the_last_error_is_raised_when_the_retries_are_used_up(most: int) -> None:
    failures = [ServerFailed(f"{number}") for number in range(9)]
    with pytest.raises(ServerFailed, match=f"^{most}$"):
        attempts(failures, RetryPolicy(max_retries=most))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Mon, 99 Foo 2026"}, None),
    ],
)
def test_retry_after_is_read_in_every_spelling(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, NOW) == seconds
