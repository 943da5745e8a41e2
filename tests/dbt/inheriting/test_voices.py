from __future__ import annotations

import pytest

from dbt_docsmith.dbt.inheriting.voices import Voice, agreed, in_one_voice
from dbt_docsmith.dbt.written import Text
from dbt_docsmith.types import ColumnRef


def voice(node: str, text: str, raw: str = "") -> Voice:
    return Voice(ColumnRef(node, "x"), Text(text=text, raw=raw or text))


@pytest.mark.parametrize(
    ("texts", "least", "share", "expected"),
    [
        (["When it left.", "when  it left"], 2, 0.9, "When it left."),
        (["When it left."], 2, 0.9, None),
        (["When it left.", "When it came."], 2, 0.9, None),
        (["Left.", "Came.", "Came."], 3, 2 / 3, "Came."),
        (["Left.", "Came."], 2, 0.5, "Left."),
        ([], 0, 0.5, None),
    ],
)
def test_so_many_must_speak_and_that_share_must_say_the_same(
    texts: list[str], least: int, share: float, expected: str | None
) -> None:
    found = agreed([voice(str(number), text) for number, text in enumerate(texts)], least=least, share=share)
    assert (found.text.text if found else None) == expected


def test_a_node_has_one_voice_for_one_text() -> None:
    assert agreed([voice("a", "Left."), voice("a", "Left.")], least=2, share=0.9) is None


def test_a_reference_to_a_doc_block_speaks_first() -> None:
    found = agreed([voice("a", "Left."), voice("b", "Left.", "{{ doc('left') }}")], least=2, share=0.9)
    assert found is not None
    assert found.column.unique_id == "b"


def test_nobody_is_not_one_voice() -> None:
    assert not in_one_voice([])
    assert in_one_voice([voice("a", "Left."), voice("b", "left")])
