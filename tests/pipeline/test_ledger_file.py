"""The ledger on disk: what a killed run, two runs at once and a merge leave of it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dbt_docsmith.pipeline.ledger_file import ATTRIBUTES, LedgerFile
from dbt_docsmith.provenance import MadeText, digest


def made(column: str, text: str = "words", node: str = "model.shop.orders") -> MadeText:
    return MadeText(node=node, column=column, text=digest(text), origin="llm", date="2026-11-21")


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    return LedgerFile(tmp_path)


def columns(ledger: LedgerFile) -> list[str | None]:
    return [entry.column for entry in ledger.read()]


def test_where_there_is_no_ledger_it_is_empty(ledger: LedgerFile) -> None:
    assert ledger.read() == ()
    assert not ledger.path.parent.exists()


def test_entries_are_kept_the_moment_they_are_added_and_sorted_at_the_end(ledger: LedgerFile) -> None:
    ledger.add([made("b")])
    ledger.add([made("a")])
    assert columns(ledger) == ["b", "a"]

    ledger.settle([made("b"), made("a")])

    assert columns(ledger) == ["a", "b"]
    assert ledger.path.with_name(".gitattributes").read_text() == ATTRIBUTES


def test_a_new_text_takes_the_place_of_all_that_was_said_of_it(ledger: LedgerFile) -> None:
    ledger.add([made("a", "old"), made("a", "older"), made("b")])
    ledger.add([made("a", "new")])

    ledger.settle([made("a", "new")])

    assert ledger.read() == (made("a", "new"), made("b"))


def test_what_could_not_be_written_is_taken_back(ledger: LedgerFile) -> None:
    ledger.add([made("a", "before")])
    ledger.add([made("a", "after"), made("b")])

    ledger.settle([made("b")], undone=[made("a", "after")])

    assert ledger.read() == (made("a", "before"), made("b"))


def test_a_torn_line_costs_nothing_but_itself(ledger: LedgerFile) -> None:
    ledger.add([made("a"), made("b")])
    ledger.path.write_bytes(ledger.path.read_bytes()[:-20])

    ledger.add([made("c")])

    assert columns(ledger) == ["a", "c"]
    ledger.settle([made("c")])
    assert len(ledger.path.read_bytes().splitlines()) == 2


def test_what_is_forgotten_is_gone_and_nothing_else(ledger: LedgerFile) -> None:
    ledger.add([made("a"), made("a", "double"), made("b")])

    ledger.forget([made("a")])

    assert ledger.read() == (made("a", "double"), made("b"))


def test_a_second_time_nothing_is_written(ledger: LedgerFile) -> None:
    ledger.add([made("a")])
    ledger.settle([made("a")])
    before = ledger.path.stat()

    ledger.settle([made("a")])

    assert (ledger.path.stat().st_ino, ledger.path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


RUN = """
    import sys
    from pathlib import Path
    from dbt_docsmith.pipeline.ledger_file import LedgerFile
    from dbt_docsmith.provenance import MadeText
    name, file = sys.argv[1], LedgerFile(Path(sys.argv[2]))
    made = [MadeText(node=name, column=f"c{n:02}", text="t", origin="llm", date="2026-11-21") for n in range(20)]
    for entry in made:
        file.add([entry])
    file.settle(made)
"""


def test_what_two_runs_at_once_make_is_all_kept(ledger: LedgerFile, tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(RUN)]
    runs = [subprocess.Popen([*command, name, str(tmp_path)]) for name in ("one", "two")]
    assert [run.wait() for run in runs] == [0, 0]

    assert [entry.node for entry in ledger.read()] == ["one"] * 20 + ["two"] * 20
    assert columns(ledger) == [f"c{n:02}" for n in range(20)] * 2
