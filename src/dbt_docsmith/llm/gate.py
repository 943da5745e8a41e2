"""A provider that serves no more: nothing is sent there, and nobody waits for it any longer."""

from __future__ import annotations

import asyncio

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.retry import Sleep


class Gate:
    """What every request to a provider passes. Once closed it lets nobody through, and nobody sleeps there."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._reason: ProviderError | None = None
        self._sleepers: set[asyncio.Future[object]] = set()

    @property
    def is_closed(self) -> bool:
        """Whether nothing more may leave."""
        return self._reason is not None

    def close(self, reason: ProviderError) -> None:
        """Let nobody through from now on; the first reason is kept."""
        self._reason = self._reason or reason
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    def check(self) -> None:
        """Raise the reason where the gate is closed."""
        if self._reason is not None:
            raise self._reason.with_traceback(None)

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds, or until the gate closes; then the reason is raised."""
        self.check()
        woken: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        asleep: asyncio.Future[object] = asyncio.ensure_future(self._sleep(seconds))
        self._sleepers.add(woken)
        try:
            await asyncio.wait((asleep, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sleepers.discard(woken)
            asleep.cancel()
        self.check()
