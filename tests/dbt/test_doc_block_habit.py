"""What a project does with doc blocks is told by what stands in its files."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.doc_block_habit import DocBlockHabit, doc_block_habit
from dbt_docsmith.types import WrittenColumn, WrittenEntry, WrittenText

FILES = {"id": "models/docs.md", "day": "models/docs.md", "odd": "models/odd.md"}


def entry(*texts: str | None) -> WrittenEntry:
    columns = {
        f"c{number}": WrittenColumn(
            name=f"c{number}", line=1, description=None if text is None else WrittenText(raw=text, line=1)
        )
        for number, text in enumerate(texts)
    }
    return WrittenEntry(file="models/a.yml", line=1, section="models", name="a", columns=columns)


def doc(name: str) -> str:
    return f"{{{{ doc('{name}') }}}}"


PLAIN = tuple(f"Text {number}." for number in range(10))


@pytest.mark.parametrize(
    ("texts", "columns"),
    [
        ((), "never"),
        (PLAIN, "never"),
        ((*PLAIN, doc("id"), doc("id")), "never"),  # too few to speak of a habit
        ((*PLAIN, doc("id"), doc("id"), doc("day"), doc("day")), "repeated"),
        ((*PLAIN, doc("id"), doc("day"), doc("odd")), "never"),  # single texts that were long, say
        ((doc("id"), doc("day"), doc("odd"), doc("id"), "One."), "always"),
        ((doc("id"), doc("id"), doc("id"), None, "", None, None), "always"),  # what is missing has no habit
        ((*PLAIN, *(f"See {doc('id')}." for _ in range(9))), "never"),  # no text is kept in a block there
    ],
)
def test_which_texts_stand_in_blocks(texts: tuple[str | None, ...], columns: str) -> None:
    assert doc_block_habit([entry(*texts)], FILES).columns == columns


def test_the_file_is_the_one_most_columns_refer_to() -> None:
    habit = doc_block_habit([entry(doc("odd"), doc("id"), doc("id")), entry(doc("of_a_package"))], FILES)
    assert (habit.file, habit.described, habit.referring) == ("models/docs.md", 4, 4)


@pytest.mark.parametrize(
    ("plain", "blocks", "least"),
    [(("a", "a"), ("id", "id"), 2), (("a", "a", "b", "b"), ("id",) * 3, 3), ((), ("id",), 3), (("a",) * 5, (), 3)],
)
def test_the_number_is_that_from_which_a_text_stands_in_a_block(
    plain: tuple[str, ...], blocks: tuple[str, ...], least: int
) -> None:
    assert doc_block_habit([entry(*plain, *map(doc, blocks))], FILES).min == least


def test_a_project_without_texts_has_none() -> None:
    assert doc_block_habit([], {}) == DocBlockHabit()
