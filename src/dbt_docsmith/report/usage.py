"""What earlier runs spent -> text or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from dbt_docsmith.report.json import VERSION, encode_json, money_json
from dbt_docsmith.report.totals import money, plural
from dbt_docsmith.reports import UsageReport, UsageRow

_HEADINGS = (
    "day (UTC)",
    "project",
    "provider",
    "model",
    "requests",
    "stored",
    "prompt",
    "cached",
    "answers",
    "cost",
)
_NAMES = 4


def usage_text(report: UsageReport) -> str:
    """A line for each day, project and model, then the sums."""
    if not report.rows:
        return f"nothing was asked of any provider in the last {plural(report.days, 'day')}"
    table = [_HEADINGS, *map(_cells, report.rows), _sums(report.rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join([*(_line(row, widths) for row in table), *_notes(report)])


def usage_json(report: UsageReport) -> str:
    """The same as one JSON object; ``known_cost_usd`` leaves out what has no price."""
    plain: dict[str, Any] = msgspec.to_builtins(report, enc_hook=money_json)
    total = {"cost_usd": _whole_cost(report.rows), "known_cost_usd": _known_cost(report.rows)}
    counts = {name: sum(getattr(row, name) for row in report.rows) for name in _COUNTS}
    return encode_json(
        {
            "version": VERSION,
            "command": "usage",
            **plain,
            "total": {**counts, **msgspec.to_builtins(total, enc_hook=money_json)},
        }
    )


_COUNTS = ("requests", "stored", "prompt_tokens", "cached_prompt_tokens", "completion_tokens")


def _cells(row: UsageRow) -> tuple[str, ...]:
    names = (row.day, row.project or "-", row.provider, row.model)
    return (*names, *(f"{getattr(row, name):,}" for name in _COUNTS), money(row.cost_usd))


def _sums(rows: Sequence[UsageRow]) -> tuple[str, ...]:
    counts = (f"{sum(getattr(row, name) for row in rows):,}" for name in _COUNTS)
    return ("all", "", "", "", *counts, money(_whole_cost(rows)))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    names = (f"{cell:<{width}}" for cell, width in zip(cells[:_NAMES], widths, strict=False))
    counts = (f"{cell:>{width}}" for cell, width in zip(cells[_NAMES:], widths[_NAMES:], strict=True))
    return "  ".join([*names, *counts])


def _notes(report: UsageReport) -> Iterator[str]:
    unsettled = sum((row.unsettled_usd for row in report.rows), Decimal(0))
    saved = sum((row.saved_usd for row in report.rows), Decimal(0))
    if _whole_cost(report.rows) is None:
        yield f"known prices come to {money(_known_cost(report.rows))}"
    if unsettled:
        yield f"requests whose answer never came may have cost {money(unsettled)} more"
    if saved:
        yield f"stored answers saved {money(saved)}"
    if report.month_budget_usd is not None:
        yield f"this month (UTC): {money(report.month_usd)} of {money(report.month_budget_usd)} (budget.per_month)"


def _known_cost(rows: Sequence[UsageRow]) -> Decimal:
    return sum((row.cost_usd for row in rows if row.cost_usd is not None), Decimal(0))


def _whole_cost(rows: Sequence[UsageRow]) -> Decimal | None:
    return None if any(row.cost_usd is None for row in rows) else _known_cost(rows)
