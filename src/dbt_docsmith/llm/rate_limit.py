"""A token bucket: so many requests and so many tokens a minute, first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Struct

from dbt_docsmith.llm.retry import Sleep

_NOTHING = 1e-9


class RateLimit(Struct, frozen=True, kw_only=True):
    """What a provider allows in a minute. None: no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


class TokenBucket:
    """Lets requests through as ``limit`` allows. ``clock`` counts seconds.

    It holds a tenth of a minute's worth, at least one, so that any 60 seconds see at most limit + capacity.
    """

    def __init__(self, limit: RateLimit, *, clock: Callable[[], float], sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._paused_until = clock()
        self._requests = _level(limit.requests_per_minute, clock())
        self._tokens = _level(limit.tokens_per_minute, clock())

    async def acquire(self, tokens: int = 0) -> None:
        """Wait until one request of about ``tokens`` tokens may leave, and count it.

        A request larger than the bucket waits until the bucket is full.
        """
        async with self._turn:
            while (wait := self._wait(tokens)) > _NOTHING:
                await self._sleep(wait)
            for level, wanted in self._levels(tokens):
                level.take(wanted)

    def settle(self, reserved: int, used: int) -> None:
        """Give back what a request did not use of the tokens it reserved, or take what it used beyond them."""
        if self._tokens is not None:
            self._tokens.give_back(min(reserved, self._tokens.capacity) - used)

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long: the server asked for it."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _wait(self, tokens: int) -> float:
        now = self._clock()
        waits = [level.wait(wanted, now) for level, wanted in self._levels(tokens)]
        return max(self._paused_until - now, *waits, 0.0)

    def _levels(self, tokens: int) -> list[tuple[_Level, float]]:
        both = ((self._requests, 1.0), (self._tokens, float(tokens)))
        return [(level, wanted) for level, wanted in both if level is not None]


class _Level:
    """How full one bucket is. It may be overdrawn by what a request turned out to have used."""

    def __init__(self, per_minute: int, now: float) -> None:
        self.per_second = per_minute / 60
        self.capacity = max(1.0, per_minute / 10)
        self.amount = self.capacity
        self.filled_at = now

    def wait(self, wanted: float, now: float) -> float:
        self.amount = min(self.capacity, self.amount + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        return (min(wanted, self.capacity) - self.amount) / self.per_second

    def take(self, wanted: float) -> None:
        self.amount -= min(wanted, self.capacity)

    def give_back(self, amount: float) -> None:
        self.amount = min(self.capacity, self.amount + amount)


def _level(per_minute: int | None, now: float) -> _Level | None:
    return _Level(per_minute, now) if per_minute else None
