"""The page as text: it loads nothing, runs nothing of the project's, and holds the report as it is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.cli.user import RULES, User, reported
from tests.report.html.pages import HOSTILE, hostile_report, large_report

from dbt_docsmith.report.html.page import document_page
from dbt_docsmith.report.json import document_json


class Elements(HTMLParser):
    """The elements of a page as a browser would see them, with what stands in those that hold no markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style") and data.strip():
            self.raw.append(data)


def data_in(page: str) -> Any:
    """What the page's script reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_hostile_texts_add_no_element_and_arrive_whole() -> None:
    page, plain = document_page(hostile_report()), document_page(large_report(1, 1))
    assert [tag for tag, _ in Elements(page).found] == [tag for tag, _ in Elements(plain).found]
    shown = data_in(page)
    assert shown["report"]["proposals"][0]["description"] == HOSTILE
    assert shown["to_decide"]["proposals"][0]["text"] == HOSTILE
    assert shown["project"] == HOSTILE


def test_its_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    page = Elements(document_page(hostile_report()))
    [policy] = [
        attrs["content"] for tag, attrs in page.found if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    style, _data, script = page.raw
    assert policy is not None
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{sha256(style)}'",
        f"script-src 'sha256-{sha256(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_it_refers_to_nothing_outside_itself() -> None:
    page = document_page(large_report(2, 2))
    links = [
        value for _, attrs in Elements(page).found for name, value in attrs.items() if name in ("src", "href")
    ]
    assert links == ["data:,", "#texts"]
    assert not re.search(
        r"https?:|//\w|url\(|@import|fetch\(|XMLHttp|innerHTML|insertAdjacent|eval\(", page.replace("// ", "")
    )


def test_it_holds_the_report_as_the_json_has_it() -> None:
    report = large_report(3, 4)
    expected = json.loads(document_json(report))
    del expected["diff"]
    assert data_in(document_page(report))["report"] == expected


def test_its_script_makes_markup_of_nothing() -> None:
    _style, _data, script = Elements(document_page(large_report(1, 1))).raw
    assert "</" not in script
    assert "<!--" not in script


@pytest.mark.parametrize(
    ("args", "state", "decides"),
    [
        (["--dry-run"], "A dry run", False),
        (["--diff"], "Nothing is written yet", True),
        (["--save-proposals", "p.yml"], "Nothing is written yet", True),
        ([], "The project's files hold these texts now", False),
    ],
)
def test_there_is_something_to_decide_only_where_nothing_was_written(
    user: User, tmp_path: Path, args: list[str], state: str, decides: bool
) -> None:
    given = [str(tmp_path / arg) if arg.endswith(".yml") else arg for arg in args]
    report = reported(user, *RULES, *given, "--report", tmp_path / "run.html")
    shown = data_in((tmp_path / "run.html").read_text(encoding="utf-8"))
    assert shown["state"].startswith(state)
    assert (shown["to_decide"] is not None) == decides
    assert shown["report"] == {name: value for name, value in report.items() if name != "diff"}
    assert "diff --git " in shown["diff"]


def test_what_was_written_is_shown_as_one_diff(user: User, tmp_path: Path) -> None:
    patch = user(*RULES, "--diff").out
    user(*RULES, "--threads", "2", "--report", tmp_path / "run.html")
    assert data_in((tmp_path / "run.html").read_text(encoding="utf-8"))["diff"] == patch


def test_what_apply_wrote_is_shown_too(user: User, tmp_path: Path) -> None:
    user(*RULES, "--save-proposals", tmp_path / "p.yml")
    applied = reported(user, "apply", tmp_path / "p.yml", "--report", tmp_path / "run.html")
    shown = data_in((tmp_path / "run.html").read_text(encoding="utf-8"))
    assert (shown["report"], shown["to_decide"]) == (applied, None)
