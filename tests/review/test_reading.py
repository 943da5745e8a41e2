"""A file that somebody edited is read, or refused with its line and the cure."""

import pytest

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.review.reading import read_proposals

HEAD = "version: 1\nproject: shop\nproposals:\n"


def refusal(text: str | bytes) -> str:
    with pytest.raises(ProposalsError) as caught:
        read_proposals("p.yml", text if isinstance(text, bytes) else text.encode())
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "- txt: A\n", "p.yml:4: unknown key 'txt'; did you mean 'text'?"),
        (HEAD + "- text: A\n  places:\n  - {nodes: m}\n", "p.yml:6: unknown key 'nodes'; did you mean 'node'?"),
        (HEAD + "- risk: x\n  text: A\n  text: B\n", "p.yml:6: 'text' is there already, in line 5"),
        (HEAD + "- text: A\n  decision: refuse\n", "p.yml:5: 'refuse' is no decision; did you mean 'refused'?"),
        (HEAD + "- text: [A]\n", "p.yml:4: text must be a text"),
        (HEAD + "- text: {{ doc('a') }}\n", "p.yml:4: "),
        (HEAD + "- text: A\n  places: orders\n", "p.yml:5: places must be a list"),
        (HEAD + "- just words\n", "p.yml:4: an item of proposals must be a mapping"),
        (HEAD + "- text: A\n   risk: b\n", "p.yml:5: is not YAML"),
        (HEAD + "- text: A\n  places:\n  - {column: a}\n", "p.yml: Object missing required field node"),
        ("proposal: 1\n" + HEAD, "p.yml:1: unknown key 'proposal'; did you mean 'proposals'?"),
        ("version: 2\nproject: shop\n", "p.yml:1: is of version 2"),
        ("models: []\n", "p.yml:1: unknown key 'models'"),
        ("", "p.yml:1: is no file of proposals"),
        ("- a\n", "p.yml:1: the file must be a mapping"),
        ('{"version": 1, "project": "shop", "proposals": [', "p.yml:1: is not JSON"),
        ("version: 1\n# \xff\n".encode("latin-1"), "p.yml:2: is not UTF-8 text"),
        ("version: " + "[" * 5000, "p.yml"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_its_place(text: str | bytes, told: str) -> None:
    assert refusal(text).startswith(told)


def test_every_value_is_the_text_that_stands_there() -> None:
    text = HEAD + "- text: yes\n  places:\n  - {node: 1, column: on}\n- text: 2026-11-21\n  places:\n"
    first, second = read_proposals("p.yml", text.encode()).proposals.proposals
    assert (first.text, first.places[0].node, first.places[0].column) == ("yes", "1", "on")
    assert (second.text, second.places) == ("2026-11-21", ())


def test_an_entry_is_known_by_its_line() -> None:
    text = HEAD + "# look at this\n- text: A\n  evidence:\n  - a\n\n- text: B\n"
    assert read_proposals("p.yml", text.encode()).lines == (5, 9)


def test_json_says_the_same() -> None:
    text = (
        '{"version": 1, "project": "shop", "proposals": [{"text": "\\ud83d\\udd11 A", "decision": "accepted", '
        '"origin": "inherited", "from": "model.shop.a.b", "places": [{"node": "model.shop.c", "column": "b"}]}]}'
    )
    [item] = read_proposals("p.json", text.encode()).proposals.proposals
    assert (item.text, item.source, item.places[0].column) == ("\U0001f511 A", "model.shop.a.b", "b")


def test_a_mark_at_the_beginning_and_windows_lines_do_no_harm() -> None:
    text = b"\xef\xbb\xbf" + (HEAD + "- text: |-\n    a\n    b\n").replace("\n", "\r\n").encode()
    assert read_proposals("p.yml", text).proposals.proposals[0].text == "a\nb"
