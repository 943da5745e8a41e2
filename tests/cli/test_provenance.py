"""`provenance`: what did a machine write here, and how to make it forget that."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.cli.ledgers import CUSTOMERS, LEDGER, PROPERTIES, change_sql, documented, entries, stale
from tests.cli.user import User, reported

ZONE = "One of: domestic, north_america, overseas."


def edited(user: User) -> User:
    documented(user)
    text = (user.project / PROPERTIES).read_text(encoding="utf-8")
    user.write(PROPERTIES, text.replace(ZONE, "Where we ship to."))
    return user


def test_every_text_is_listed_with_its_place_by_whom_and_when(user: User) -> None:
    documented(user)

    said = user("provenance", "list", "-s", "dim_customers")

    lines = said.out.splitlines()
    assert said.code == 0
    assert len(lines) == 11
    assert lines[-1].startswith("10 texts made here: ")
    [segment] = [line for line in lines if ".customer_segment: " in line]
    assert segment.startswith(f"{PROPERTIES}:")
    assert f": {CUSTOMERS}.customer_segment: rules, 2" in segment


def test_its_json_has_the_same(user: User) -> None:
    edited(user)

    found = reported(user, "provenance", "list")

    texts = len(entries(user))
    assert found["counts"] == {"texts": texts, "as_made": texts - 1, "edited": 1}
    assert sum(found["by"].values()) == texts
    assert {each["state"] for each in found["texts"]} == {"as made", "edited"}
    assert all(each["file"] and each["line"] for each in found["texts"])


NARROWED: dict[tuple[str, ...], Callable[[dict[str, str]], bool]] = {
    ("--written-by", "rules"): lambda text: text["provider"] == "rules",
    ("--written-by", "inherited"): lambda text: text["origin"] == "inherited",
    ("--since", "2999-01-01"): lambda _: False,
    ("--since", "2000-01-01"): lambda _: True,
    ("--edited",): lambda text: text["column"] == "shipping_zone" and text["unique_id"] == CUSTOMERS,
    ("--column", "Shipping_Zone"): lambda text: text["column"] == "shipping_zone",
    ("--gone",): lambda _: False,
}


@pytest.mark.parametrize("narrowed", NARROWED, ids=" ".join)
def test_a_list_can_be_narrowed(user: User, narrowed: tuple[str, ...]) -> None:
    edited(user)
    every = reported(user, "provenance", "list")["texts"]

    found = reported(user, "provenance", "list", *narrowed)["texts"]

    assert found == [each for each in every if NARROWED[narrowed](each)]


def test_what_is_not_there_any_more_is_said_and_can_be_forgotten(user: User) -> None:
    documented(user)
    text = (user.project / PROPERTIES).read_text(encoding="utf-8")
    user.write(PROPERTIES, text.replace(f'        description: "{ZONE}"\n', ""))
    user.write(LEDGER, (user.project / LEDGER).read_text().replace(".shop.daily_revenue", ".shop.no_more"))

    gone = reported(user, "provenance", "list", "--gone")["texts"]

    assert (CUSTOMERS, "shipping_zone") in {(each["unique_id"], each["column"]) for each in gone}
    assert "model.shop.no_more" in {each["unique_id"] for each in gone}
    assert len(reported(user, "provenance", "strip", "--gone")["texts"]) == len(gone)
    assert reported(user, "provenance", "list", "--gone")["texts"] == []


def test_a_text_that_is_forgotten_is_a_persons(user: User) -> None:
    edited(user)
    change_sql(user)
    assert (CUSTOMERS, "shipping_zone") in stale(user)
    before = (user.project / PROPERTIES).read_bytes()

    said = user("provenance", "strip", "-s", "dim_customers", "--column", "shipping_zone")

    assert said.out.splitlines()[-1] == "1 text forgotten: 1 inherited; 1 edited by a person since"
    assert (CUSTOMERS, "shipping_zone") not in stale(user)
    assert (user.project / PROPERTIES).read_bytes() == before


def test_forgetting_a_column_that_was_added_moves_no_other_ground(user: User) -> None:
    documented(user)
    [added] = [each for each in entries(user) if each["node"] == "model.shop.daily_revenue" and each.get("added")][
        :1
    ]

    assert user("provenance", "strip", "-s", "daily_revenue", "--column", added["column"]).code == 0

    assert stale(user) == {}
    assert len(reported(user, "provenance", "list")["texts"]) == len(entries(user)) - 1


def test_all_of_it_is_forgotten_only_by_that_name(user: User) -> None:
    documented(user)

    refused = user("provenance", "strip")
    assert (refused.code, refused.out) == (2, "")
    assert "say what to forget" in refused.error
    assert json.loads((user.project / LEDGER).read_text().splitlines()[0])

    assert user("provenance", "strip", "--all").code == 0
    assert (user.project / LEDGER).read_text() == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("provenance", "list", "--since", "yesterday"), "--since: 'yesterday' is no day; write it as 2026-11-21"),
        (("provenance", "list", "-s", "tags:a"), "did you mean tag:?"),
    ],
)
def test_what_cannot_be_right_is_one_line(user: User, words: tuple[str, ...], complaint: str) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")

    said = user(*words)

    assert said.code == 2
    assert complaint in said.error


def test_without_a_ledger_the_line_says_how_to_keep_one(user: User) -> None:
    assert "write `ledger: on` in dbt-docsmith.yml" in user("provenance", "list").error


def test_the_group_alone_says_what_there_is(user: User) -> None:
    assert "strip" in user("provenance").out
