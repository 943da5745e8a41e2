"""Who answers: the client, or in a dry run the store alone."""

from __future__ import annotations

import time
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.attempts import Watch
from dbt_docsmith.llm.budget import Budget, Purse
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.prices import Prices
from dbt_docsmith.llm.providers.base import Notice
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.retry import RetryPolicy
from dbt_docsmith.llm.store import AnswerStore, NullStore, Store
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.pipeline.asking import Accept
from dbt_docsmith.pipeline.engine import NotSent
from dbt_docsmith.pipeline.node_plan import CHARS_PER_TOKEN
from dbt_docsmith.pipeline.policy import check_policy
from dbt_docsmith.pipeline.providers import (
    ProviderChoice,
    build_providers,
    choose_offline,
    choose_providers,
    prompt_room,
)
from dbt_docsmith.pipeline.spending import open_purse
from dbt_docsmith.reports import Estimate, NodeEstimate, UsageTotals
from dbt_docsmith.types import Completion, Evidence, Prompt

STORE_FILE = "answers.db"


class Answering(Struct, frozen=True, kw_only=True):
    """The client of a run and its store. ``client`` None: a dry run without a usable provider.

    ``provider``, ``model`` and ``host`` are the first provider's, as the report shows them. ``refresh``: what an
    earlier run kept does not count. ``prompt_tokens``: what a prompt may take. ``obstacle``: what a real run would
    end with.
    """

    client: Client | None
    store: Store
    meter: UsageMeter
    purse: Purse
    provider: str | None = None
    model: str | None = None
    host: str | None = None
    offline: bool = False
    refresh: bool = False
    prompt_tokens: int = 8000
    obstacle: str | None = None

    @property
    def asker(self) -> tuple[str, str]:
        """Provider and model: part of what an abstention rests on."""
        return self.provider or "", self.model or ""

    def usage(self) -> UsageTotals:
        """What went over the wire by now."""
        meter = self.meter
        return UsageTotals(
            requests=meter.requests,
            retries=meter.retries,
            prompt_tokens=meter.usage.prompt_tokens,
            cached_prompt_tokens=meter.usage.cached_prompt_tokens,
            completion_tokens=meter.usage.completion_tokens,
            cost_usd=meter.cost_usd,
            unsettled_usd=self.purse.unsettled_usd,
            by_model=meter.by_model,
        )

    def stop(self) -> None:
        """Let nothing more leave."""
        if self.client is not None:
            self.client.stop()

    async def aclose(self) -> None:
        """Let go of connections and of the store."""
        if self.client is not None:
            await self.client.aclose()
        self.store.close()

    def find_abstention(self, key: str) -> str | None:
        """An earlier run's question; none is looked for where an offline provider answers for free."""
        return None if self.offline or self.refresh else self.store.find_abstention(key)

    def keep_abstention(self, key: str, question: str) -> None:
        """Keep a question for later runs."""
        if not self.offline:
            self.store.keep_abstention(key, question)


def nobody_answers() -> Answering:
    """For a run in which nobody is asked anything."""
    return Answering(client=None, store=NullStore(), meter=UsageMeter(), purse=Purse(Budget(), Prices()))


def open_answering(
    config: Config,
    *,
    dry_run: bool,
    notice: Notice,
    warn: Notice,
    project: str = "",
    watch: Watch = lambda _attempt: None,
) -> Answering:
    """The client the configuration asks for. ``project`` is what is spent for, as the usage log shows it;
    ``watch`` is told of every request.

    A dry run needs no provider: what is missing for a real one is a warning there and an error otherwise.
    """
    store: Store = NullStore()
    if config.use_cache:
        store = AnswerStore(config.cache_dir / STORE_FILE, clock=time.time, notice=warn)
    choices: tuple[ProviderChoice, ...] = ()
    try:
        choices = choose_offline(config) if config.offline else choose_providers(config)
        providers = build_providers(config, choices, notice)
        check_policy(config.file.policy, providers)
        purse = open_purse(config, providers, project, warn)
    except ConfigError as error:
        if not dry_run:
            raise
        warn(f"a real run would end here: {error}")
        name = choices[0].name if choices else None
        purse = Purse(Budget(), Prices())
        return Answering(
            client=None,
            store=store,
            meter=UsageMeter(),
            purse=purse,
            provider=name,
            refresh=config.refresh,
            prompt_tokens=prompt_room(config, choices),
            obstacle=str(error),
        )
    meter = UsageMeter(purse.prices)
    client = Client(providers, store, client_settings(config), meter, notice=warn, watch=watch, purse=purse)
    if config.offline:
        client.stay_offline()
    first = client.primary
    return Answering(
        client=client,
        store=store,
        meter=meter,
        purse=purse,
        provider=first.name,
        model=first.model,
        host="offline" if config.offline else first.host,
        offline=first.offline or config.offline,
        refresh=config.refresh,
        prompt_tokens=prompt_room(config, choices),
    )


def client_settings(config: Config) -> ClientSettings:
    """How the configuration has the client ask."""
    return ClientSettings(
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        retry=RetryPolicy(max_retries=config.max_retries, base_delay=config.retry_delay),
        rate_limit=RateLimit(requests_per_minute=config.rate_limit, tokens_per_minute=config.token_limit),
        refresh=config.refresh,
    )


class Foreteller:
    """A dry run's stand-in for the client: stored answers serve, every other question is counted and not sent.

    A provider that works offline is asked: it is free, and tells what it would abstain from.
    """

    def __init__(self, answering: Answering, most_answer_tokens: int) -> None:
        self._answering = answering
        self._most_answer_tokens = most_answer_tokens
        self._nodes: dict[str, NodeEstimate] = {}

    async def complete(self, prompt: Prompt, evidence: Evidence, accept: Accept) -> Completion:
        """A stored answer, or that of a provider that sends nothing; NotSent where there is neither."""
        client = self._answering.client
        if client is not None and self._answering.offline:
            return await client.complete(prompt, evidence, accept)
        stored = client.lookup(prompt, accept) if client else None
        if stored is not None:
            return stored
        self._count(evidence.unique_id, prompt, None if client is None else client.most_cost(prompt))
        raise NotSent(f"a dry run sends nothing: {evidence.unique_id}")

    def _count(self, unique_id: str, prompt: Prompt, cost: Decimal | None) -> None:
        known = self._nodes.get(unique_id, NodeEstimate(unique_id=unique_id))
        self._nodes[unique_id] = NodeEstimate(
            unique_id=unique_id,
            requests=known.requests + 1,
            prompt_tokens=known.prompt_tokens + round((len(prompt.system) + len(prompt.user)) / CHARS_PER_TOKEN),
            cost_usd=None if cost is None or known.cost_usd is None else known.cost_usd + cost,
        )

    def estimate(self, most_questions: int) -> Estimate:
        """The sums. ``most_questions`` are asked where nothing can be inherited, each of them at most twice."""
        nodes = tuple(self._nodes[unique_id] for unique_id in sorted(self._nodes))
        requests = sum(node.requests for node in nodes)
        costs = [node.cost_usd for node in nodes]
        cost = None if None in costs else sum((each for each in costs if each is not None), Decimal(0))
        return Estimate(
            requests=requests,
            requests_most=0 if self._answering.offline else 2 * most_questions,
            prompt_tokens=sum(node.prompt_tokens for node in nodes),
            max_completion_tokens=requests * self._most_answer_tokens,
            cost_usd=cost,
            over_budget=tuple(self._answering.purse.foresee(requests, cost)),
            nodes=nodes,
        )
