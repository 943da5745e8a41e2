"""What is rendered gives exactly the text back."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from tests.properties.yaml_files import TEXTS

from dbt_docsmith.properties.render import Rendered, folded, inline, is_plain_safe, literal, quoted, wrapped

quotes = st.sampled_from(["'", '"'])
widths = st.integers(10, 60)


def read_back(rendered: Rendered | None) -> str:
    """What dbt gets, between two other keys."""
    assert rendered is not None
    lines = ["a:", f"  text: {rendered.head}", *rendered.body, "  after: 1", ""]
    return str(yaml.load("\n".join(lines), yaml.CSafeLoader)["a"]["text"])


@given(TEXTS, quotes, st.booleans())
def test_a_text_on_one_line_is_itself(text: str, quote: str, always: bool) -> None:
    assert read_back(Rendered(inline(text, quote, always_quoted=always))) == text


@given(TEXTS, quotes, st.booleans())
def test_a_text_between_braces_is_itself(text: str, quote: str, always: bool) -> None:
    flow = "[{a: " + inline(text, quote, always_quoted=always, flow=True) + ", b: 1}]"
    assert yaml.load(flow, yaml.CSafeLoader) == [{"a": text, "b": 1}]


@given(TEXTS, quotes, widths)
def test_a_wrapped_text_is_itself(text: str, quote: str, width: int) -> None:
    assert read_back(wrapped(inline(text, quote), 8, 4, width)) == text


@given(TEXTS)
def test_a_literal_block_is_itself_or_none(text: str) -> None:
    block = literal(text, 4)
    assert block is None or read_back(block) == text


@given(TEXTS, widths)
def test_a_folded_block_is_itself_or_none(text: str, width: int) -> None:
    block = folded(text, 4, width)
    assert block is None or read_back(block) == text


@given(TEXTS)
def test_what_is_plain_is_the_same_text_in_yaml_1_2(text: str) -> None:
    if is_plain_safe(text):
        assert YAML(typ="safe", pure=True).load(f"a: {text}\n")["a"] == text


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=40).map(" ".join), widths)
def test_lines_are_as_long_as_they_may_be_and_no_longer(text: str, width: int) -> None:
    block = folded(text, 4, width)
    assert block is not None
    assert all(len(line) <= max(width, 4 + len(line.split()[0])) for line in block.body)
    for line, following in zip(block.body, block.body[1:], strict=False):
        assert len(line) + 1 + len(following.split()[0]) > width


@pytest.mark.parametrize(
    "text",
    ["The key.", "a, b (c) [d]", "it's 5 o'clock", "http://x.y/z?a=b", "naïve 😀", "50% of it", "a#b", "<none>"],
)
def test_plain_words_need_no_quotes(text: str) -> None:
    assert inline(text, '"') == text


@pytest.mark.parametrize(
    ("text", "quote", "written"),
    [
        ("a: b", '"', '"a: b"'),
        ("a: b", "'", "'a: b'"),
        ("it's: b", '"', '"it\'s: b"'),
        ("it's: b", "'", '"it\'s: b"'),
        ('"a": b', '"', "'\"a\": b'"),
        ("a\\b: c", '"', "'a\\b: c'"),
        ('it\'s a "b": c', '"', '"it\'s a \\"b\\": c"'),
        ('it\'s a "b": c', "'", "'it''s a \"b\": c'"),
        ("a\nb", "'", '"a\\nb"'),
    ],
)
def test_quotes_follow_the_habit_unless_the_others_spare_an_escape(text: str, quote: str, written: str) -> None:
    assert quoted(text, quote) == written
