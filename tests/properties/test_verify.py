"""Nothing but the intended texts may be different."""

from __future__ import annotations

import pytest

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.verify import verify
from dbt_docsmith.types import ColumnText, NodeTexts

FILE = "models/schema.yml"
TEXTS = NodeTexts(
    unique_id="model.shop.orders",
    file=FILE,
    section="models",
    name="orders",
    description="All orders.",
    columns=(ColumnText(name="id", description="The key.", data_type="integer"),),
)
BEFORE = """
models:
  - name: orders
    meta: {a: 1, b: [x]}
    columns:
      - name: id
        tests: [unique]
      - name: status
        description: A person's.
  - name: payments
"""


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("  - name: orders\n", "  - name: orders\n    description: All orders.\n", 1),
        ("      - name: id\n", "      - name: id\n        description: The key.\n", 1),
        ("name: orders\n", "name: orders\n    # a comment\n", 0),
        ("a: 1, b: [x]", "b: ['x'], a: 1", 0),
    ],
)
def test_intended_texts_are_counted(old: str, new: str, count: int) -> None:
    assert verify(FILE, BEFORE, BEFORE.replace(old, new), [TEXTS]) == count


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - name: orders\n", "  - name: orders\n    description: Other words.\n"),
        ("  - name: payments\n", "  - name: payments\n    description: All orders.\n"),
        ("      - name: status\n", "      - name: status\n      - name: id\n"),
        ("A person's.", "All orders."),
        ("      - name: id\n", "      - name: id\n        data_type: integer\n"),
        ("a: 1", "a: 2"),
        ("a: 1", "a: 1.0"),
        ("a: 1", "a: true"),
        ("a: 1, ", ""),
        ("b: [x]", "b: [x, y]"),
        ("b: [x]", "b: []"),
        ("tests: [unique]", "tests: [unique]\n        quote: true"),
        ("  - name: payments\n", ""),
        ("  - name: payments\n", "  - name: payments\n  - name: new\n"),
        ("  - name: payments\n", "  - name: payments\nversion: 2\nseeds: []\n"),
        ("  - name: payments\n", "  - name: payments\n    columns: []\n"),
    ],
)
def test_anything_else_is_an_error_that_shows_both(old: str, new: str) -> None:
    with pytest.raises(WriteError, match=f"^{FILE}: left as it is, because .+ would go from .+ to "):
        verify(FILE, BEFORE, BEFORE.replace(old, new), [TEXTS])


def test_what_dbt_could_not_read_is_an_error() -> None:
    with pytest.raises(WriteError, match="not YAML"):
        verify(FILE, BEFORE, BEFORE + "   x", [TEXTS])


def test_a_text_that_went_through_an_alias_to_another_node_is_an_error() -> None:
    before = "models:\n  - name: orders\n    columns: &c\n      - name: id\n  - name: payments\n    columns: *c\n"
    after = before.replace("name: id\n", "name: id\n        description: The key.\n")
    with pytest.raises(WriteError, match="payments > columns > id > description would go from nothing"):
        verify(FILE, before, after, [TEXTS])


def test_what_aliases_share_many_times_is_compared_once() -> None:
    levels = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    bomb = "\n".join(levels) + BEFORE
    assert verify(FILE, bomb, bomb, [TEXTS]) == 0


def test_a_new_column_may_bring_its_type_and_no_other_key() -> None:
    before = "models:\n  - name: orders\n"
    column = "    columns:\n      - name: id\n        description: The key.\n        data_type: "
    assert verify(FILE, before, before + column + "integer\n", [TEXTS]) == 1
    with pytest.raises(WriteError, match="data_type would go from nothing to 'text'"):
        verify(FILE, before, before + column + "text\n", [TEXTS])


@pytest.mark.parametrize(("old", "allowed"), [("A person's.", True), ("'{{ doc(\"x\") }}'", False)])
def test_a_persons_text_may_be_replaced_where_that_is_asked_for_but_no_doc_block(old: str, allowed: bool) -> None:
    texts = NodeTexts(unique_id="x", file=FILE, section="models", name="a", description="New.", replace=True)
    before = f"models:\n  - name: a\n    description: {old}\n"
    after = "models:\n  - name: a\n    description: New.\n"
    if allowed:
        assert verify(FILE, before, after, [texts]) == 1
    else:
        with pytest.raises(WriteError):
            verify(FILE, before, after, [texts])
