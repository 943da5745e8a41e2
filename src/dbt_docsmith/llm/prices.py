"""What tokens cost, in US dollars. An unknown price is None, never 0."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.llm.hosts import is_private
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.base import Provider
from dbt_docsmith.types import Completion, Usage

_MILLION = 1_000_000
_SOME = Usage(prompt_tokens=1, completion_tokens=1)


class TokenPrice(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens. Tokens of a provider's prompt cache are counted as any others."""

    input: Decimal
    output: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """US dollars for so many tokens."""
        return (self.input * usage.prompt_tokens + self.output * usage.completion_tokens) / _MILLION


class Prices:
    """What answers cost: as ``given`` by model, nothing at providers ``here``, else by the table of genai-prices.

    ``here`` names those that run on the user's own machines; an offline provider costs nothing anywhere.
    """

    def __init__(self, given: Mapping[str, TokenPrice] | None = None, *, here: Collection[str] = ()) -> None:
        self._given = dict(given or {})
        self._here = frozenset(here)

    def __call__(self, completion: Completion) -> Decimal | None:
        """What an answer cost. Unknown, too, where its server does not say how many tokens it took."""
        usage = completion.usage if completion.usage != Usage() else _SOME
        cost = self.of(completion.provider, completion.model, usage)
        return cost if usage is not _SOME or cost == 0 else None

    def of(self, provider: str, model: str, usage: Usage) -> Decimal | None:
        """What so many tokens of that model cost there; None where nobody says."""
        given = self._given.get(model)
        if given is not None:
            return given.cost(usage)
        spec = SPECS.get(provider)
        if provider in self._here or (spec is not None and spec.offline):
            return Decimal(0)
        if spec is None or spec.priced_as is None:
            return None
        return _by_table(spec.priced_as, model, usage)


def runs_here(provider: Provider) -> bool:
    """Whether a local server answers from this machine or its private network, and so nobody sends a bill."""
    spec = SPECS.get(provider.name)
    return spec is not None and spec.local and is_private(provider.host)


def has_table() -> bool:
    """Whether genai-prices is installed."""
    from importlib.util import find_spec

    return find_spec("genai_prices") is not None


def _by_table(vendor: str, model: str, usage: Usage) -> Decimal | None:
    try:
        import genai_prices
    except ImportError:
        return None
    cached = min(usage.cached_prompt_tokens, usage.prompt_tokens)
    tokens = genai_prices.Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=cached,
        cache_write_tokens=min(usage.cache_write_tokens, usage.prompt_tokens - cached),
        output_tokens=usage.completion_tokens,
    )
    try:
        return genai_prices.calc_price(tokens, model, provider_id=vendor).total_price
    except (LookupError, ValueError):
        return None
