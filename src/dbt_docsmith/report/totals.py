"""The sums of a run, as a person reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from dbt_docsmith.reports import CheckReport, Coverage, Estimate, ModelUsage, Report, UsageTotals
from dbt_docsmith.types import Proposal

_LEAST_SHOWN = Decimal("0.0001")


def summary(report: Report) -> str:
    """The last lines: texts, files, coverage, requests and tokens."""
    return "\n".join([*_texts(report), *_writers(report), *_coverage(report), *persisted(report), *spent(report)])


def headline(report: Report) -> str:
    """``3 descriptions written in 2 files: 1 inherited, 2 made``."""
    return next(_texts(report))


def stats_lines(report: Report) -> str:
    """What went over the wire, and where it went, also where that is nothing; a line for each model of several."""
    cached = f"{report.usage.cached_prompt_tokens:,} of them in the provider's cache"
    whole = f"{report.provider} {report.model} at {report.host}: {_usage(report.usage)} (prompt tokens: {cached})"
    several = report.usage.by_model if len(report.usage.by_model) > 1 else ()
    return "\n".join([whole, *(f"  {each.provider} {each.model}: {_tokens(each)}" for each in several)])


def coverage_line(coverage: Coverage) -> str:
    """``16/26 (61 %) of nodes, 38/84 (45 %) of columns documented``; percents are rounded down."""
    return f"{share(coverage.nodes)} of nodes, {share(coverage.columns)} of columns documented"


def check_lines(report: CheckReport) -> list[str]:
    """``3 descriptions missing``, the coverage, and what it was measured by."""
    what = "new description" if report.new_only else "description"
    covered = f"{coverage_line(report.coverage)} ({report.columns_from} columns)"
    return [f"{plural(len(report.missing), what)} missing", covered, *threshold_lines(report)]


def threshold_lines(report: CheckReport) -> list[str]:
    """What the coverage was measured by, in words."""
    documented, whole = (sum(pair) for pair in zip(report.coverage.nodes, report.coverage.columns, strict=True))
    wanted = [
        f"{_percent(documented, whole)} % of all, at least {least:g} % wanted"
        for least in report.thresholds.values()
    ]
    return wanted + ([f"before: {coverage_line(report.before)}"] if report.before else [])


def named(unique_id: str, column: str | None) -> str:
    """``model.shop.orders.status``, or the node's unique id alone."""
    return f"{unique_id}.{column}" if column else unique_id


def short_name(unique_id: str, column: str | None) -> str:
    """``orders.status``, ``webshop.orders.id``, ``catalogue.v2``: without the resource type and the package."""
    return named(unique_id.split(".", 2)[-1], column)


def plural(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _texts(report: Report) -> Iterator[str]:
    counts = report.counts
    ways = {
        "inherited": counts.inherited,
        "requested"
        if report.dry_run and report.command == "document" and report.provider != "rules"
        else "made": counts.generated,
        "stored": counts.cached,
        "glossary": counts.glossary,
        "doc blocks": counts.doc_block,
    }
    said = ", ".join(f"{number:,} {way}" for way, number in ways.items() if number)
    texts = f"{plural(len(report.proposals), 'description')} {_verb(report)} {plural(len(report.files), 'file')}"
    yield f"{texts}: {said}" if said else texts
    rest = {
        "there already": counts.present,
        "refused": counts.refused,
        "failed": counts.failed,
        "left for their owners to answer": counts.abstained,
    }
    if left := ", ".join(f"{number:,} {what}" for what, number in rest.items() if number):
        yield left


def _writers(report: Report) -> Iterator[str]:
    """Whose texts they are, where they are more than one's."""
    texts = [_writer(each) for each in report.proposals if each.provider]
    writers = Counter(texts).most_common()
    if len(writers) > 1:
        yield "by " + ", ".join(f"{name} ({number:,})" for name, number in writers)


def _writer(proposal: Proposal) -> str:
    return " ".join(dict.fromkeys((proposal.provider or "", proposal.model or "")))


def _verb(report: Report) -> str:
    if report.dry_run:
        return "to write in"
    return "written in" if report.diff is None and not report.saved else "made, none written, for"


def _coverage(report: Report) -> Iterator[str]:
    if report.coverage:
        yield f"before: {coverage_line(report.coverage.before)}"
        yield f"after:  {coverage_line(report.coverage.after)}"


def share(counted: tuple[int, int]) -> str:
    """``16/26 (61 %)``, rounded down."""
    documented, whole = counted
    percent = 100 * documented // whole if whole else 100
    return f"{documented:,}/{whole:,} ({percent} %)"


def persisted(report: Report) -> Iterator[str]:
    """What dbt will build because of these texts, where they go to the warehouse."""
    if (found := report.persisted) is not None:
        yield (
            f"persist_docs is on for {plural(found.nodes, 'node')} of these: state:modified+ will select "
            f"{found.selected:,} for that, tests included, and build {found.built:,}"
        )


def _percent(documented: int, whole: int) -> str:
    """Rounded down, so that nothing unfinished looks whole."""
    return f"{(1000 * documented // whole) / 10 if whole else 100:g}"


def spent(report: Report) -> Iterator[str]:
    """What went over the wire, or would go."""
    if report.estimate is not None:
        yield from _estimate(report.estimate, report)
    elif report.usage.requests:
        yield _usage(report.usage)
    if report.obstacle is not None:
        yield f"a real run would end here: {report.obstacle}"


def _estimate(estimate: Estimate, report: Report) -> Iterator[str]:
    if not estimate.requests_most:
        yield "nothing would be sent"
        return
    most = f", at most {estimate.requests_most:,}" if estimate.requests_most != estimate.requests else ""
    where = report.host or "no host: no provider is ready"
    yield f"{plural(estimate.requests, 'request')}{most}, to {where}"
    answers = f"at most {estimate.max_completion_tokens:,} answer tokens"
    most_cost = "at most " if estimate.cost_usd else ""
    yield f"about {estimate.prompt_tokens:,} prompt tokens, {answers}, {most_cost}{money(estimate.cost_usd)}"
    yield from (f"that is {each}: the run would stop there" for each in estimate.over_budget)


def _usage(usage: UsageTotals) -> str:
    again = f" ({usage.retries:,} again)" if usage.retries else ""
    unsettled = f", perhaps {money(usage.unsettled_usd)} more" if usage.unsettled_usd else ""
    return _tokens(usage, again) + unsettled


def _tokens(usage: UsageTotals | ModelUsage, again: str = "") -> str:
    return (
        f"{plural(usage.requests, 'request')}{again}, {usage.prompt_tokens:,} prompt tokens, "
        f"{usage.completion_tokens:,} answer tokens, {money(usage.cost_usd)}"
    )


def money(cost: Decimal | None) -> str:
    """``$0.0123``, ``price unknown``."""
    if cost is None:
        return "price unknown"
    if 0 < cost < _LEAST_SHOWN:
        return f"less than ${_LEAST_SHOWN}"
    return f"${cost:.2f}" if cost >= 1 or not cost else f"${cost:.4f}"
