"""Prompt -> Completion, told as one list: store, then each provider: retry( budget > bucket > provider )."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.errors import (
    BudgetExhausted,
    ContextOverflow,
    NotAsked,
    ProviderError,
    RequestRejected,
    Stopped,
    Unreachable,
)
from dbt_docsmith.llm.attempts import Watch, attempted
from dbt_docsmith.llm.budget import Budget, Purse
from dbt_docsmith.llm.gate import Gate
from dbt_docsmith.llm.prices import Prices
from dbt_docsmith.llm.providers import is_local
from dbt_docsmith.llm.providers.base import Notice, Provider
from dbt_docsmith.llm.rate_limit import RateLimit, TokenBucket, Turn
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
    """Asks ``providers`` in their order, and no one twice for what is stored. ``purse`` is what may be spent.

    ``clock`` counts seconds and never goes back, ``chance`` gives a number from 0 to 1; ``notice`` is told when a
    provider is dropped, ``watch`` of every request and every stored answer.
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
        watch: Watch = lambda _attempt: None,
        purse: Purse | None = None,
    ) -> None:
        self.providers = tuple(providers)
        self.meter = meter
        self._purse = purse or Purse(Budget(), Prices())
        self._store = store
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._notice = notice
        self._watch = watch
        self._gates = [Gate(sleep) for _ in self.providers]
        self._buckets = [
            TokenBucket(settings.rate_limit, clock=clock, sleep=gate.sleep, local=is_local(provider))
            for provider, gate in zip(self.providers, self._gates, strict=True)
        ]
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
        for provider, stored in self._stored(prompt, accept):
            self._watch(attempted(provider, self._request(provider, prompt, evidence), 0, 0.0, stored))
            self._purse.replayed(stored)
            return stored
        return await self._ask(prompt, evidence)

    def lookup(self, prompt: Prompt, accept: Accept) -> Completion | None:
        """The stored answer that passes today's checks. Asks nobody and creates nothing."""
        return next((stored for _, stored in self._stored(prompt, accept)), None)

    def _stored(self, prompt: Prompt, accept: Accept) -> Iterator[tuple[Provider, Completion]]:
        for provider in () if self._settings.refresh else self.providers:
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
                saved_usd=stored.cost_usd,
            )
            if accept(answer):
                yield provider, answer

    def stop(self) -> None:
        """Let nothing more leave; who waits to be sent is told so at once, and what is in flight may arrive."""
        reason = Stopped("the run was stopped before this was asked for")
        self._purse.stop(reason)
        for gate in self._gates:
            gate.close(reason)

    def stay_offline(self) -> None:
        """Send nothing from the beginning: stored answers serve, then the providers that work offline."""
        for provider, gate in zip(self.providers, self._gates, strict=True):
            if not provider.offline:
                gate.close(NotAsked(f"{provider.name} is not asked: nothing is to be sent"))

    def most_cost(self, prompt: Prompt) -> Decimal | None:
        """US dollars that ``prompt`` may cost at most, asked once; None where the price is not known."""
        return self._purse.most_cost(self.primary, prompt, self._settings.max_tokens)

    async def aclose(self) -> None:
        """Let go of connections, of those that cling after a second, and of the store."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                for provider in self.providers:
                    await provider.aclose()
        self._store.close()
        self._purse.close()

    async def _ask(self, prompt: Prompt, evidence: Evidence) -> Completion:
        failures: list[ProviderError] = []
        for number, provider in enumerate(self.providers):
            try:
                return await self._served_by(number, self._request(provider, prompt, evidence))
            except (Stopped, BudgetExhausted):
                raise
            except ContextOverflow as error:
                if not prompt.shortened:
                    raise
                failures.append(error)
            except ProviderError as error:
                failures.append(error)
        still_serving = [error for error in failures if not error.fatal]
        raise (still_serving or failures)[-1]

    async def _served_by(self, number: int, request: CompletionRequest) -> Completion:
        provider, gate = self.providers[number], self._gates[number]
        gate.check()
        if provider.offline:
            return await provider.complete(request)

        async def attempt(retries: int) -> Completion:
            return await self._stepping_down(number, request, retries)

        try:
            return await with_retries(attempt, self._settings.retry, sleep=gate.sleep, random=self._chance)
        except Unreachable as error:
            error.fatal = number not in self._reached
            self._learn(number, error)
            raise

    async def _stepping_down(self, number: int, request: CompletionRequest, retries: int) -> Completion:
        while True:
            try:
                return await self._send(number, request, retries)
            except RequestRejected as error:
                if error.parameter is None:
                    raise

    async def _send(self, number: int, request: CompletionRequest, retries: int) -> Completion:
        provider, bucket, gate = self.providers[number], self._buckets[number], self._gates[number]
        gate.check()
        async with self._purse.reserved(provider, request) as reservation:
            turn = await bucket.turn(request)
            gate.check()
            reservation.leaves()
            self.meter.sent(again=retries > 0, asked=(provider.name, provider.model))
            completion = self.meter.answered(await self._answer(number, turn, request, retries))
            reservation.settle(completion)
        bucket.told(provider.limits)
        bucket.answered(turn, request, completion.usage)
        if completion.fault is not None:
            raise completion.fault
        self._store.keep(answer_key(provider.name, provider.host, request), completion)
        return completion

    async def _answer(self, number: int, turn: Turn, request: CompletionRequest, retries: int) -> Completion:
        provider, bucket, began = self.providers[number], self._buckets[number], self._clock()
        try:
            completion = await provider.complete(request)
        except ProviderError as error:
            self._watch(attempted(provider, request, retries, self._clock() - began, error))
            bucket.told(provider.limits)
            bucket.failed(turn, error)
            self._learn(number, error)
            raise
        self._watch(attempted(provider, request, retries, self._clock() - began, completion))
        self._reached.add(number)
        return completion

    def _learn(self, number: int, error: ProviderError) -> None:
        gate = self._gates[number]
        if error.fatal and not gate.is_closed:
            gate.close(error)
            if not all(each.is_closed for each in self._gates):
                self._notice(f"{error}; nothing more is sent there, the next provider serves")
        if error.retry_after is not None and error.retry_after <= self._settings.retry.longest_wait:
            self._pause(number, error.retry_after)

    def _pause(self, number: int, seconds: float) -> None:
        later = self._buckets[number].pause(seconds)
        if later > _WORTH_SAYING:
            self._notice(f"{self.providers[number].name} asks to wait {seconds:g} s, so nothing is sent there")

    def _key(self, provider: Provider, prompt: Prompt) -> str:
        return answer_key(provider.name, provider.host, self._request(provider, prompt, None))

    def _request(self, provider: Provider, prompt: Prompt, evidence: Evidence | None) -> CompletionRequest:
        return CompletionRequest(
            prompt=prompt,
            model=provider.model,
            max_tokens=self._settings.max_tokens,
            temperature=self._settings.temperature,
            evidence=evidence,
        )
