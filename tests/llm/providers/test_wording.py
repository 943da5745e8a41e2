import pytest

from dbt_docsmith.llm.providers.wording import failure, one_line, scrub, unmistakable


@pytest.mark.parametrize(
    "text",
    [
        "key sk-1/2+ab was",
        'in {"k": "sk-1/2+ab"}',
        "at ?k=sk-1%2F2%2Bab",
        "at ?k=sk-1/2%2Bab",
        "sk-1/2+absk-1/2+ab",
    ],
)
def test_a_secret_is_hidden_in_every_spelling(text: str) -> None:
    hidden = scrub(text, ["sk-1/2+ab"])
    assert "***" in hidden
    assert "2" not in hidden


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert scrub("a b c", ["a", ""]) == "a b c"


def test_only_what_cannot_be_a_word_is_hidden_in_an_answer() -> None:
    assert unmistakable(["anything", "test", "sk-12345", "lm-studio"]) == ["sk-12345", "lm-studio"]


def test_any_text_becomes_one_line() -> None:
    assert one_line(" a\r\n\tb\x00\u2028c ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"


def test_what_the_server_said_gives_way_to_the_cure() -> None:
    line = failure("openai at x.example", "it failed", said="word " * 200, cure="do this")
    assert line.startswith("openai at x.example: it failed: word word")
    assert line.endswith("…; do this")
    assert len(line) <= 300


def test_without_a_word_of_the_server_or_a_cure_the_line_is_short() -> None:
    assert failure("a", "b") == "a: b"
    assert failure("a", "b", said="c.") == "a: b: c"
