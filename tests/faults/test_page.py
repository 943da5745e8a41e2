"""docs/faults.md says what the rows of the table say, and the rows are tried with every provider."""

from __future__ import annotations

from tests.envelopes.providers import SERVED
from tests.faults.page import PAGE, tables, with_tables
from tests.faults.table import ASKED_TWICE

from dbt_docsmith.llm.providers import SPECS


def test_the_page_holds_each_table_as_it_is_tested() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "python -m tests.faults.page writes them anew"
    assert [table for table in tables().values() if table not in page] == []


def test_the_page_quotes_what_stands_behind_every_answer_that_failed() -> None:
    assert ASKED_TWICE in PAGE.read_text(encoding="utf-8").replace("\n", " ").replace("  ", " ")


def test_every_provider_that_has_a_wire_is_tried() -> None:
    assert {served.name for served in SERVED} == {name for name, spec in SPECS.items() if not spec.offline}
