from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from dbt_docsmith.report.totals import coverage_line, stats_lines, summary
from dbt_docsmith.reports import (
    Counts,
    Coverage,
    CoverageChange,
    Estimate,
    FileReport,
    ModelUsage,
    Report,
    UsageTotals,
)
from dbt_docsmith.types import Proposal

TEXT = Proposal(unique_id="m", column=None, description="A text.", origin="llm", source=None, file="m.yml")
FILES = (FileReport(path="m.yml", repo_path="m.yml", created=False, descriptions=3),)
COUNTS = Counts(inherited=1, generated=2)


def lines(**fields: Any) -> list[str]:
    known = {"proposals": (TEXT,) * 3, "files": FILES, "counts": COUNTS, **fields}
    return summary(Report(command="document", exit_code=0, **known)).splitlines()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "3 descriptions written in 1 file: 1 inherited, 2 made"),
        ({"diff": ""}, "3 descriptions made, none written, for 1 file: 1 inherited, 2 made"),
        ({"dry_run": True}, "3 descriptions to write in 1 file: 1 inherited, 2 requested"),
        ({"dry_run": True, "provider": "rules"}, "3 descriptions to write in 1 file: 1 inherited, 2 made"),
        ({"proposals": (), "files": (), "counts": Counts()}, "0 descriptions written in 0 files"),
        (
            {"counts": Counts(cached=1200, glossary=1, doc_block=2)},
            "3 descriptions written in 1 file: 1,200 stored, 1 glossary, 2 doc blocks",
        ),
    ],
)
def test_the_first_line_counts_texts_by_how_they_were_come_by(fields: dict[str, Any], told: str) -> None:
    assert lines(**fields) == [told]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (Counts(failed=2), "2 failed"),
        (Counts(abstained=1), "1 left for their owners to answer"),
        (Counts(failed=2, abstained=1), "2 failed, 1 left for their owners to answer"),
    ],
)
def test_what_is_left_is_counted(counts: Counts, told: str) -> None:
    assert lines(counts=counts)[1] == told


def test_percents_are_rounded_down_and_nothing_is_all_documented() -> None:
    told = coverage_line(Coverage(nodes=(1999, 2000), columns=(0, 0)))
    assert told == "1,999/2,000 (99 %) of nodes, 0/0 (100 %) of columns documented"


def test_coverage_is_told_before_and_after() -> None:
    change = CoverageChange(columns_from="declared", before=Coverage(nodes=(0, 1)), after=Coverage(nodes=(1, 1)))
    assert lines(coverage=change)[1:] == [
        "before: 0/1 (0 %) of nodes, 0/0 (100 %) of columns documented",
        "after:  1/1 (100 %) of nodes, 0/0 (100 %) of columns documented",
    ]


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (None, "price unknown"),
        (Decimal(0), "$0.00"),
        (Decimal("0.00003"), "less than $0.0001"),
        (Decimal("0.00317"), "$0.0032"),
        (Decimal("12.3456"), "$12.35"),
    ],
)
def test_money_is_told_as_far_as_it_is_known(cost: Decimal | None, told: str) -> None:
    usage = UsageTotals(requests=12, retries=2, prompt_tokens=34567, completion_tokens=89, cost_usd=cost)
    assert lines(usage=usage)[1] == f"12 requests (2 again), 34,567 prompt tokens, 89 answer tokens, {told}"


def test_a_dry_run_foretells_what_would_be_sent_where() -> None:
    estimate = Estimate(requests=3, requests_most=6, prompt_tokens=2000, max_completion_tokens=12288)
    assert lines(estimate=estimate, host="api.openai.com")[1:] == [
        "3 requests, at most 6, to api.openai.com",
        "about 2,000 prompt tokens, at most 12,288 answer tokens, price unknown",
    ]
    assert lines(estimate=estimate)[1] == "3 requests, at most 6, to no host: no provider is ready"
    assert lines(estimate=Estimate(), host="offline")[1:] == ["nothing would be sent"]


def test_a_dry_run_says_which_limits_would_stop_it() -> None:
    over = ("more than --max-requests allows (2)", "perhaps more than --max-cost allows ($0.10)")
    estimate = Estimate(requests=3, requests_most=3, cost_usd=Decimal("0.25"), over_budget=over)
    assert lines(estimate=estimate, host="h")[2:] == [
        "about 0 prompt tokens, at most 0 answer tokens, at most $0.2500",
        "that is more than --max-requests allows (2): the run would stop there",
        "that is perhaps more than --max-cost allows ($0.10): the run would stop there",
    ]


def test_what_may_have_been_billed_without_an_answer_is_told_beside_the_cost() -> None:
    usage = UsageTotals(requests=2, cost_usd=Decimal("1.5"), unsettled_usd=Decimal("0.04"))
    assert lines(usage=usage)[1].endswith("$1.50, perhaps $0.0400 more")


def test_the_statistics_have_a_line_for_each_model_of_several() -> None:
    asked = [
        ModelUsage(provider="openai", model="m", requests=2, prompt_tokens=30, cost_usd=Decimal("0.5")),
        ModelUsage(provider="groq", model="n", requests=1, completion_tokens=4, cost_usd=None),
    ]
    usage = UsageTotals(requests=3, prompt_tokens=30, completion_tokens=4, by_model=tuple(asked))
    report = Report(command="document", exit_code=0, provider="openai", model="m", host="h", usage=usage)
    assert stats_lines(report).splitlines()[1:] == [
        "  openai m: 2 requests, 30 prompt tokens, 0 answer tokens, $0.5000",
        "  groq n: 1 request, 0 prompt tokens, 4 answer tokens, price unknown",
    ]
    alone = structs.replace(report, usage=structs.replace(usage, by_model=usage.by_model[:1]))
    assert len(stats_lines(alone).splitlines()) == 1
