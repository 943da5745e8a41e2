"""What is written for a person is read back as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.review.proposals import Item, Place, seal_of
from dbt_docsmith.review.reading import read_proposals
from dbt_docsmith.review.rendering import render_proposals

PLACE = Place(node="model.shop.orders", column="status", file="models/orders.yml", basis="0a1b2c3d-4e5f6a7b")
HOSTILE = [
    "yes",
    "null",
    "~",
    "1.0",
    "2026-11-21",
    "- not a list",
    "key: value # and no comment",
    "{{ doc('status') }}",
    "{% if %}",
    "*alias &anchor !tag",
    "'quoted' and \"quoted\"",
    "two\n\nparagraphs",
    "a list:\n- one\n- two",
    " outer blanks ",
    "tab\tand\rreturn\r\nand bell \x07 and \u2028",
    "ends in a line\n",
    "\n\nbegins with lines",
    "emoji \U0001f511 and Ω",
    "proposals:\n- text: forged\n",
    "a folded text " * 20 + "with its end # here: and 'there'",
    "x" * 500,
]


def read(text: str) -> tuple[Item, ...]:
    return read_proposals("p.yml", text.encode()).proposals.proposals


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back(text: str) -> None:
    items = (
        Item(text=text, places=(PLACE, Place(node="model.shop.on", column=text, replaces=text))),
        Item(risk="thin evidence", text=text, origin="inherited", source=text, evidence=(text,), places=(PLACE,)),
    )
    assert read(render_proposals("shop", items)) == items
    assert read(render_proposals("shop", items).replace("\n", "\r\n")) == items


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x85\ufeff"), min_size=1), max_size=4))
def test_whatever_the_text(texts: list[str]) -> None:
    items = tuple(Item(text=text, evidence=(text,), places=(PLACE,)) for text in texts)
    assert read(render_proposals("shop", items)) == items


def test_each_place_has_a_line_of_its_own_that_can_be_deleted() -> None:
    places = tuple(Place(node=f"model.shop.m{n}", column="c" * 200, replaces="old\ntext") for n in range(3))
    lines = render_proposals("shop", (Item(text="Text.", places=places),)).splitlines(keepends=True)
    without = "".join(line for line in lines if "shop.m1" not in line)
    assert read(without)[0].places == (places[0], places[2])


def test_deleting_the_line_of_a_text_leaves_nothing_to_write() -> None:
    lines = render_proposals("shop", (Item(text="Text.", places=(PLACE,)), Item(text="Other.", places=(PLACE,))))
    first, second = read(lines.replace("  text: Text.\n", ""))
    assert (first.is_wanted, second.is_wanted) == (False, True)


def test_the_seal_holds_until_somebody_changes_something() -> None:
    text = render_proposals("shop", (Item(text="Text.", places=(PLACE,)),))
    for edited, holds in ((text, True), (text.replace("Text.", "Word."), False)):
        found = read_proposals("p.yml", edited.encode()).proposals
        assert (found.seal == seal_of("shop", found.proposals)) is holds


def test_no_proposals_are_a_file_too() -> None:
    assert read(render_proposals("shop", ())) == ()
