"""Config -> what a run may spend, at which prices, and where it is written down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal

from dbt_docsmith.config import Config
from dbt_docsmith.llm.budget import Budget, Purse
from dbt_docsmith.llm.prices import Prices, TokenPrice, runs_here
from dbt_docsmith.llm.providers.base import Notice, Provider
from dbt_docsmith.llm.usage_log import UsageLog

USAGE_FILE = "usage.db"


def open_purse(config: Config, providers: Sequence[Provider], project: str, warn: Notice) -> Purse:
    """What the run may spend. Raises ConfigError where its limits cannot be kept; nothing is created."""
    log = UsageLog(
        config.cache_dir / USAGE_FILE,
        project=project,
        clock=time.time,
        notice=warn,
        month_most=config.max_monthly_cost,
    )
    budget = Budget(per_run=config.max_cost, per_month=config.max_monthly_cost, requests=config.max_requests)
    purse = Purse(budget, read_prices(config, providers), log, seconds=config.timeout)
    purse.check(providers)
    return purse


def read_prices(config: Config, providers: Sequence[Provider]) -> Prices:
    """The prices of dbt-docsmith.yml, and which of the providers cost nothing."""
    given = {
        model: TokenPrice(input=Decimal(str(price.input)), output=Decimal(str(price.output)))
        for model, price in config.file.prices.items()
    }
    return Prices(given, here=[provider.name for provider in providers if runs_here(provider)])
