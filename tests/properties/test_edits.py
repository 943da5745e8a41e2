"""Edits are made and undone to the byte."""

from __future__ import annotations

import pytest

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.splice import apply_edits, undo_edits
from dbt_docsmith.types import YamlEdit

TEXT = "0123456789"
EDITS = (
    YamlEdit(start=0, end=0, replacement="<"),
    YamlEdit(start=2, end=4, replacement="", original="23"),
    YamlEdit(start=4, end=4, replacement="first"),
    YamlEdit(start=4, end=4, replacement="second"),
    YamlEdit(start=9, end=10, replacement="nine", original="9"),
    YamlEdit(start=10, end=10, replacement=">"),
)


def test_edits_are_made_in_the_order_they_stand() -> None:
    assert apply_edits(TEXT, EDITS) == "<01firstsecond45678nine>"


def test_undoing_them_gives_the_first_text_back() -> None:
    assert undo_edits(apply_edits(TEXT, EDITS), EDITS) == TEXT


def test_edits_that_overlap_are_refused() -> None:
    both = (YamlEdit(start=1, end=5, replacement="", original="1234"), YamlEdit(start=4, end=4, replacement="x"))
    with pytest.raises(WriteError, match="does not fit"):
        apply_edits(TEXT, both)


def test_edits_of_another_text_are_refused() -> None:
    with pytest.raises(WriteError, match="does not fit"):
        apply_edits("other text", EDITS)
    with pytest.raises(WriteError, match="does not fit"):
        undo_edits("<01first and more45678nine>", EDITS)
