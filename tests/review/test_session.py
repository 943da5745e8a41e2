"""What each command of a review does; every decision is kept before the next."""

import pytest

from dbt_docsmith.errors import AnswerError
from dbt_docsmith.review.deciding import Sheet
from dbt_docsmith.review.kinds import is_of_kind, kinds_of
from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.review.reading import read_proposals
from dbt_docsmith.review.rendering import render_proposals
from dbt_docsmith.review.session import Session


def place(node: str, file: str, origin: str | None = None) -> Place:
    return Place(node=f"model.shop.{node}", column="c", file=file, origin=origin)  # type: ignore[arg-type]


ITEMS = (
    Item(text="One.", risk="thin evidence", places=(place("stg_a", "models/staging/_s.yml"),)),
    Item(text="Two.", origin="inherited", places=(place("stg_b", "models/staging/_s.yml"),)),
    Item(
        text="Three.",
        origin="rules",
        places=(place("stg_a", "models/staging/_s.yml"), place("fct", "models/marts/_m.yml", "inherited")),
    ),
    Item(text="Four.", origin="inherited", places=(place("fct.v2", "models/marts/_m.yml"),)),
)


class Desk:
    """A review of ``ITEMS``; ``saved`` is every state of the file, ``typed`` what a person makes of a text."""

    def __init__(self, items: tuple[Item, ...] = ITEMS) -> None:
        self.saved: list[bytes] = [render_proposals("shop", items).encode()]
        self.typed: str | None = "Typed."
        self.session = self.open()

    def open(self) -> Session:
        return Session(Sheet("p.yml", self.saved[-1]), self.saved.append, lambda _item: self.typed, self.check)

    def check(self, text: str) -> None:
        if "\x07" in text:
            raise AnswerError("the text holds a control character (U+0007)")

    def do(self, *lines: str) -> str:
        return [self.session.do(line).message for line in lines][-1]

    @property
    def decisions(self) -> list[str | None]:
        return [item.decision for item in read_proposals("p.yml", self.saved[-1]).proposals.proposals]


def test_accept_refuse_and_decide_later() -> None:
    desk = Desk()
    desk.do("a", "r", "l", "")
    assert desk.decisions == ["accepted", "refused", None, None]
    assert desk.session.ended
    assert desk.session.summary() == "1 accepted, 1 refused, 2 open"


def test_a_review_goes_on_where_it_was_left() -> None:
    desk = Desk()
    desk.do("a", "q")
    assert desk.session.ended
    assert desk.open().position == 1


def test_every_decision_is_kept_at_once() -> None:
    desk = Desk()
    for number, command in enumerate(("a", "r", "e", "a"), start=2):
        desk.do(command)
        assert len(desk.saved) == number


def test_an_edited_text_is_accepted() -> None:
    desk = Desk()
    desk.do("e")
    item = read_proposals("p.yml", desk.saved[-1]).proposals.proposals[0]
    assert (item.text, item.decision) == ("Typed.", "accepted")


@pytest.mark.parametrize(
    ("typed", "told"), [(None, "nothing was changed"), (" ", "nothing was changed"), ("a\x07", "not taken: ")]
)
def test_a_text_that_is_none_changes_nothing(typed: str | None, told: str) -> None:
    desk = Desk()
    desk.typed = typed
    assert desk.do("e").startswith(told)
    assert len(desk.saved) == 1
    assert desk.session.position == 0


def test_back_and_decide_anew() -> None:
    desk = Desk()
    desk.do("a", "b", "r")
    assert desk.decisions[0] == "refused"
    assert desk.do("b", "b", "b") == "this is where you began"


def test_undo_brings_back_the_very_bytes() -> None:
    desk = Desk()
    desk.do("e", "a origin:inherited")
    assert desk.do("u") == "2 undone"
    desk.do("u")
    assert desk.saved[-1] == desk.saved[0]
    assert desk.session.position == 0
    assert desk.do("u") == "nothing was decided in this review"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("origin:inherited", [1, 3]),
        ("origin:rules", []),
        ("risk:thin", [0]),
        ("models/staging", [0, 1]),
        ("models/staging/", [0, 1]),
        ("models", [0, 1, 2, 3]),
        ("model", []),
        ("models/marts/_m.yml", [3]),
        ("stg_a", [0]),
        ("model.shop.stg_a", [0]),
        ("fct.v2", [3]),
    ],
)
def test_a_kind_is_of_texts_all_of_whose_places_are_of_it(kind: str, found: list[int]) -> None:
    assert [number for number, item in enumerate(ITEMS) if is_of_kind(item, kind)] == found
    desk = Desk()
    told = desk.do(f"r {kind}")
    assert [number for number, each in enumerate(desk.decisions) if each == "refused"] == found
    assert told == (f"{len(found)} refused" if found else f"nothing undecided is of the kind '{kind}'; "
                    "k lists the kinds there are")  # fmt: skip


def test_the_kinds_that_are_listed_are_kinds() -> None:
    for kind, number in kinds_of(ITEMS):
        assert sum(is_of_kind(item, kind) for item in ITEMS) == number
    assert "origin:inherited" in Desk().do("k")


def test_what_was_deleted_from_the_file_is_not_asked_about() -> None:
    desk = Desk((Item(text="One."), ITEMS[1], Item(places=ITEMS[0].places)))
    assert desk.session.position == 1
    desk.do("a")
    assert desk.session.ended
    assert desk.session.summary() == "1 accepted, 2 refused, 0 open"


def test_an_unknown_command_is_answered_with_help() -> None:
    assert "there is no command 'x'" in Desk().do("x")
    assert all(len(line) < 80 for line in Desk().do("?").splitlines())


def test_a_file_without_proposals_is_done_at_once() -> None:
    assert Desk(()).session.ended
