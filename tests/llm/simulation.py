"""Time that passes only while everybody sleeps, and servers that count: hours of the real client in a moment."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from tests.llm.fakes import EVIDENCE, PROMPT

from dbt_docsmith.errors import ProviderError, RateLimited
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Completion, CompletionRequest, Usage

Result = TypeVar("Result")


class _Impatient(selectors.DefaultSelector):
    """Instead of waiting, says that the time is over."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for somebody, for ever"
            self.now += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop in which sleeping takes no time. It begins at 0."""

    def __init__(self) -> None:
        self._selected = _Impatient()
        super().__init__(self._selected)

    def time(self) -> float:
        return self._selected.now


def simulate(main: Coroutine[Any, Any, Result]) -> Result:
    """Run ``main`` in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Simulated seconds."""
    return asyncio.get_running_loop().time()


class Rule(Protocol):
    """How a server counts."""

    def admits(self, at: float) -> bool:
        """Whether a request that arrives then is served."""


class Bucket:
    """A server with a token bucket of ``burst`` requests."""

    def __init__(self, per_minute: float, burst: float) -> None:
        self.per_second, self.burst = per_minute / 60, burst
        self.level, self.filled_at = burst, 0.0

    def admits(self, at: float) -> bool:
        self.level = min(self.burst, self.level + (at - self.filled_at) * self.per_second)
        self.filled_at = at
        if self.level < 1:
            return False
        self.level -= 1
        return True


class SlidingMinute:
    """A server that serves so many in any 60 seconds."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.served: list[float] = []

    def admits(self, at: float) -> bool:
        self.served = [time for time in self.served if time > at - 60]
        if len(self.served) >= self.per_minute:
            return False
        self.served.append(at)
        return True


class ClockMinute:
    """A server that counts anew at each full minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.minute, self.served = 0.0, 0

    def admits(self, at: float) -> bool:
        if at // 60 != self.minute:
            self.minute, self.served = at // 60, 0
        self.served += 1
        return self.served <= self.per_minute


class ClosedUntil:
    """A server that serves nobody before that time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def admits(self, at: float) -> bool:
        return at >= self.seconds


class Everybody:
    """A server without a limit."""

    def admits(self, at: float) -> bool:
        return True


class CountingServer:
    """A provider that takes ``latency`` seconds and remembers when requests arrived, and which it refused."""

    name = "counting"
    model = "m-1"
    offline = False

    def __init__(
        self,
        rule: Rule,
        *,
        host: str = "counting.example",
        latency: float = 0.2,
        usage: Callable[[], Usage] = lambda: Usage(prompt_tokens=100, completion_tokens=20),
        limits: ServerLimits | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.host = host
        self.limits = ServerLimits()
        self.arrived: list[float] = []
        self.refused: list[float] = []
        self.tokens: list[tuple[float, int]] = []
        self._rule, self._latency, self._usage = rule, latency, usage
        self._says, self._retry_after = limits or ServerLimits(), retry_after

    async def complete(self, request: CompletionRequest) -> Completion:
        at = now()
        self.arrived.append(at)
        if not self._rule.admits(at):
            await asyncio.sleep(0.05)
            self.refused.append(at)
            self.limits = self._says
            raise RateLimited("too many", retry_after=self._retry_after)
        usage = self._usage()
        self.tokens.append((at, usage.prompt_tokens + usage.completion_tokens))
        await asyncio.sleep(self._latency)
        self.limits = self._says
        return Completion(text="{}", provider=self.name, model=self.model, usage=usage)

    async def aclose(self) -> None:
        """Nothing to let go of."""

    @property
    def served(self) -> list[float]:
        """When each request that was not refused arrived."""
        return sorted(at for at, _ in self.tokens)


async def ask(server: CountingServer, settings: ClientSettings, seconds: float, threads: int = 16) -> int:
    """Ask one question after the other in each of so many threads, for so long; how many got no answer."""
    chance = random.Random(5).random
    client = Client([server], NullStore(), settings, UsageMeter(), clock=now, sleep=asyncio.sleep, chance=chance)
    failed = 0

    async def thread() -> None:
        nonlocal failed
        while now() < seconds:
            try:
                await client.complete(PROMPT, EVIDENCE, lambda _: True)
            except ProviderError:
                failed += 1

    await asyncio.gather(*(thread() for _ in range(threads)))
    return failed


def most_in_a_window(events: Sequence[tuple[float, float]], seconds: float = 60.0) -> float:
    """The most that any window of so many seconds holds; ``events`` are (time, amount) in order of time."""
    most = total = 0.0
    first = 0
    for time, amount in events:
        total += amount
        while events[first][0] <= time - seconds:
            total -= events[first][1]
            first += 1
        most = max(most, total)
    return most
