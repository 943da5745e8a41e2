"""What the page shows, as JSON that can stand inside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from dbt_docsmith.report.json import document_plain
from dbt_docsmith.report.stale import stale_sentence
from dbt_docsmith.report.totals import headline, money, persisted, spent
from dbt_docsmith.reports import ForPage, Report

_IN_A_PAGE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""In JSON these stand in texts alone: written so, none can end the element that holds them."""


def page_json(report: Report) -> str:
    """The report as ``--format json`` has it, with what a person reads beside it."""
    page = report.page or ForPage(project="", diff=report.diff or "")
    plain = document_plain(report)
    plain.pop("diff", None)
    shown = {
        "report": plain,
        "project": page.project,
        "diff": page.diff,
        "to_decide": page.to_decide,
        "headline": headline(report),
        "state": _state(report),
        "persisted": list(persisted(report)),
        "spent": list(spent(report)),
        "cost": money(_cost(report)),
        "models": list(_models(report)),
        "stale": [stale_sentence(each) for each in report.stale],
    }
    return msgspec.json.encode(shown).decode().translate(_IN_A_PAGE)


def _state(report: Report) -> str:
    """What the page is for, now that the run is over."""
    if report.dry_run:
        return "A dry run: nothing was sent or written. A text that a model would have to write is not known yet."
    if report.page and report.page.to_decide:
        return (
            "Nothing is written yet. Accept or refuse each text, download your decisions, and "
            "`dbt-docsmith apply` writes what you accepted."
        )
    if report.diff is not None or report.saved:
        return "Nothing is written."
    return "The project's files hold these texts now: take one back with git, or by editing its file."


def _cost(report: Report) -> Decimal | None:
    if report.estimate is not None:
        return report.estimate.cost_usd if report.estimate.requests_most else Decimal(0)
    return report.usage.cost_usd if report.usage.requests else Decimal(0)


def _models(report: Report) -> Iterator[list[Any]]:
    for each in report.usage.by_model:
        name = " ".join(dict.fromkeys((each.provider, each.model)))
        cached = each.cached_prompt_tokens
        yield [name, each.requests, each.prompt_tokens, cached, each.completion_tokens, money(each.cost_usd)]
