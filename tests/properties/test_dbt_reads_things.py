"""dbt itself reads what was written for exposures, macros, metrics and semantic models, whatever the texts are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from tests.properties.test_dbt_reads_it import HOSTILE

from dbt_docsmith.describable import DESCRIBABLE
from dbt_docsmith.prompting.checks import escape_jinja
from dbt_docsmith.properties.files import apply_file
from dbt_docsmith.types import ColumnText, NodeTexts

BAKERY = Path(__file__).parents[1] / "projects" / "bakery"
PROFILE = "bakery: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
JINJA = ("{{ ref('gone') }}", "{% if %} and {# no end", "{{ doc('gone') }}", "ends with {{")
KINDS = ("exposure", "macro", "metric", "semantic_model")

pytestmark = pytest.mark.slow

Things = dict[str, dict[str, Any]]


def parsed(project: Path) -> Things:
    """The project's own things, as dbt parses them."""
    dbt = Path(sys.executable).with_name("dbt")
    options = ["--no-partial-parse", "--project-dir", project, "--profiles-dir", project]
    run = subprocess.run([dbt, "parse", *options], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    found = {uid: thing for kind in KINDS for uid, thing in manifest[f"{kind}s"].items()}
    return {uid: thing for uid, thing in found.items() if ".bakery." in uid and thing["name"] != "made_metric"}


def texts_for(unique_id: str, thing: dict[str, Any], hostile: Iterator[str]) -> list[NodeTexts]:
    """A hostile text in every place of a thing, in place of any that stands there."""
    kind = DESCRIBABLE[thing["resource_type"]]
    file = (thing.get("patch_path") or "").split("://")[-1]
    if not file:
        file = "macros/new.yml" if thing["resource_type"] == "macro" else thing["original_file_path"]

    def texts(list_key: str | None, names: list[str]) -> NodeTexts:
        columns = tuple(ColumnText(name=name, description=escape_jinja(next(hostile))) for name in names)
        own = None if list_key else escape_jinja(next(hostile))
        return NodeTexts(
            unique_id=unique_id,
            file=file,
            section=kind.section,
            name=thing["name"],
            description=own,
            columns=columns,
            list_key=list_key,
            replace=True,
        )

    parts = {key: [part["name"] for part in thing.get(key) or ()] for key in kind.lists}
    if thing["resource_type"] == "macro":
        parts["arguments"] = [*dict.fromkeys([*parts["arguments"], "extra"])]
    return [texts(None, []), *(texts(key, names) for key, names in parts.items())]


def places(things: Things) -> dict[tuple[str, str | None, str | None], str]:
    """Every description, by thing, list and part."""
    found: dict[tuple[str, str | None, str | None], str] = {}
    for uid, thing in things.items():
        found[uid, None, None] = thing["description"]
        for key in DESCRIBABLE[thing["resource_type"]].lists:
            found |= {(uid, key, part["name"]): part["description"] for part in thing.get(key) or ()}
    return found


def test_dbt_shows_every_hostile_text_of_a_thing_as_it_was_meant(tmp_path: Path) -> None:
    project = tmp_path / "bakery"
    shutil.copytree(BAKERY, project)
    (project / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    hostile = cycle((*HOSTILE, *JINJA))
    wanted = [one for uid, thing in parsed(project).items() for one in texts_for(uid, thing, hostile)]
    for file in {one.file for one in wanted}:
        assert apply_file(project, file, [one for one in wanted if one.file == file]).failures == ()
    shown = {place: escape_jinja(text) for place, text in places(parsed(project)).items()}
    meant = {(one.unique_id, None, None): one.description for one in wanted if one.description is not None} | {
        (one.unique_id, one.list_key, column.name): column.description for one in wanted for column in one.columns
    }
    assert {place: shown[place] for place in meant} == meant
    assert len(meant) > len(HOSTILE) + len(JINJA)
