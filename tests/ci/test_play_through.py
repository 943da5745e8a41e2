"""A pull request from its first push to its last, in a repository with the project in a subfolder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.ci.pull_request import FOLDER, git
from tests.cli.user import Said, copy_of_the_shop, finished
from tests.wire_server import WireServer

PAYMENTS = "models/staging/stg_webshop__payments.sql"
REGIONS = "select country_code, country_name, shipping_zone as region from {{ ref('countries') }}\n"
KNOWN = ("--count-columns", "known")
STATE = ("--state", "state")


class Team:
    """Somebody who works in the repository; the project stands in ``transform``."""

    def __init__(self, home: Path, server: WireServer) -> None:
        self.repository = home / "repository"
        self.project = copy_of_the_shop(self.repository / FOLDER)
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        self._environ = {
            "PATH": path,
            "HOME": str(home),
            "OPENAI_API_KEY": "sk-1",
            "OPENAI_BASE_URL": server.base_url,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        (self.repository / ".gitignore").write_text("target/\nlogs/\nstate/\n")
        (self.project / "dbt-docsmith.yml").write_text("ledger: on\n")
        git(self.repository, "init", "--quiet", "--initial-branch=main")

    def says(self, *arguments: str) -> Said:
        """What the program says when it is started in the root of the repository."""
        command = [sys.executable, "-m", "dbt_docsmith", *arguments, "--project-dir", FOLDER]
        return finished(command, self._environ, self.repository)

    def told(self, *arguments: str) -> Any:
        """The same as data."""
        return json.loads(self.says(*arguments, "--format", "json").out)

    def commit(self, message: str) -> None:
        """Everything that has changed."""
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--message", message)

    def parse(self) -> None:
        """``dbt parse``, as the job of a branch does."""
        command = ("dbt", "--quiet", "parse", "--project-dir", ".", "--profiles-dir", ".")
        subprocess.run(command, cwd=self.project, env=self._environ, check=True, capture_output=True)

    def change(self) -> None:
        """A new model, and another whose SQL says something else and has a column more."""
        (self.project / "models" / "marts" / "dim_regions.sql").write_text(REGIONS)
        payments = self.project / PAYMENTS
        changed = payments.read_text().replace(
            "state = 'captured' as is_captured",
            "state in ('captured', 'settled') as is_captured, captured::date as paid_on",
        )
        payments.write_text(changed)


def missing(report: Any) -> set[tuple[str, str | None]]:
    return {(each["unique_id"].rpartition(".")[2], each["column"]) for each in report["missing"]}


@pytest.mark.slow
def test_a_branch_is_held_to_what_it_changes_and_to_nothing_else(tmp_path: Path, wire_server: WireServer) -> None:
    team = Team(tmp_path, wire_server)
    assert team.says("document").code == 0
    assert team.says("check").code == 0
    team.parse()
    team.commit("Everything is documented")
    shutil.copytree(team.project / "target", team.repository / "state")

    git(team.repository, "switch", "--quiet", "--create", "regions")
    team.change()
    team.parse()
    changed = {("dim_regions", name) for name in (None, "country_code", "country_name", "region")}
    changed |= {("stg_webshop__payments", "paid_on")}
    for selection in (("--new-only",), ("-s", "state:modified")):
        report = team.told("check", *KNOWN, *STATE, *selection)
        assert (report["exit_code"], missing(report)) == (1, changed), selection
    asked = len(wire_server.seen)

    done = team.told("document", "-s", "state:modified", *STATE)
    assert {(each["unique_id"].rpartition(".")[2], each["column"]) for each in done["proposals"]} == changed
    assert len(wire_server.seen) == asked + 2
    for selection in (("--new-only",), ("-s", "state:modified")):
        assert team.told("check", *KNOWN, *STATE, *selection)["exit_code"] == 0
    touched = git(team.repository, "status", "--porcelain", "--untracked-files=all").split()[1::2]
    assert {Path(path).name for path in touched} == {
        *(
            "dim_regions.sql",
            "dim_regions.yml",
            "stg_webshop__payments.sql",
            "_staging__models.yml",
            "ledger.jsonl",
        )
    }

    stale = team.told("check", "--stale", *STATE)["stale"]
    assert {each["unique_id"] for each in stale} == {"model.shop.stg_webshop__payments"}
    assert team.told("check", "--stale", "-s", "dim_regions")["stale"] == []
    team.told("document", "--refresh-stale")
    team.commit("Regions, and what counts as captured")
    assert team.told("check", "--stale")["stale"] == []
