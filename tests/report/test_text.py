from typing import Any

import pytest
from msgspec.structs import replace

from dbt_docsmith.report.text import beside_texts, check_text, document_text, place
from dbt_docsmith.reports import CheckReport, Coverage, FileReport, Missing, Report
from dbt_docsmith.types import Failure, Origin, Proposal, Question

ORDERS = "model.shop.orders"
FILE = "models/orders.yml"
LONG = "Whether the customer ticked the newsletter box; may be withdrawn at any time."


def made(column: str | None, text: str | None, origin: Origin = "llm", **fields: Any) -> Proposal:
    known = {"unique_id": ORDERS, "source": "openai:m", "file": FILE, **fields}
    return Proposal(column=column, description=text, origin=origin, **known)


def report(**fields: Any) -> Report:
    return Report(command="document", exit_code=0, **fields)


def failed(column: str | None, message: str = "it is empty", error: str = "AnswerError") -> Failure:
    return Failure(unique_id=ORDERS, column=column, error=error, message=message)


def test_each_text_stands_beside_how_it_was_come_by() -> None:
    proposals = (
        made(None, "One row a purchase."),
        made("id", "The order's number.", "inherited", source="source.shop.web.orders.id"),
        made("customer_id", "{{ doc('customer_id') }}", "doc_block"),
        made("vat", "In cents.", "glossary"),
        made("paid_at", "When it was paid.", "cache"),
        made("kind", "One of: a, b.", "rules"),
        made("id", "The till's number.", unique_id="model.shop.tills", file="models/tills.yml"),
    )
    assert document_text(report(proposals=proposals)).splitlines()[:9] == [
        "model.shop.orders -> models/orders.yml",
        "  (description)  made       One row a purchase.",
        "  id             inherited  The order's number.",
        "  customer_id    doc block  {{ doc('customer_id') }}",
        "  vat            glossary   In cents.",
        "  paid_at        stored     When it was paid.",
        "  kind           rules      One of: a, b.",
        "model.shop.tills -> models/tills.yml",
        "  id  made       The till's number.",
    ]


def test_new_files_are_marked_and_the_home_of_doc_blocks_is_named() -> None:
    told = replace(made("id", "The order's number."), doc_block="id")
    files = (
        FileReport(path="models/_docs.md", repo_path="models/_docs.md", created=True, descriptions=1),
        FileReport(path="models/orders.yml", repo_path="models/orders.yml", created=True, descriptions=1),
    )
    assert document_text(report(proposals=(told,), files=files)).splitlines()[:3] == [
        "model.shop.orders -> models/orders.yml (new)",
        "  id  made       {% docs id %} The order's number.",
        "Doc blocks -> models/_docs.md (new): 1",
    ]


def test_where_several_wrote_it_says_whose_texts_they_are() -> None:
    openai = {"provider": "openai", "model": "gpt-x"}
    alone = (made(None, "One row a purchase.", **openai), made("id", "The number.", "inherited"))
    assert "by openai" not in document_text(report(proposals=alone))
    rules = made("kind", "One of: a, b.", "rules", provider="rules", model="rules")
    both = (*alone, made("vat", "In cents.", **openai), rules)
    assert "by openai gpt-x (2), rules (1)" in document_text(report(proposals=both)).splitlines()


def test_texts_are_cut_to_the_terminal_and_kept_whole_elsewhere() -> None:
    whole = report(proposals=(made("has_marketing_consent", LONG), made("id", "Short.")))
    cut = document_text(whole, 80).splitlines()
    assert cut[1] == "  has_marketing_consent  made       Whether the customer ticked the newsletter…"
    assert len(cut[1]) == 79
    assert cut[2] == "  id                     made       Short."
    assert document_text(whole).splitlines()[1].endswith(LONG)


@pytest.mark.parametrize("text", ["one\ntwo", "one \t two", "one\x1b[2Jtwo", "one\r\ntwo"])
def test_no_text_speaks_to_the_terminal(text: str) -> None:
    told = report(
        proposals=(made("id", text),),
        questions=(Question(unique_id=ORDERS, column="id", question=text),),
        failures=(failed("id", text),),
    )
    lines = document_text(told).splitlines()
    assert len([line for line in lines if "one" in line]) == 3
    assert not [line for line in lines if not line.isprintable()]


def test_an_error_is_told_once_however_many_texts_it_cost() -> None:
    failures = (
        *(failed(f"c{number}") for number in range(40)),
        failed(None, "the file is read-only", "WriteError"),
    )
    assert beside_texts(report(failures=failures)).splitlines()[:5] == [
        "Failed:",
        "  AnswerError (40 times): it is empty",
        "    model.shop.orders.c0, model.shop.orders.c1, model.shop.orders.c2 and 37 more",
        "  WriteError: the file is read-only",
        "    model.shop.orders",
    ]


def test_notes_name_a_few_columns_and_count_the_rest() -> None:
    told = beside_texts(report(unconfirmed=tuple("abcde"), undeclared=("x", "y")))
    assert "nobody was asked about: a, b, c and 2 more" in told
    assert "the contract is enforced there: x, y\n" in told


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [(FILE, 3, "models/orders.yml:3"), (FILE, None, FILE), (None, None, "(no properties file)")],
)
def test_a_place_is_what_is_known_of_it(file: str | None, line: int | None, told: str) -> None:
    assert place(file, line) == told


def missing(number: int) -> Missing:
    return Missing(unique_id=ORDERS, column=f"c{number}", file=FILE, line=number)


def check_report(**fields: Any) -> CheckReport:
    coverage = Coverage(nodes=(1, 2), columns=(3, 4))
    return CheckReport(exit_code=1, columns_from="declared", coverage=coverage, **fields)


def test_check_names_each_place_as_editors_read_it() -> None:
    assert check_text(check_report(missing=(missing(7),))).splitlines() == [
        "models/orders.yml:7: model.shop.orders.c7 has no description",
        "1 description missing",
        "1/2 (50 %) of nodes, 3/4 (75 %) of columns documented (declared columns)",
    ]


def test_check_stops_listing_at_some_point() -> None:
    lines = check_text(check_report(missing=tuple(missing(number) for number in range(250)))).splitlines()
    assert lines[200] == "... and 50 more (--format json lists all)"
    assert lines[201] == "250 descriptions missing"


def test_check_says_what_it_was_measured_against() -> None:
    told = check_text(check_report(thresholds={"min_coverage": 80.0}))
    assert told.endswith("\n66.6 % of all, at least 80 % wanted")
    empty = CheckReport(exit_code=0, columns_from="known", coverage=Coverage(), thresholds={"min_coverage": 99.5})
    assert check_text(empty).endswith("\n100 % of all, at least 99.5 % wanted")
