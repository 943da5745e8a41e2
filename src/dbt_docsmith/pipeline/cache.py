"""`cache` and `usage`: what earlier runs kept and spent. No project is needed, and nobody is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from dbt_docsmith.llm.store_care import StoreCare
from dbt_docsmith.llm.usage_log import UsageLog
from dbt_docsmith.pipeline.answering import STORE_FILE
from dbt_docsmith.pipeline.spending import USAGE_FILE
from dbt_docsmith.reports import StoreInfo, UsageReport

Notice = Callable[[str], None]


def open_care(cache_dir: Path) -> StoreCare:
    """The answer store in the cache folder, to be looked after."""
    return StoreCare(cache_dir / STORE_FILE, time.time)


def cache_info(cache_dir: Path, warn: Notice) -> StoreInfo:
    """The store, and what it has saved by now."""
    log = _open_log(cache_dir, warn)
    try:
        replayed, saved = log.saved()
    finally:
        log.close()
    return replace(open_care(cache_dir).info(), replayed=replayed, saved_usd=saved)


def read_usage(cache_dir: Path, days: int, month_budget: Decimal | None, warn: Notice) -> UsageReport:
    """What the runs of the last ``days`` spent, and the month against its budget."""
    log = _open_log(cache_dir, warn)
    try:
        rows = log.rows(days)
        month = log.spent_this_month() if rows else Decimal(0)
    finally:
        log.close()
    return UsageReport(days=days, rows=rows, month_usd=month, month_budget_usd=month_budget)


def _open_log(cache_dir: Path, warn: Notice) -> UsageLog:
    return UsageLog(cache_dir / USAGE_FILE, project="", clock=time.time, notice=warn)
