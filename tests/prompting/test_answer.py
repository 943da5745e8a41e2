from typing import Any

import pytest

from dbt_docsmith.prompting.answer import ANSWER_SCHEMA, parse_answer
from dbt_docsmith.types import Answer, AnsweredText


def said(text: str | None = None, question: str | None = None) -> AnsweredText:
    return AnsweredText(description=text, question=question)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (
            {"description": "T", "question": None, "columns": [{"name": "a", "description": "A"}]},
            Answer(table=said("T"), columns={"a": said("A")}),
        ),
        ({"description": "T", "columns": {"A": "x", "b": {"description": "y"}}},
         Answer(table=said("T"), columns={"a": said("x"), "b": said("y")})),
        ([{"name": "a", "description": "A"}], Answer(columns={"a": said("A")})),
        ({"description": None, "question": "Which?", "columns": []}, Answer(table=said(None, "Which?"))),
        ({"description": "T", "columns": [{"name": "ghost", "description": "G"}]}, Answer(table=said("T"))),
        ({"columns": [{"name": "B", "description": "1"}, {"name": "b", "description": "2"}]},
         Answer(columns={"b": said("1")})),
        ({"description": 5, "columns": [{"name": "a", "description": ["x"]}, {"name": 3}, "a", None]}, Answer()),
        ({"DESCRIPTION": "T", "Columns": [{"NAME": "a", "Description": "A"}]},
         Answer(table=said("T"), columns={"a": said("A")})),
        ([{"description": "T", "columns": {"a": "A"}}], Answer(table=said("T"), columns={"a": said("A")})),
        ({"answer": {"description": "T", "columns": []}}, Answer(table=said("T"))),
        ({"name": "a", "description": "A"}, Answer(columns={"a": said("A")})),
        ({"name": "orders", "description": "T"}, Answer(table=said("T"))),
        ({"columns": {"name": "a", "description": "b", "a": "A"}}, Answer(columns={"a": said("A")})),
        ({"columns": {"columns": "C", "a": "A"}}, Answer(columns={"a": said("A")})),
        ({"columns": {"columns": "C"}}, Answer()),
        ({}, Answer()),
        ("text", Answer()),
        (None, Answer()),
    ],
)  # fmt: skip
def test_an_answer_of_any_shape_gives_what_it_says_and_no_more(data: Any, answer: Answer) -> None:
    assert parse_answer(data, table=True, columns=["a", "b"]) == answer


def test_the_one_column_asked_for_may_be_answered_without_its_name() -> None:
    assert parse_answer({"description": "X"}, table=False, columns=["Only"]) == Answer(columns={"only": said("X")})


def test_a_column_may_be_called_what_the_answer_s_own_keys_are() -> None:
    texts = {"name": "N", "description": "D", "columns": "C"}
    answer = parse_answer({"description": "T", "columns": texts}, table=True, columns=list(texts))
    assert answer == Answer(table=said("T"), columns={name: said(text) for name, text in texts.items()})


def test_a_table_text_nobody_asked_for_is_left_out() -> None:
    data = {"description": "T", "columns": [{"name": "a", "description": "A"}]}
    assert parse_answer(data, table=False, columns=["a"]).table is None


def test_the_schema_requires_every_property_as_strict_servers_want_it() -> None:
    item = ANSWER_SCHEMA["properties"]["columns"]["items"]
    for part in (ANSWER_SCHEMA, item):
        assert set(part["required"]) == set(part["properties"])
        assert part["additionalProperties"] is False
