"""dbt itself reads what was written, whatever the texts are: in every place of the example project."""

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

from dbt_docsmith.properties.files import apply_file
from dbt_docsmith.types import ColumnText, NodeTexts

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop"
SECTIONS = {"model": "models", "seed": "seeds", "snapshot": "snapshots", "source": "sources"}
HOSTILE = (
    'it\'s "quoted"',
    "a # b",
    "key: value",
    "- item",
    "50% @home `tick`",
    "one\ntwo\n\n- three",
    "tab\there",
    "word " * 12_000 + "end",
    "yes",
    "12",
    "~",
    "\\",
    "é😀 \u2028 x",
    "[a]",
    "{b}",
    "*a",
    "&b",
    "!c",
    "|",
    "> x",
    "ends:",
    " led by a space",
)

pytestmark = pytest.mark.slow


def parsed(project: Path) -> dict[str, dict[str, Any]]:
    """The project's own nodes and sources, as dbt parses them."""
    dbt = Path(sys.executable).with_name("dbt")
    options = ["--no-partial-parse", "--project-dir", project, "--profiles-dir", project]
    run = subprocess.run([dbt, "parse", *options], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["sources"]}
    return {unique_id: node for unique_id, node in nodes.items() if node["resource_type"] in SECTIONS}


def texts_for(unique_id: str, node: dict[str, Any], hostile: Iterator[str]) -> NodeTexts:
    """A hostile text in every open place of a node, and in two columns more where no contract forbids them."""
    missing = [name for name, column in node["columns"].items() if not column["description"].strip()]
    new = [] if node.get("contract", {}).get("enforced") else ['extra "column"', "extra: column"]
    patch = (node.get("patch_path") or "").split("://")[-1]
    return NodeTexts(
        unique_id=unique_id,
        file=patch or (node["original_file_path"] if node["resource_type"] == "source" else "models/new.yml"),
        section=SECTIONS[node["resource_type"]],
        name=node["name"],
        source_name=node.get("source_name"),
        description=None if node["description"].strip() else next(hostile),
        columns=tuple(ColumnText(name=name, description=next(hostile)) for name in [*missing, *new]),
    )


def test_dbt_shows_every_hostile_text_as_it_was_meant(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
    hostile = cycle(HOSTILE)
    nodes = {uid: node for uid, node in parsed(project).items() if node.get("version") is None}
    wanted = [texts_for(unique_id, node, hostile) for unique_id, node in nodes.items()]
    for file in {one.file for one in wanted}:
        assert apply_file(project, file, [one for one in wanted if one.file == file]).failures == ()
    after = parsed(project)
    for one in wanted:
        if one.description is not None:
            assert after[one.unique_id]["description"] == one.description
        for column in one.columns:
            assert after[one.unique_id]["columns"][column.name]["description"] == column.description
    assert sum((one.description is not None) + len(one.columns) for one in wanted) > 50
