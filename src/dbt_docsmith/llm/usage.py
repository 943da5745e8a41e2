"""What a run has used: requests on the wire, tokens, money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from dbt_docsmith.llm.prices import Prices
from dbt_docsmith.reports import ModelUsage
from dbt_docsmith.types import Completion, Usage

Price = Callable[[Completion], Decimal | None]


class UsageMeter:
    """Counts what leaves and what comes back. ``requests`` are attempts on the wire; ``retries`` are among them.

    ``cost_usd`` is None as soon as one answer's price is unknown. ``by_model`` tells it of each model.
    """

    def __init__(self, price: Price | None = None) -> None:
        self.requests = 0
        self.retries = 0
        self.usage = Usage()
        self.cost_usd: Decimal | None = Decimal(0)
        self._price = price or Prices()
        self._models: dict[tuple[str, str], ModelUsage] = {}

    @property
    def by_model(self) -> tuple[ModelUsage, ...]:
        """What each model was asked, in the order in which they were."""
        return tuple(self._models.values())

    def sent(self, *, again: bool, asked: tuple[str, str]) -> None:
        """A request leaves for ``asked``, provider and model; ``again``: the wire lost the one before it."""
        self.requests += 1
        self.retries += again
        before = self._of(asked)
        self._models[asked] = replace(before, requests=before.requests + 1)

    def answered(self, completion: Completion) -> Completion:
        """Count an answer, and give it back with its price."""
        used, total, asked = completion.usage, self.usage, (completion.provider, completion.model)
        cost = self._price(completion)
        self.usage = Usage(
            **_sums(total, used), cache_write_tokens=total.cache_write_tokens + used.cache_write_tokens
        )
        self.cost_usd = _plus(self.cost_usd, cost)
        before = self._of(asked)
        self._models[asked] = replace(before, **_sums(before, used), cost_usd=_plus(before.cost_usd, cost))
        return replace(completion, cost_usd=cost)

    def _of(self, asked: tuple[str, str]) -> ModelUsage:
        provider, model = asked
        return self._models.get(asked) or ModelUsage(provider=provider, model=model)


def _plus(sum_by_now: Decimal | None, cost: Decimal | None) -> Decimal | None:
    return None if sum_by_now is None or cost is None else sum_by_now + cost


def _sums(total: Usage | ModelUsage, used: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": total.prompt_tokens + used.prompt_tokens,
        "cached_prompt_tokens": total.cached_prompt_tokens + used.cached_prompt_tokens,
        "completion_tokens": total.completion_tokens + used.completion_tokens,
    }
