"""Trying again what can pass: exponential, with full jitter, and as late as the server asks."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

from msgspec import Struct

from dbt_docsmith.errors import ProviderError

Answered = TypeVar("Answered")
Sleep = Callable[[float], Awaitable[object]]


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often and how long. Delays are in seconds.

    ``longest_delay`` caps our own delays. A server's Retry-After is obeyed, and up to a tenth more waited, so that
    not all come back at once; one that asks for more than ``longest_wait`` is not asked again.
    """

    max_retries: int = 3
    base_delay: float = 1.0
    longest_delay: float = 60.0
    longest_wait: float = 600.0

    def allows(self, retries: int, error: ProviderError) -> bool:
        """Whether ``error``, after ``retries`` retries, may be tried again."""
        return error.passing and retries < self.max_retries and (error.retry_after or 0.0) <= self.longest_wait

    def delay(self, retries: int, error: ProviderError, chance: float) -> float:
        """Seconds to wait; ``chance`` is a random number from 0 to 1."""
        if error.retry_after is not None:
            return error.retry_after + chance * min(self.base_delay, error.retry_after / 10)
        return chance * min(self.longest_delay, self.base_delay * 2.0 ** min(retries, 60))


async def with_retries(
    attempt: Callable[[int], Awaitable[Answered]],
    policy: RetryPolicy,
    *,
    sleep: Sleep,
    random: Callable[[], float],
) -> Answered:
    """The answer of the first attempt that gives one. ``attempt`` is told how many came before it.

    Raises the error of the last attempt, or the first one that cannot pass.
    """
    retries = 0
    while True:
        try:
            return await attempt(retries)
        except ProviderError as error:
            if not policy.allows(retries, error):
                raise
            delay = policy.delay(retries, error, random())
        await sleep(delay)
        retries += 1


def read_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the server asks to wait: ``retry-after-ms``, else ``retry-after`` as seconds or as an HTTP date.

    ``headers`` are keyed in lower case or without regard to case; ``now`` is in seconds since 1970. None where
    neither header can be read.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "")
    seconds = _number(said)
    return seconds if seconds is not None else _seconds_until(said, now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(date: str, now: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None
