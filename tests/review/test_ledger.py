"""What the ledger holds, what a merge may leave in it, and when the ground of a text has changed."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_docsmith.provenance import Ground, MadeText, digest
from dbt_docsmith.review.ledger import Ledger, parse_ledger, render_ledger

ORDERS = "model.shop.orders"
GROUND = Ground(sql="s1", tests="t1", columns="c1")


def made(text: str = "One row per order.", **more: Any) -> MadeText:
    facts = {"node": ORDERS, "origin": "llm", "date": "2026-11-21", "ground": GROUND, **more}
    return MadeText(text=digest(text), **facts)


def test_what_is_written_is_read_again_sorted_and_once() -> None:
    entries = [made(column="b"), made(column="a", added=True), made(), made()]

    content = render_ledger(entries)

    assert [entry.column for entry in parse_ledger(content)] == [None, "a", "b"]
    assert content.count(b"\n") == 3
    assert render_ledger(parse_ledger(content)) == content


def test_the_prose_is_not_in_it() -> None:
    assert b"order." not in render_ledger([made()])


@pytest.mark.parametrize("line", [b"<<<<<<< ours", b'{"node":"model.shop.or', b"", b"[]", b'{"node": 1}', b"\xff"])
def test_a_line_that_is_no_entry_is_passed_over(line: bytes) -> None:
    content = render_ledger([made(column="a")]) + line + b"\n" + render_ledger([made(column="b")])

    assert [entry.column for entry in parse_ledger(content)] == ["a", "b"]


def test_what_a_later_version_adds_to_a_line_does_no_harm() -> None:
    content = render_ledger([made()]).replace(b'"date"', b'"later":{"a":1},"date"')

    assert parse_ledger(content) == (made(),)


def test_a_text_is_the_same_however_it_is_laid_out() -> None:
    ledger = Ledger([made("One row per order, kept for ever.")])

    assert ledger.is_made((ORDERS, None), "One row per order,\n  kept for ever.\n")
    assert not ledger.is_made((ORDERS, None), "One row per order, kept a year.")


@pytest.mark.parametrize(
    ("origin", "machine"),
    [
        ("llm", True),
        ("cache", True),
        ("rules", True),
        ("inherited", True),
        ("glossary", False),
        ("doc_block", False),
    ],
)
def test_words_of_a_glossary_or_a_doc_block_are_a_persons(origin: str, machine: bool) -> None:
    assert Ledger([made("words", origin=origin)]).is_made((ORDERS, None), "words") is machine


CHANGES: dict[str, tuple[Ground, tuple[str, ...]]] = {
    "nothing": (GROUND, ()),
    "sql": (Ground(sql="s2", tests="t1", columns="c1"), ("sql",)),
    "tests": (Ground(sql="s1", tests="", columns="c1"), ("tests",)),
    "columns": (Ground(sql="s1", tests="t1", columns="c2"), ("columns",)),
    "all of it": (Ground(sql="s2", tests="t2", columns="c2"), ("sql", "tests", "columns")),
    "sql that the manifest does not hold": (Ground(tests="t1", columns="c1"), ()),
}


@pytest.mark.parametrize(("ground", "because"), CHANGES.values(), ids=CHANGES)
def test_a_text_is_stale_when_its_ground_has_changed(ground: Ground, because: tuple[str, ...]) -> None:
    change = Ledger([made("text")]).change((ORDERS, None), "text", ground, {})

    assert (change.because if change else ()) == because


def test_a_text_without_a_ground_of_its_own_is_never_stale() -> None:
    glossary = Ledger([made("text", origin="glossary", ground=None)])

    assert glossary.change((ORDERS, None), "text", Ground(sql="s2"), {}) is None


@pytest.mark.parametrize(
    ("now", "parents"),
    [
        ({}, ()),
        ({"model.shop.stg": "1", "source.shop.raw": "1"}, ()),
        ({"model.shop.stg": "2", "source.shop.raw": "1", "model.shop.new": "1"}, ("model.shop.stg",)),
    ],
)
def test_a_parent_counts_where_its_ground_has_changed(now: dict[str, str], parents: tuple[str, ...]) -> None:
    ledger = Ledger([made("text", upstream={"model.shop.stg": "1", "source.shop.raw": "1"})])

    change = ledger.change((ORDERS, None), "text", GROUND, now)

    assert (change.parents if change else ()) == parents
    assert change is None or change.because == ("upstream",)


def test_of_doubles_the_one_that_still_holds_counts() -> None:
    elsewhere = made("other", ground=Ground(sql="s9"), date="2026-12-01")
    earlier = made("text", ground=Ground(sql="s0"))
    ledger = Ledger([earlier, made("text"), elsewhere])

    assert ledger.change((ORDERS, None), "text", GROUND, {}) is None
    assert ledger.standing((ORDERS, None), "text") == earlier


def test_a_text_that_a_person_has_changed_is_told_as_such() -> None:
    change = Ledger([made("text")]).change((ORDERS, None), "my text", Ground(sql="s2"), {})

    assert change is not None
    assert change.edited


def test_only_columns_that_had_no_entry_are_added() -> None:
    assert Ledger([made(column="a", added=True), made(column="b"), made()]).added(ORDERS) == {"a"}
