"""Every hard file in ``cases``: a folder with ``before.yml`` (none: a new file), ``texts.yml``, ``after.yml``.

``texts.yml`` lists the fields of NodeTexts; ``fails`` is what the WriteError of a node says.
A bug report becomes a test by becoming such a folder.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from dbt_docsmith.properties.splice import FilePlan, plan_file, undo_edits, verify
from dbt_docsmith.types import NodeTexts

CASES = sorted(folder for folder in (Path(__file__).parent / "cases").iterdir() if folder.is_dir())
FILE = "models/schema.yml"

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def text_of(path: Path) -> str:
    """A file's text with its own line breaks, "" where there is none."""
    return path.read_bytes().decode("utf-8") if path.exists() else ""


def fields_of(case: Path) -> list[dict[str, Any]]:
    fields = yaml.safe_load((case / "texts.yml").read_text(encoding="utf-8"))
    return [{"unique_id": f"node {at}", "file": FILE, **one} for at, one in enumerate(fields)]


def texts_of(case: Path) -> list[NodeTexts]:
    return [
        msgspec.convert({key: value for key, value in one.items() if key != "fails"}, NodeTexts)
        for one in fields_of(case)
    ]


@cache
def plan_of(case: Path) -> FilePlan:
    return plan_file(text_of(case / "before.yml"), texts_of(case))


def test_there_are_many_hard_files() -> None:
    assert len(CASES) >= 100


@every_case
def test_the_file_becomes_what_a_person_would_have_typed(case: Path) -> None:
    assert plan_of(case).after == text_of(case / "after.yml")


@every_case
def test_undoing_the_edits_gives_the_first_file_back(case: Path) -> None:
    plan = plan_of(case)
    assert undo_edits(plan.after, plan.edits) == text_of(case / "before.yml")


@every_case
def test_a_second_run_edits_nothing(case: Path) -> None:
    assert plan_file(text_of(case / "after.yml"), texts_of(case)).edits == ()


@every_case
def test_what_cannot_be_written_fails_by_name(case: Path) -> None:
    expected = {one["unique_id"]: one["fails"] for one in fields_of(case) if "fails" in one}
    failures = {unique_id: str(error) for unique_id, error in plan_of(case).failures}
    assert failures.keys() == expected.keys()
    assert all(expected[unique_id] in failures[unique_id] for unique_id in expected)
    assert all(message.startswith(FILE) and "\n" not in message for message in failures.values())


@every_case
def test_the_data_is_the_old_data_and_the_texts(case: Path) -> None:
    written = verify(FILE, text_of(case / "before.yml"), text_of(case / "after.yml"), texts_of(case))
    assert written == plan_of(case).descriptions
