"""What a run came to, as a comment on a pull request."""

from __future__ import annotations

from tests.report.test_text import made, report

from dbt_docsmith.report.document_markdown import MARK, document_markdown
from dbt_docsmith.reports import Coverage, CoverageChange, Estimate
from dbt_docsmith.types import Failure, Question

LONGEST_COMMENT = 65_536


def test_it_begins_with_a_mark_and_the_sums() -> None:
    lines = document_markdown(report(proposals=(made("id", "The number."),))).splitlines()
    assert lines[0] == MARK
    assert lines[1].startswith("### dbt-docsmith: 1 description written in ")


def test_coverage_stands_before_and_after() -> None:
    change = CoverageChange(
        columns_from="declared",
        before=Coverage(nodes=(1, 4), columns=(2, 8)),
        after=Coverage(nodes=(4, 4), columns=(7, 8)),
    )
    text = document_markdown(report(coverage=change))
    assert "| nodes | 1/4 (25 %) | 4/4 (100 %) |\n| columns (declared) | 2/8 (25 %) | 7/8 (87 %) |" in text


def test_each_text_stands_with_its_origin_in_a_table_of_its_file() -> None:
    proposals = (
        made("id", "The number.", "inherited", source="source.shop.web.orders.id"),
        made(None, None, file="models/tills.yml", unique_id="model.shop.tills.v2"),
        made("kind", "One of: `a`, `b|c`."),
    )
    assert document_markdown(report(proposals=proposals)).splitlines()[-17:] == [
        "<details><summary>Texts</summary>",
        "",
        "",
        "**`models/orders.yml`**",
        "",
        "|  | how | text |",
        "| --- | --- | --- |",
        "| `orders.id` | inherited from `source.shop.web.orders.id` | The number. |",
        "| `orders.kind` | made | One of: `a`, `b\\|c`. |",
        "",
        "**`models/tills.yml`**",
        "",
        "|  | how | text |",
        "| --- | --- | --- |",
        "| `tills.v2` | requested |  |",
        "",
        "</details>",
    ]


def test_a_text_can_neither_mark_up_the_comment_nor_mention_anybody() -> None:
    hostile = "</details> ![x](https://a.test/x.png) | @everyone <script> *b* `unclosed"
    [row] = [
        line
        for line in document_markdown(report(proposals=(made("id", hostile),))).splitlines()
        if "x.png" in line
    ]
    text = row.split(" | ", 2)[2]
    assert "\\<script\\>" in text
    assert "\\!\\[x\\]" in text
    assert "@" not in text
    assert "\\`unclosed" in text
    assert " | " not in text.removesuffix(" |")


def test_questions_can_be_ticked_off_and_failures_are_told() -> None:
    asked = Question(unique_id="model.shop.orders", column="kind", question="Which kinds are there?")
    failed = Failure(unique_id="model.shop.orders", column=None, error="AnswerError", message="it is empty")
    text = document_markdown(report(questions=(asked,), failures=(failed,)))
    assert "**Questions for the owners**\n\n- [ ] `model.shop.orders.kind`: Which kinds are there?" in text
    assert "**Failed**\n\n- `model.shop.orders`: AnswerError: it is empty" in text


def test_a_dry_run_tells_what_would_be_sent_where() -> None:
    text = document_markdown(report(dry_run=True, host="api.test", estimate=Estimate(requests=2, requests_most=4)))
    assert "2 requests, at most 4, to api.test" in text


def test_it_fits_in_a_comment_however_much_there_is() -> None:
    texts = tuple(made(f"c{number}", "word " * 40) for number in range(2000))
    asked = tuple(Question(unique_id="m.s.o", column=f"c{number}", question="what " * 9) for number in range(900))
    text = document_markdown(report(proposals=texts, questions=asked))
    assert len(text) < LONGEST_COMMENT
    assert text.count("more lines") == 2
    assert text.endswith("</details>")
