"""Prompt -> Completion, told as one list: store, then each provider in turn: retry( bucket > provider )."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.errors import ContextOverflow, ProviderError, RequestRejected, Unreachable
from dbt_docsmith.llm.providers import is_local
from dbt_docsmith.llm.providers.base import Notice, Provider
from dbt_docsmith.llm.rate_limit import RateLimit, TokenBucket
from dbt_docsmith.llm.retry import RetryPolicy, Sleep, with_retries
from dbt_docsmith.llm.store import Store, answer_key
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Completion, CompletionRequest, Evidence, Prompt

_CLOSING_SECONDS = 1.0
_WORTH_SAYING = 5.0

Accept = Callable[[Completion], bool]


class ClientSettings(Struct, frozen=True, kw_only=True):
    """How to ask. ``max_tokens`` bounds an answer; ``refresh``: stored answers are not replayed."""

    max_tokens: int = 4096
    temperature: float | None = None
    retry: RetryPolicy = RetryPolicy()
    rate_limit: RateLimit = RateLimit()
    refresh: bool = False


class Client:
    """Asks ``providers`` in their order, and no one twice for what is stored.

    ``clock`` counts seconds and never goes back, ``chance`` gives a number from 0 to 1; ``notice`` is told when a
    provider is dropped.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        store: Store,
        settings: ClientSettings,
        meter: UsageMeter,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        notice: Notice = lambda _text: None,
    ) -> None:
        self.providers = tuple(providers)
        self.meter = meter
        self._store = store
        self._settings = settings
        self._sleep = sleep
        self._chance = chance
        self._notice = notice
        self._buckets = [
            TokenBucket(settings.rate_limit, clock=clock, sleep=sleep, local=is_local(provider))
            for provider in self.providers
        ]
        self._dropped: dict[int, ProviderError] = {}
        self._reached: set[int] = set()

    @property
    def primary(self) -> Provider:
        """The provider that is asked first."""
        return self.providers[0]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that a prompt may go to, in order."""
        return tuple(dict.fromkeys(provider.host for provider in self.providers))

    async def complete(self, prompt: Prompt, evidence: Evidence, accept: Accept) -> Completion:
        """The answer to ``prompt``: a stored one that ``accept`` takes, else of the first provider that serves.

        Raises ProviderError where none does; a ``fatal`` one says that no provider will answer anything more.
        """
        return self.lookup(prompt, accept) or await self._ask(prompt, evidence)

    def lookup(self, prompt: Prompt, accept: Accept) -> Completion | None:
        """The stored answer that passes today's checks. Asks nobody and creates nothing."""
        if self._settings.refresh:
            return None
        for provider in self.providers:
            stored = None if provider.offline else self._store.find(self._key(provider, prompt))
            if stored is None:
                continue
            answer = Completion(
                text=stored.text,
                provider=stored.provider,
                model=stored.model,
                finish_reason=stored.finish_reason,
                stored=True,
                cost_usd=Decimal(0),
            )
            if accept(answer):
                return answer
        return None

    async def aclose(self) -> None:
        """Let go of connections, of those that cling after a second, and of the store."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                for provider in self.providers:
                    await provider.aclose()
        self._store.close()

    async def _ask(self, prompt: Prompt, evidence: Evidence) -> Completion:
        failures: list[ProviderError] = []
        for number, provider in enumerate(self.providers):
            try:
                return await self._served_by(number, self._request(provider, prompt, evidence))
            except ContextOverflow as error:
                if not prompt.shortened:
                    raise
                failures.append(error)
            except ProviderError as error:
                failures.append(error)
        still_serving = [error for error in failures if not error.fatal]
        raise (still_serving or failures)[-1]

    async def _served_by(self, number: int, request: CompletionRequest) -> Completion:
        provider = self.providers[number]
        if provider.offline:
            return await provider.complete(request)

        async def attempt(retries: int) -> Completion:
            return await self._stepping_down(number, request, again=retries > 0)

        try:
            return await with_retries(attempt, self._settings.retry, sleep=self._sleep, random=self._chance)
        except Unreachable as error:
            error.fatal = number not in self._reached
            self._learn(number, error)
            raise

    async def _stepping_down(self, number: int, request: CompletionRequest, *, again: bool) -> Completion:
        while True:
            try:
                return await self._send(number, request, again=again)
            except RequestRejected as error:
                if error.parameter is None:
                    raise

    async def _send(self, number: int, request: CompletionRequest, *, again: bool) -> Completion:
        provider, bucket = self.providers[number], self._buckets[number]
        self._refuse_if_dropped(number)
        turn = await bucket.turn(request)
        self._refuse_if_dropped(number)
        self.meter.sent(again=again)
        try:
            completion = await provider.complete(request)
        except ProviderError as error:
            bucket.told(provider.limits)
            bucket.failed(turn, error)
            self._learn(number, error)
            raise
        self._reached.add(number)
        completion = self.meter.answered(completion)
        bucket.told(provider.limits)
        bucket.answered(turn, request, completion.usage)
        if completion.fault is not None:
            raise completion.fault
        self._store.keep(answer_key(provider.name, request), completion)
        return completion

    def _refuse_if_dropped(self, number: int) -> None:
        if number in self._dropped:
            raise self._dropped[number].with_traceback(None)

    def _learn(self, number: int, error: ProviderError) -> None:
        if error.fatal and number not in self._dropped:
            self._dropped[number] = error
            self._buckets[number].close()
            if len(self._dropped) < len(self.providers):
                self._notice(f"{error}; nothing more is sent there, the next provider serves")
        if error.retry_after is not None and error.retry_after <= self._settings.retry.longest_wait:
            self._pause(number, error.retry_after)

    def _pause(self, number: int, seconds: float) -> None:
        later = self._buckets[number].pause(seconds)
        if later > _WORTH_SAYING:
            self._notice(f"{self.providers[number].name} asks to wait {seconds:g} s, so nothing is sent there")

    def _key(self, provider: Provider, prompt: Prompt) -> str:
        return answer_key(provider.name, self._request(provider, prompt, None))

    def _request(self, provider: Provider, prompt: Prompt, evidence: Evidence | None) -> CompletionRequest:
        return CompletionRequest(
            prompt=prompt,
            model=provider.model,
            max_tokens=self._settings.max_tokens,
            temperature=self._settings.temperature,
            evidence=evidence,
        )
