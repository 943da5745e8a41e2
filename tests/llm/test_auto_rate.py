"""`auto`: the real client against servers with a limit that they do not tell, in simulated time."""

from collections.abc import Callable

import pytest
from tests.llm.simulation import (
    Bucket,
    ClockMinute,
    CountingServer,
    Everybody,
    Rule,
    SlidingMinute,
    ask,
    most_in_a_window,
    simulate,
)

from dbt_docsmith.llm.auto_rate import AutoRate
from dbt_docsmith.llm.client import ClientSettings
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.server_limits import ServerLimits

AUTO = ClientSettings(rate_limit=RateLimit(requests_per_minute="auto"))


def count(times: list[float], start: float, end: float) -> int:
    return sum(start <= time < end for time in times)


def test_it_begins_at_60_a_minute_and_doubles_every_ten_seconds() -> None:
    server = CountingServer(Everybody())
    simulate(ask(server, AUTO, seconds=40))
    steps = [count(server.arrived, start, start + 10) for start in (0, 10, 20, 30)]
    assert steps == pytest.approx([6 + 10, 20, 40, 80], abs=3)


def test_700_questions_take_about_a_minute_where_nobody_counts() -> None:
    server = CountingServer(Everybody())
    simulate(ask(server, AUTO, seconds=70))
    assert len(server.served) >= 700


def test_it_takes_the_limit_that_the_headers_name() -> None:
    server = CountingServer(SlidingMinute(660), limits=ServerLimits(requests_per_minute=600))
    simulate(ask(server, AUTO, seconds=180))
    assert server.refused == []
    assert most_in_a_window([(time, 1) for time in server.arrived]) <= 660
    assert count(server.served, 60, 120) >= 0.97 * 600


def test_headers_that_name_less_than_the_beginning_are_heeded_too() -> None:
    server = CountingServer(Everybody(), limits=ServerLimits(requests_per_minute=12))
    simulate(ask(server, AUTO, seconds=180, threads=4))
    assert count(server.arrived, 30, 90) <= 13.2


RULES: dict[str, Callable[[int], Rule]] = {
    "bucket": lambda limit: Bucket(limit, burst=limit / 6),
    "sliding minute": SlidingMinute,
    "clock": ClockMinute,
}


@pytest.mark.parametrize("host", ["far.example", "127.0.0.1:8000"])
@pytest.mark.parametrize("limit", [30, 50, 100, 300, 600])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_it_finds_a_hidden_limit_within_a_minute_or_when_it_is_used_up_and_settles_under_it(
    rule: Callable[[int], Rule], limit: int, host: str
) -> None:
    server = CountingServer(rule(limit), host=host)
    failed = simulate(ask(server, AUTO, seconds=170))
    assert failed <= 1
    assert server.refused[0] < 61
    assert len(server.refused) <= 40
    assert len([time for time in server.refused if time > 90]) <= 2
    assert 0.45 * limit <= count(server.served, 110, 170) <= 1.1 * limit


def test_many_that_are_refused_together_are_one_reason_to_slow_down() -> None:
    rate = AutoRate(60, 0)
    rate.told(600)
    for _ in range(10):
        rate.left(1.0)
    assert [rate.refused(1.0, 1.2) for _ in range(10)] == [True] + [False] * 9
    assert rate.per_minute(1.3) == 300


def test_a_server_on_this_machine_is_asked_like_any_other_once_it_refuses() -> None:
    rate = AutoRate(0, 0)
    rate.left(0.0)
    assert rate.per_minute(100.0) == 0
    assert rate.refused(100.0, 100.1)
    assert rate.per_minute(100.2) == 60


def test_it_does_not_try_more_before_something_was_answered_again() -> None:
    rate = AutoRate(60, 0)
    rate.left(0.0)
    rate.refused(0.0, 1.0)
    slow = rate.per_minute(1.0)
    assert rate.per_minute(60.0) == slow
    rate.answered(60.0, 61.0)
    assert rate.per_minute(72.0) > slow


def test_what_failed_is_tried_again_after_two_quiet_minutes() -> None:
    rate = AutoRate(60, 0)
    for time in range(10):
        rate.left(float(time))
    rate.refused(9.0, 9.5)
    rate.answered(10.0, 11.0)
    assert rate.per_minute(120.0) < 60
    assert rate.per_minute(240.0) > 120
