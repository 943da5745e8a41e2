"""What a run has used: requests on the wire, tokens, money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.types import Completion, Usage

Price = Callable[[Completion], Decimal | None]


def price_of(completion: Completion) -> Decimal | None:
    """US dollars by the offline table of genai-prices; None where it is not installed or does not know."""
    spec = SPECS.get(completion.provider)
    if spec is None or spec.priced_as is None:
        return None
    try:
        import genai_prices
    except ImportError:
        return None
    usage = genai_prices.Usage(
        input_tokens=completion.usage.prompt_tokens,
        cache_read_tokens=completion.usage.cached_prompt_tokens,
        output_tokens=completion.usage.completion_tokens,
    )
    try:
        return genai_prices.calc_price(usage, completion.model, provider_id=spec.priced_as).total_price
    except (LookupError, ValueError):
        return None


class UsageMeter:
    """Counts what leaves and what comes back. ``requests`` are attempts on the wire; ``retries`` are among them.

    ``cost_usd`` is None as soon as one answer's price is unknown.
    """

    def __init__(self, price: Price = price_of) -> None:
        self.requests = 0
        self.retries = 0
        self.usage = Usage()
        self.cost_usd: Decimal | None = Decimal(0)
        self._price = price

    def sent(self, *, again: bool) -> None:
        """A request leaves; ``again``: the wire lost the one before it."""
        self.requests += 1
        self.retries += again

    def answered(self, completion: Completion) -> Completion:
        """Count an answer, and give it back with its price."""
        used, total = completion.usage, self.usage
        self.usage = Usage(
            prompt_tokens=total.prompt_tokens + used.prompt_tokens,
            cached_prompt_tokens=total.cached_prompt_tokens + used.cached_prompt_tokens,
            completion_tokens=total.completion_tokens + used.completion_tokens,
        )
        cost = self._price(completion)
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost
        return replace(completion, cost_usd=cost)
