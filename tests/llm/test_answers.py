import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.llm.answers import read_closed, read_json

ANSWER = {"description": "One row an order.", "columns": [{"name": "a", "description": 'said "{so}"'}]}
WRITTEN = json.dumps(ANSWER, indent=1)


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"\n  {WRITTEN}\n",
        f"\ufeff{WRITTEN}",
        f"```json\n{WRITTEN}\n```",
        f"Sure! Here it is:\n```\n{WRITTEN}\n```\nAnything else?",
        f"```sql\nselect 1\n```\n```json\r\n{WRITTEN}\r\n```",
        f"The answer is {WRITTEN} as asked.",
        f"For {{orders}} I say: {WRITTEN}",
        f"{WRITTEN}\n{WRITTEN}",
        f'<think>Maybe {{"description": "no"}}?</think>\n{WRITTEN}',
    ],
)
def test_an_answer_is_found_in_whatever_surrounds_it(text: str) -> None:
    assert read_json(text) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot say.",
        "null",
        '"text"',
        "12",
        "{",
        "}",
        "{'description': 'x'}",
        '{"a": 1',
        "```json\n{\n```",
        "{" * 5000,
        '[{"name": "a", "description": "A."}, {"name": "b", "descr',
        'Sure: [ {"name": "a", "description": "A."},',
        '```json\n[\n {"name": "a", "description": "A."}, {"na\n```',
    ],
)
def test_what_holds_no_whole_object_is_nothing(text: str) -> None:
    assert read_json(text) is None


@pytest.mark.parametrize("lead", ["", "Sure: ", "For [{orders}] and [1]: "])
def test_a_list_at_the_root_is_given_as_it_is(lead: str) -> None:
    assert read_json(f'{lead}[ {{"name": "a"}}, {{"name": "b"}}]') == [{"name": "a"}, {"name": "b"}]


def test_of_a_key_said_twice_the_first_counts() -> None:
    assert read_json('{"columns": {"a": "first", "b": "B", "a": "second"}}') == {
        "columns": {"a": "first", "b": "B"}
    }


@given(cut=st.integers(min_value=0, max_value=len(WRITTEN) - 1), lead=st.sampled_from(["", "Sure: ", "```json\n"]))
def test_a_cut_answer_is_never_completed_and_no_part_is_taken_for_the_whole(cut: int, lead: str) -> None:
    assert read_json(lead + WRITTEN[:cut]) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    ).filter(lambda value: isinstance(value, dict)),
    st.text(alphabet="abc .,:\n", max_size=20),
)
def test_any_object_is_found_behind_any_prose(value: object, prose: str) -> None:
    assert read_json(f"{prose}{json.dumps(value)}{prose}") == value


A = {"name": "a", "description": 'said "{so}"', "question": None}
B = {"name": "b", "description": "later", "question": None}
OWN = {"description": "One row an order.", "question": None}
FULL = json.dumps({**OWN, "columns": [A, B]})


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        (FULL, {**OWN, "columns": [A, B]}),
        (FULL[:-1], {**OWN, "columns": [A, B]}),
        (FULL[:-4], {**OWN, "columns": [A]}),
        (FULL[: FULL.index('"later') + 8], {**OWN, "columns": [A]}),
        (FULL[: FULL.index('"columns') + 12], {**OWN, "columns": []}),
        (FULL[: FULL.index('"columns') + 4], {}),
        (FULL[:30], {}),
        (f"```json\n{FULL[:-4]}", {**OWN, "columns": [A]}),
        (json.dumps([A, B])[:-4], [A]),
        (json.dumps({"columns": {"a": A, "columns": B}})[:-5], {"columns": {"a": A}}),
        (json.dumps({"a": A, "b": B})[:-5], {"a": A}),
        ('{"description": "Whole, as far as one can see."', {}),
        ('{"description": "Whole, as far as one can see.", "question": null,', {}),
        ("I would say", None),
        (f"<think>Maybe {FULL[:-4]}", None),
        (f"<think>Maybe {FULL[:-4]}</think>{json.dumps([B, A])[:-4]}", [B]),
    ],
)
def test_of_a_cut_answer_only_what_is_closed_counts(text: str, closed: object) -> None:
    assert read_closed(text) == closed


@given(cut=st.integers(min_value=1, max_value=len(FULL)))
def test_wherever_it_is_cut_no_column_is_completed_by_guess(cut: int) -> None:
    closed = read_closed(FULL[:cut])
    columns = closed.get("columns", []) if isinstance(closed, dict) else []
    assert columns == [A, B][: len(columns)]


def test_the_beginning_of_a_list_is_not_taken_for_the_whole_answer() -> None:
    assert read_json(json.dumps([A, B])[:-4]) is None
