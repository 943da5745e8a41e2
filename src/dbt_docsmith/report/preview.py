"""What a dry run foretells, node by node: what is missing, how it is made, where it goes, what it costs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from dbt_docsmith.report.totals import named, plural
from dbt_docsmith.reports import Estimate, NodeEstimate, Report
from dbt_docsmith.types import Proposal

OWN_TEXT = "(description)"
REQUESTED = "requested"
_WAYS: Mapping[str, str] = {"llm": REQUESTED, "cache": "stored", "doc_block": "doc block"}
_LEFT = "left to its owners"


class Way(Struct, frozen=True, kw_only=True):
    """Texts of a node that are come by alike. ``source``: the node they come from, where there is one."""

    name: str
    items: tuple[str, ...]
    source: str | None = None


class PreviewRow(Struct, frozen=True, kw_only=True):
    """One node of a dry run. ``cost_usd`` is the most that its requests may cost, None: not known."""

    unique_id: str
    file: str | None
    created: bool
    ways: tuple[Way, ...]
    requests: int
    prompt_tokens: int
    cost_usd: Decimal | None

    @property
    def missing(self) -> str:
        """``description, 3 columns``."""
        items = [item for way in self.ways for item in way.items]
        own = ["description"] if OWN_TEXT in items else []
        columns = len(items) - len(own)
        return ", ".join([*own, *([plural(columns, "column")] if columns else [])])

    @property
    def place(self) -> str:
        """``models/orders.yml (new)``."""
        return f"{self.file or '(no properties file)'}{' (new)' if self.created else ''}"


def preview_rows(report: Report) -> tuple[PreviewRow, ...]:
    """The nodes with something to write or to ask their owners, in the order of the report."""
    created = {file.path for file in report.files if file.created}
    estimates = {each.unique_id: each for each in (report.estimate or Estimate()).nodes}
    files = {each.unique_id: each.file for each in report.proposals}
    return tuple(
        _row(unique_id, files.get(unique_id), created, ways, estimates.get(unique_id))
        for unique_id, ways in _ways(report).items()
    )


def _row(
    unique_id: str, file: str | None, created: set[str], ways: tuple[Way, ...], estimate: NodeEstimate | None
) -> PreviewRow:
    estimate = estimate or NodeEstimate(unique_id=unique_id)
    return PreviewRow(
        unique_id=unique_id,
        file=file,
        created=file in created,
        ways=ways,
        requests=estimate.requests,
        prompt_tokens=estimate.prompt_tokens,
        cost_usd=estimate.cost_usd,
    )


def _ways(report: Report) -> Mapping[str, tuple[Way, ...]]:
    found: dict[str, dict[tuple[str, str | None], list[str]]] = {}
    for unique_id, way, source, item in _items(report):
        found.setdefault(unique_id, {}).setdefault((way, source), []).append(item)
    return {
        unique_id: tuple(
            Way(name=way, source=source, items=tuple(items)) for (way, source), items in by_way.items()
        )
        for unique_id, by_way in found.items()
    }


def _items(report: Report) -> Iterator[tuple[str, str, str | None, str]]:
    for each in report.proposals:
        way = _WAYS.get(each.origin, each.origin)
        block = f" in {{% docs {each.doc_block} %}}" if each.doc_block else ""
        yield each.unique_id, way, _source(each), f"{each.column or OWN_TEXT}{block}"
    for question in report.questions:
        yield question.unique_id, _LEFT, None, question.column or OWN_TEXT


def _source(proposal: Proposal) -> str | None:
    """The node an inherited text comes from: its columns mostly have the same names."""
    if proposal.origin != "inherited" or proposal.source is None:
        return None
    return named(proposal.source, None).rpartition(".")[0] or proposal.source
