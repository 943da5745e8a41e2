"""A token bucket: so many requests and so many tokens a minute, first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from dbt_docsmith.errors import ProviderError, RateLimited, RequestRejected
from dbt_docsmith.llm.auto_rate import BEGIN, AutoRate
from dbt_docsmith.llm.level import Level, Mark
from dbt_docsmith.llm.retry import Sleep
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.llm.token_estimate import TokenEstimate
from dbt_docsmith.types import CompletionRequest, Usage

_NOTHING = 1e-9
_LONGEST_NAP = 1.0
"""A limit may change while somebody waits for it: nobody sleeps longer than this without looking again."""


class RateLimit(Struct, frozen=True, kw_only=True):
    """What may leave in a minute. 0: as much as there is.

    ``auto`` finds the requests out; tokens None are what the provider's headers say.
    """

    requests_per_minute: int | Literal["auto"] = 0
    tokens_per_minute: int | None = None


class Turn(Struct, frozen=True):
    """One request's leave to go: when it had it, how many tokens it reserved, and where that is written down."""

    left: float
    reserved: int
    mark: Mark


class TokenBucket:
    """Lets the requests to one provider through as ``limit`` allows. ``clock`` counts seconds.

    It holds a tenth of a minute's worth, at least one, so that any 60 seconds see at most limit + capacity.
    ``local``: nobody counts what is sent to a server on this machine, as long as it does not say so itself.
    """

    def __init__(self, limit: RateLimit, *, clock: Callable[[], float], sleep: Sleep, local: bool = False) -> None:
        now = clock()
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        first = limit.requests_per_minute if limit.requests_per_minute != "auto" else 0 if local else BEGIN
        self._auto = AutoRate(first, now) if limit.requests_per_minute == "auto" else None
        self._estimate = TokenEstimate()
        self._heeds_token_headers = limit.tokens_per_minute is None
        self._paused_until = now
        self._requests = Level(first, now)
        self._tokens = Level(limit.tokens_per_minute or 0, now)

    async def turn(self, request: CompletionRequest) -> Turn:
        """Wait until ``request`` may leave, and count it with the tokens it is expected to take."""
        return await self._wait_for_turn(lambda: self._estimate.of(request))

    async def acquire(self, tokens: int = 0) -> Turn:
        """Wait until one request of about ``tokens`` tokens may leave, and count it.

        A request larger than the bucket waits until the bucket is full and the last minute leaves room for it; one
        larger than a minute's worth counts as that.
        """
        return await self._wait_for_turn(lambda: tokens)

    def answered(self, turn: Turn, request: CompletionRequest, usage: Usage) -> None:
        """An answer came: settle what the request really used, where the provider says."""
        if self._auto:
            self._auto.answered(turn.left, self._clock())
        self._estimate.learn(request, usage)
        self.settle(turn, usage.prompt_tokens + usage.completion_tokens or turn.reserved)

    def failed(self, turn: Turn, error: ProviderError) -> None:
        """No answer came. What was turned away used no tokens; of anything else nobody knows."""
        turned_away = isinstance(error, RateLimited | RequestRejected)
        self.settle(turn, 0 if turned_away else turn.reserved)
        now = self._clock()
        if self._auto and isinstance(error, RateLimited) and self._auto.refused(turn.left, now):
            self._requests.set_limit(self._auto.per_minute(now), now)
            self._requests.fall_to(0, now)

    def told(self, limits: ServerLimits) -> None:
        """Heed what the provider's headers say, where no person said otherwise."""
        if self._auto and limits.requests_per_minute is not None:
            self._auto.told(limits.requests_per_minute)
        if self._heeds_token_headers and limits.tokens_per_minute is not None:
            self._tokens.set_limit(limits.tokens_per_minute, self._clock())

    def settle(self, turn: Turn, used: int) -> None:
        """Give back what a request did not use of the tokens it reserved, or take what it used beyond them."""
        self._tokens.settle(turn.mark, used)

    def pause(self, seconds: float) -> float:
        """Let nothing through for so long: the server asked for it. How much later that is than known before.

        Then one goes at once, not all that waited.
        """
        before = max(self._paused_until, self._clock())
        self._paused_until = max(before, self._clock() + seconds)
        self._requests.fall_to(1, self._paused_until)
        return self._paused_until - before

    async def _wait_for_turn(self, tokens: Callable[[], int]) -> Turn:
        async with self._turn:
            while (wait := self._wait(tokens())) > _NOTHING:
                await self._sleep(min(wait, _LONGEST_NAP))
            now, reserved = self._clock(), tokens()
            if self._auto:
                self._auto.left(now)
            self._requests.take(1, now)
            return Turn(now, reserved, self._tokens.take(reserved, now, unsettled=True))

    def _wait(self, tokens: int) -> float:
        now = self._clock()
        if self._auto:
            self._requests.set_limit(self._auto.per_minute(now), now)
        pause = self._paused_until - now
        return max(pause, self._requests.wait(1, now), self._tokens.wait(tokens, now), 0.0)
