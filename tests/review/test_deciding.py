"""A decision changes its entry and nothing else."""

import pytest
from tests.review.test_rendering import HOSTILE, PLACE

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.review.deciding import Sheet
from dbt_docsmith.review.proposals import Item
from dbt_docsmith.review.reading import read_proposals
from dbt_docsmith.review.rendering import render_proposals

TEXTS = ("Short.", "Long: " * 30 + "end.", "two\n\nparagraphs", "yes", "last")


def sheet(newline: str = "\n", *, bom: bool = False) -> Sheet:
    text = render_proposals("shop", [Item(text=text, places=(PLACE,)) for text in TEXTS])
    text = text.replace("  text: Short.", "  # ask Ann\n  text: Short.  # why?").replace("\n", newline)
    return Sheet("p.yml", (b"\xef\xbb\xbf" if bom else b"") + text.encode())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("position", range(len(TEXTS)))
def test_the_file_says_what_was_decided(position: int, newline: str, bom: bool) -> None:
    found = sheet(newline, bom=bom)
    before = found.content
    found.decide(position, "accepted")
    found.decide(position, "refused")
    assert list(read_proposals("p.yml", found.content).proposals.proposals) == found.items
    assert found.content.replace(f"decision: refused{newline}  ".encode(), b"") == before


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [text for text in HOSTILE if "\r" not in text])
def test_any_text_can_take_the_place_of_any_other(text: str, newline: str) -> None:
    found = sheet(newline)
    for position in range(len(TEXTS)):
        found.reword(position, text)
        assert [item.text for item in read_proposals("p.yml", found.content).proposals.proposals] == [
            *[text] * (position + 1),
            *TEXTS[position + 1 :],
        ]
    assert found.content.count(b"# ask Ann") == found.content.count(b"# why?") == 1


def test_what_was_decided_can_be_undone() -> None:
    found = sheet()
    before, state = found.content, found.state(1)
    found.reword(1, "Other.")
    found.decide(1, "accepted")
    found.restore(1, state)
    assert found.content == before


def test_a_text_that_was_deleted_can_be_written_again() -> None:
    found = Sheet("p.yml", sheet().content.replace(b"  text: yes\n", b""))
    found.reword(3, "Said anew.")
    assert read_proposals("p.yml", found.content).proposals.proposals[3].text == "Said anew."


def test_other_keys_behind_the_list_stay_where_they_are() -> None:
    content = sheet().content.replace(b"project: shop\n", b"") + b"project: shop\n"
    found = Sheet("p.yml", content)
    assert found.content == content
    found.decide(len(TEXTS) - 1, "accepted")
    assert found.content.endswith(b"project: shop\n")
    assert read_proposals("p.yml", found.content).proposals.proposals[-1].decision == "accepted"


def test_a_file_of_another_layout_is_refused() -> None:
    with pytest.raises(ProposalsError, match="is not laid out"):
        Sheet("p.yml", b"version: 1\nproject: shop\nproposals: [{text: a}]\n")
