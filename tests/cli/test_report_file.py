"""`--report FILE`: the result once more, in the format that the file's name ends in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.user import RULES, User

DRY = (*RULES, "--dry-run")


@pytest.mark.parametrize(
    ("command", "name", "form"),
    [
        (DRY, "run.md", "markdown"),
        (DRY, "run.txt", "text"),
        (("check",), "check.md", "markdown"),
        (("check",), "check.sarif", "sarif"),
        (("check",), "check.JSON", "json"),
    ],
)
def test_it_holds_what_the_format_prints(
    user: User, tmp_path: Path, command: tuple[str, ...], name: str, form: str
) -> None:
    file = tmp_path / name
    text = user(*command, "--report", file).out
    assert file.read_text(encoding="utf-8") == user(*command, "--format", form).out
    assert text == user(*command).out


def test_a_job_has_its_summary_and_its_numbers_from_one_run(user: User, tmp_path: Path) -> None:
    summary = tmp_path / "run.md"
    user(*DRY, "--report", summary, "--report", tmp_path / "run.json")
    assert summary.read_text().startswith("<!-- dbt-docsmith document -->\n")
    assert json.loads((tmp_path / "run.json").read_text())["command"] == "document"


def test_a_name_that_says_no_format_ends_it_before_anything_is_done(user: User, tmp_path: Path) -> None:
    said = user(*DRY, "--report", tmp_path / "run.pdf")
    assert said.code == 2
    assert "end it in .json .md .txt" in said.error
    assert ".sarif" in user("check", "--report", "x").error


def test_a_place_that_cannot_be_written_ends_it_before_anything_is_done(user: User, tmp_path: Path) -> None:
    said = user(*DRY, "--report", tmp_path / "nowhere" / "run.md")
    assert said.code == 2
    assert said.error.endswith("no file can be written there; name another")
