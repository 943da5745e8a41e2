"""What a run may spend, and the one place that lets a request leave for it.

Every attempt reserves the most it may cost before it leaves, and is settled by what it did cost: so the limits
hold at every instant, whatever is in flight.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.errors import BudgetExhausted, ConfigError, ProviderError
from dbt_docsmith.llm.ceiling import TokenCeiling
from dbt_docsmith.llm.prices import Prices, has_table
from dbt_docsmith.llm.providers.base import Provider
from dbt_docsmith.llm.retry import Sleep
from dbt_docsmith.llm.usage_log import NoRoom, Outcome, UsageLog
from dbt_docsmith.types import Completion, CompletionRequest, Prompt, Usage

_LOOK_EVERY_SECONDS = 0.25


class Budget(Struct, frozen=True, kw_only=True):
    """Limits that are never passed: US dollars of a run and of a calendar month (UTC), attempts of a run."""

    per_run: Decimal | None = None
    per_month: Decimal | None = None
    requests: int | None = None

    @property
    def bounds_money(self) -> bool:
        """Whether prices must be known."""
        return self.per_run is not None or self.per_month is not None


class Reservation(Struct, kw_only=True):
    """One request from its reservation to its end. ``most`` is what it may cost, None where nobody knows."""

    most: Decimal | None
    row: int | None = None
    left: bool = False
    outcome: Outcome = "lost"
    usage: Usage = Usage()
    cost: Decimal | None = None

    def leaves(self) -> None:
        """It goes on the wire: from here on it may be billed."""
        self.left = True

    def settle(self, completion: Completion) -> None:
        """The answer is there, and its price where it is known."""
        self.outcome, self.usage, self.cost = "answered", completion.usage, completion.cost_usd

    def fail(self, error: ProviderError) -> None:
        """It brought no answer; some errors tell that it surely cost nothing."""
        if error.unbilled and self.outcome == "lost":
            self.outcome, self.cost = "unbilled", Decimal(0)


class Purse:
    """Lets attempts leave as ``budget`` allows, and notes each in ``log``.

    ``seconds`` is how long an attempt may take. ``unsettled_usd`` is what attempts whose end is
    not known may have cost at most.
    """

    def __init__(
        self,
        budget: Budget,
        prices: Prices,
        log: UsageLog | None = None,
        *,
        seconds: float = 120.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.budget = budget
        self.prices = prices
        self.unsettled_usd = Decimal(0)
        self._log = log
        self._seconds = seconds
        self._sleep = sleep
        self._held = Decimal(0)
        self._requests = 0
        self._in_flight = 0
        self._freed = asyncio.Event()
        self._ended: ProviderError | None = None
        self._ceilings: defaultdict[str, TokenCeiling] = defaultdict(TokenCeiling)

    @property
    def exhausted(self) -> bool:
        """Whether a limit was reached: then nothing more leaves."""
        return isinstance(self._ended, BudgetExhausted)

    @asynccontextmanager
    async def reserved(self, provider: Provider, request: CompletionRequest) -> AsyncIterator[Reservation]:
        """Reserve the most that ``request`` may cost, waiting for what is in flight where it does not fit.

        Raises BudgetExhausted where it does not fit and nothing is in flight.
        """
        reservation = Reservation(most=self.most_cost(provider, request.prompt, request.max_tokens))
        await self._reserve(reservation, provider)
        try:
            yield reservation
        except ProviderError as error:
            reservation.fail(error)
            raise
        finally:
            self._close(reservation)
            self._ceilings[provider.name].learn(request.prompt, request.max_tokens, reservation.usage)

    def most_cost(self, provider: Provider, prompt: Prompt, max_tokens: int) -> Decimal | None:
        """What one attempt would reserve; None where the price is not known."""
        tokens = self._ceilings[provider.name].of(prompt, max_tokens)
        return self.prices.of(provider.name, provider.model, tokens)

    def replayed(self, completion: Completion) -> None:
        """Note an answer that was in the store, and what it had cost."""
        if self._log is not None:
            self._log.replayed(completion.provider, completion.model, completion.saved_usd)

    def check(self, providers: Sequence[Provider]) -> None:
        """Raise ConfigError where the limits cannot be kept: a price is unknown, or the log cannot be used."""
        if self.budget.bounds_money:
            for provider in providers:
                if self.prices.of(provider.name, provider.model, Usage(prompt_tokens=1)) is None:
                    raise ConfigError(_say_unknown(provider))
        self.spent_this_month()

    def spent_this_month(self) -> Decimal:
        """US dollars of all runs, counted only where a month has a limit. Raises ConfigError."""
        if self._log is None or self.budget.per_month is None:
            return Decimal(0)
        try:
            return self._log.spent_this_month()
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(f"budget.per_month cannot be kept: {_say_log(error)}") from None

    def foresee(self, requests: int, cost: Decimal | None) -> Iterator[str]:
        """Each limit that so many more requests, which may cost so much, would reach."""
        budget = self.budget
        if budget.requests is not None and requests > budget.requests:
            yield f"more than --max-requests allows ({budget.requests:,})"
        if cost is not None and budget.per_run is not None and cost > budget.per_run:
            yield f"perhaps more than --max-cost allows (${dollars(budget.per_run)})"
        if cost is not None and budget.per_month is not None:
            left = max(Decimal(0), budget.per_month - self.spent_this_month())
            if cost > left:
                yield f"perhaps more than the month has left (${dollars(left)} of ${dollars(budget.per_month)})"

    def stop(self, reason: ProviderError) -> None:
        """Let nothing more leave, and tell so who waits; the first reason is kept."""
        self._ended = self._ended or reason
        self._wake()

    def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()

    async def _reserve(self, reservation: Reservation, provider: Provider) -> None:
        while self._ended is None:
            lacking = self._lacking(reservation) or self._note(reservation, provider)
            if lacking is None:
                self._requests += 1
                self._in_flight += 1
                self._held += reservation.most or 0
                return
            if self._in_flight:
                await self._freed.wait()
            elif self._log is not None and lacking.waits and self._log.is_waiting():
                await self._sleep(_LOOK_EVERY_SECONDS)
            else:
                self.stop(BudgetExhausted(lacking.message))
        raise self._ended.with_traceback(None)

    def _lacking(self, reservation: Reservation) -> _Lacking | None:
        limit, most = self.budget.per_run, reservation.most or Decimal(0)
        if self.budget.requests is not None and self._requests >= self.budget.requests:
            return _Lacking(f"the run has sent its {self.budget.requests:,} requests; {_more('--max-requests')}")
        if limit is not None and self._held + most > limit:
            spent = f"${dollars(self._held)} of ${dollars(limit)} are spent"
            return _Lacking(f"{spent} and the next request may cost ${dollars(most)}; {_more('--max-cost')}")
        return None

    def _note(self, reservation: Reservation, provider: Provider) -> _Lacking | None:
        if self._log is None:
            return None
        try:
            reservation.row = self._log.reserve(provider.name, provider.model, reservation.most, self._seconds)
        except NoRoom:
            most, limit = reservation.most or Decimal(0), self.budget.per_month or Decimal(0)
            said = f"the next request may cost ${dollars(most)}, which the month's ${dollars(limit)} do not hold"
            return _Lacking(f"{said}; {_more('budget.per_month')}", waits=True)
        except (sqlite3.Error, OSError) as error:
            return _Lacking(f"budget.per_month cannot be kept any longer: {_say_log(error)}")
        return None

    def _close(self, reservation: Reservation) -> None:
        self._in_flight -= 1
        if reservation.left:
            self._settle(reservation)
        else:
            self._requests -= 1
            self._held -= reservation.most or 0
            if self._log is not None:
                self._log.withdraw(reservation.row)
        self._wake()

    def _settle(self, reservation: Reservation) -> None:
        if reservation.cost is not None:
            self._held += reservation.cost - (reservation.most or 0)
        else:
            self.unsettled_usd += reservation.most or 0
        if self._log is not None:
            self._log.settle(reservation.row, reservation.outcome, reservation.usage, reservation.cost)

    def _wake(self) -> None:
        self._freed.set()
        self._freed = asyncio.Event()


class _Lacking(Struct, frozen=True):
    """Why an attempt does not fit; ``waits``: other processes in flight may make room."""

    message: str
    waits: bool = False


def dollars(money: Decimal) -> str:
    """Money in a message: to the cent, and as fine as it takes below a dollar."""
    return f"{money:.2f}" if money >= 1 or not money else f"{money:.4f}"


def _more(limit: str) -> str:
    return f"what is done is written, and with a higher {limit} the next run goes on from there"


def _say_log(error: Exception) -> str:
    return f"the usage log cannot be used ({error}); mend it or move it away"


def _say_unknown(provider: Provider) -> str:
    entry = f"prices: {{{provider.model}: {{input: USD, output: USD}}}}"
    told = f"give it in dbt-docsmith.yml, for a million tokens, as `{entry}`"
    table = "" if has_table() else ", or install 'dbt-docsmith[prices]', which knows many"
    needed = f"a cost limit needs the price of {provider.name}'s model {provider.model}, which is not known"
    return f"{needed}: {told}{table}"
