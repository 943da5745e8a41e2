"""Stale texts in words, as every format says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_docsmith.report.totals import named, plural, short_name
from dbt_docsmith.reports import StaleText

_OWN = {"sql": "SQL", "tests": "tests", "columns": "columns"}


def stale_sentence(stale: StaleText) -> str:
    """``model.shop.orders.status: made on 2026-11-21 (openai gpt-x); its SQL changed since``."""
    maker = " ".join(dict.fromkeys(part for part in (stale.provider, stale.model) if part)) or stale.origin
    made = f"{named(stale.unique_id, stale.column)}: made on {stale.date} ({maker})"
    return "; ".join([made, *_why(stale), *_kept(stale)])


def stale_lines(stale: Sequence[StaleText]) -> Iterator[str]:
    """``3 texts rest on what has changed, 1 of them edited by a person``; nothing where none does."""
    edited = sum(each.edited for each in stale)
    if stale:
        rests = "rests" if len(stale) == 1 else "rest"
        by_a_person = f", {edited:,} of them edited by a person" if edited else ""
        yield f"{plural(len(stale), 'text')} {rests} on what has changed{by_a_person}"


def _why(stale: StaleText) -> Iterator[str]:
    own = [_OWN[each] for each in stale.because if each in _OWN]
    parents = [short_name(parent, None) for parent in stale.parents]
    if own:
        yield f"its {' and '.join(own)} changed since"
    if parents:
        yield f"its parent{'s' if len(parents) > 1 else ''} {', '.join(parents)} changed since"


def _kept(stale: StaleText) -> Iterator[str]:
    if stale.edited:
        yield "a person has edited it"
    elif stale.doc_block:
        yield "it refers to a doc block"
