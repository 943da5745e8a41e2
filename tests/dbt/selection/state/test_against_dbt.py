"""The proof that ``state:`` means here what it means in ``dbt ls --state``: real dbt answers the same words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from tests.dbt.selection.state.changes import CHANGES, write_after, write_before

from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.selection.methods import RESOURCE_TYPES
from dbt_docsmith.dbt.selection.select import select
from dbt_docsmith.dbt.selection.state.comparison import STATES, Comparison
from dbt_docsmith.dbt.selection.state.shapes import read_state
from dbt_docsmith.errors import UsageError

RUN_DBT = Path(__file__).parents[1] / "run_dbt_ls.py"
LINES = (
    *(f"--select state:{state}" for state in STATES),
    "--select state:modified+",
    "--select +state:modified",
    "--select 1+state:new",
    "--select @state:modified.macros",
    "--select state:modified,tag:a",
    "--select state:modified.body state:modified.relation",
    "--select state:old,resource_type:source",
    "--select state:modified --exclude state:modified.body",
    "--select state:modified,config.materialized:table+",
    "--exclude state:old",
    "--exclude state:unmodified+",
    "--selector changed",
    "--selector new_texts",
    "--select state:nonsense",
    "--select state:modified.nonsense",
)
REFUSED = "refused"


@pytest.mark.slow
@pytest.mark.parametrize("more_unrendered", [False, True], ids=["rendered", "unrendered"])
def test_state_selects_what_dbt_ls_lists(tmp_path: Path, more_unrendered: bool) -> None:
    project, before = tmp_path / "project", tmp_path / "before"
    write_before(project, {"state_modified_compare_more_unrendered_values": more_unrendered})
    asked_of_dbt(project, tmp_path, [])
    shutil.move(project / "target", before)
    write_after(project)

    dbt = asked_of_dbt(project, tmp_path, [[*line.split(), "--state", str(before)] for line in LINES])
    ours = answered(project, before, more_unrendered)

    assert ours == dict(zip(LINES, dbt, strict=True))
    assert all(dbt[: len(STATES)])


def test_the_table_is_long_enough_to_be_a_proof() -> None:
    assert len({change.name for change in CHANGES}) == len(CHANGES) > 100


def asked_of_dbt(project: Path, folder: Path, calls: Sequence[Sequence[str]]) -> list[object]:
    output = {"type": "duckdb", "path": ":memory:"}
    profiles = {"states": {"target": "dev", "outputs": {"dev": output}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    program = [sys.executable, str(RUN_DBT), str(project), str(folder)]
    alone = ["--resource-type", "all", "--indirect-selection", "empty"]
    asked = json.dumps([[*alone, *call] for call in calls])
    run = subprocess.run(program, input=asked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    return [REFUSED if answer is None else sorted(answer) for answer in json.loads(run.stdout)]


def answered(project: Path, before: Path, more_unrendered: bool) -> dict[str, object]:
    path = project / "target" / "manifest.json"
    manifest = read_manifest(path)
    now, was = read_state(path, "say where"), read_state(before / "manifest.json", "say where")
    comparison = Comparison(now, was, more_unrendered=more_unrendered)

    def answer(line: str) -> object:
        options: dict[str, list[str]] = {"--select": [], "--exclude": [], "--selector": []}
        for word in line.split():
            if word in options:
                given = options[word]
            else:
                given.append(word)
        try:
            found = select(
                manifest,
                project_dir=project,
                select=options["--select"],
                exclude=options["--exclude"],
                selectors=options["--selector"],
                resource_types=RESOURCE_TYPES - {"operation", "macro"},
                compare=lambda: comparison,
            )
        except UsageError:
            return REFUSED
        return sorted(found.unique_ids)

    return {line: answer(line) for line in LINES}
