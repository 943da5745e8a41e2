"""Answers that would break YAML, Jinja or a reader: each is written so that dbt gives it back, or is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.answers import AGAIN, saying, user_message
from tests.pipeline.shop import copy_shop, texts
from tests.wire_server import Body, Reply, WireServer, asked_columns

from dbt_docsmith.reports import Report

WRITTEN = (
    "Renders {{ config(materialized='table') }} and {% if true %} as they stand {# not a comment #}.",
    "Says {{ doc('customer_id') }} without meaning it.",
    "Ends a block: {% endraw %} or }} or %} or #} whatever.",
    "Opens {{ '{{' }} twice and {{{ thrice.",
    "Holds \"double\" and 'single' quotes: the buyer's, that is.",
    "Is open when # is no comment, key: value, and a colon ends it: so",
    "- begins like a list",
    "? begins like a key",
    "& begins like an anchor, * like an alias, ! like a tag",
    "@ begins like nothing and % like a directive",
    "| begins like a block",
    "> begins like a folded one",
    "[begins like a flow, {it: is} none]",
    "Holds a backslash \\ and \\n, \\u0041, C:\\temp\\",
    "First paragraph of the two.\n\nSecond paragraph: with a colon.",
    "States are:\n\n- open\n- shut # for good\n- {{ ajar }}",
    "Windows lines.\r\n\r\nAnd another.",
    "  Blanks around and\ttabs   within.  ",
    "Grüße aus Köln 🎉 — 日本語, עברית and “curly” quotes.",
    "Is 100 % of 'it''s' own, ~null, yes and 0x1F.",
    "Three dashes\n\n---\n\nand three dots\n\n...\n\nin one text.",
    "A long line " + "that goes on and on " * 21 + "to here.",
    "2024-01-01",
    "1e3 of them",
    "`code with {{ braces }}` and $env ${var} <b>bold</b> &amp; co.",
)
REFUSED = (
    "x" * 60_000,
    "A word and another. " * 3_000,
    "Holds a null \x00 byte.",
    "Rings \x07 a bell and \x1b[31mpaints it red.",
    "Turns \u202e around.",
    "Parts \u2028 lines.",
    "Sure! Here is the description you asked for.",
    "```yaml\ndescription: x\n```",
    "",
    "   ",
    "The customer who",
    "\ud800 alone",
    "---",
)


class Attack:
    """One run in which every column got the next hostile text, and what real dbt makes of the project then."""

    def __init__(self, folder: Path, server: WireServer) -> None:
        self._next = count()
        self.said: dict[str, str] = {}
        server.respond = self._attack
        self.shop = copy_shop(folder, server.base_url)
        self.report: Report = self.shop.document(provider="openai", threads=1)
        self.written = self.shop.files()
        self.shop.dbt("parse")
        manifest = json.loads((self.shop.root / "target" / "manifest.json").read_bytes())
        self.nodes: dict[str, Any] = manifest["nodes"] | manifest["sources"]

    def _attack(self, body: Body) -> Reply:
        own = "One row a {{ purchase }}: 'so' says \"who\" # knows."
        if AGAIN in user_message(body):
            return saying(own, {name: REFUSED[next(self._next) % len(REFUSED)] for name in asked_columns(body)})
        everything = WRITTEN + REFUSED
        return saying(own, {name: everything[next(self._next) % len(everything)] for name in asked_columns(body)})

    def shown(self, unique_id: str, column: str | None) -> str:
        """A description as dbt has it."""
        node = self.nodes[unique_id]
        if column is None:
            return str(node["description"])
        columns = {name.lower(): each for name, each in node["columns"].items()}
        return str(columns[column.lower()]["description"])


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    with WireServer() as server:
        yield Attack(tmp_path_factory.mktemp("attack"), server)


def test_dbt_shows_each_text_as_it_was_said(attack: Attack) -> None:
    made = {key: text for key, text in texts(attack.report).items() if text and "{{ doc('c" not in text[:12]}
    shown = {key: attack.shown(*key).rstrip("\n") for key in made}
    assert shown == {key: text.rstrip("\n") for key, text in made.items()}
    assert len([text for text in made.values() if "{" in text]) > 10


def test_what_is_hostile_and_still_a_text_is_written(attack: Attack) -> None:
    said = {" ".join(text.split()) for text in texts(attack.report).values() if text}
    assert [text for text in WRITTEN if " ".join(text.split()) not in said] == []


def test_what_is_no_text_is_refused(attack: Attack) -> None:
    refused = {(each.unique_id, each.column) for each in attack.report.failures}
    assert len(refused) > 5
    assert {each.error for each in attack.report.failures} == {"AnswerError"}
    assert attack.report.exit_code == 1
    assert refused.isdisjoint(texts(attack.report))
    assert max(len(text or "") for text in texts(attack.report).values()) <= 500


def test_a_reason_is_one_short_line(attack: Attack) -> None:
    assert all(len(each.message) < 200 and each.message.isprintable() for each in attack.report.failures)


def test_what_was_written_is_read_back_as_written(attack: Attack) -> None:
    missing = {(each.unique_id, each.column) for each in attack.shop.check().missing}
    assert missing.isdisjoint(texts(attack.report))


def test_a_prompt_shows_what_was_said_and_not_how_it_is_escaped(attack: Attack, tmp_path: Path) -> None:
    with WireServer() as server:
        again = copy_shop(tmp_path, server.base_url, project=attack.shop.root)
        again.document(provider="openai", overwrite=True, only="columns")
        prompts = [user_message(body) for body in server.bodies]
    assert [prompt for prompt in prompts if "One row a {{ purchase }}: 'so' says" in prompt]
    escaped = ("{{ '{%' }}", "{{ '{#' }}", "{{ '{{' }} purchase")
    assert not [prompt for prompt in prompts for each in escaped if each in prompt]
