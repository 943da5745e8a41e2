"""`check` as the gate of a CI job: its formats, and what it compares with."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.user import User, reported

SAID = "What the customer paid for all units of the article, in US cents."
ANNOTATION = re.compile(r"::(error|warning|notice) (?:file=([^,:]+)(?:,line=(\d+))?,)?title=dbt-docsmith::(.+)")


def annotations(out: str) -> list[tuple[str, str | None, str | None, str]]:
    return [ANNOTATION.fullmatch(line).groups() for line in out.splitlines()]  # type: ignore[union-attr, misc]


@pytest.fixture
def monorepo(user: User, tmp_path: Path) -> Path:
    """A git repository that holds the project in a subfolder."""
    root = tmp_path / "repository"
    shutil.copytree(user.project, root / "data" / "shop")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    return root


def test_annotations_name_files_from_the_git_root(user: User, monorepo: Path) -> None:
    said = user.anywhere("check", "--project-dir", monorepo / "data" / "shop", "--format", "github")
    assert said.code == 1
    *found, last = annotations(said.out)
    assert len(found) == len(reported(user, "check")["missing"])
    assert {level for level, *_ in found} == {"error"}
    for _, file, line, text in found:
        lines = (monorepo / str(file)).read_text().splitlines()
        column = text.removesuffix(" has no description").rpartition(".")[2]
        assert line is None or lines[int(line) - 1].split("name: ")[1].strip("\"'") == column
    assert last[0] == "notice"
    assert "descriptions missing" in last[3]


def test_a_node_without_a_properties_file_is_annotated_at_its_sql(user: User) -> None:
    bare = [a for a in annotations(user("check", "--format", "github").out) if a[2] is None and a[1]]
    assert len(bare) == 3
    assert all(str(file).endswith(".sql") for _, file, _, _ in bare)


def test_what_does_not_fail_is_a_warning(user: User) -> None:
    said = user("check", "--min-coverage", "10", "--format", "github")
    assert said.code == 0
    assert {level for level, *_ in annotations(said.out)} == {"warning", "notice"}


def test_markdown_begins_with_a_mark_and_tells_the_coverage(user: User) -> None:
    lines = user("check", "--format", "markdown").out.splitlines()
    assert lines[0] == "<!-- dbt-docsmith check -->"
    assert lines[1].startswith("### dbt-docsmith check finds something: ")
    assert "| nodes | 16/26 (61 %) |" in lines
    assert any(line.startswith("- `models/marts/dim_customers.yml`: ") for line in lines)


def test_sarif_has_a_result_for_each_missing_description(user: User) -> None:
    sarif = json.loads(user("check", "--format", "sarif").out)
    [run] = sarif["runs"]
    missing = reported(user, "check")["missing"]
    assert sarif["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "dbt-docsmith"
    assert len(run["results"]) == len(missing)
    assert {result["ruleId"] for result in run["results"]} == {
        rule["id"] for rule in run["tool"]["driver"]["rules"][:1]
    }
    for result, each in zip(run["results"], missing, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == (each["file"] or each["node_file"])
        assert place["region"]["startLine"] >= 1


def undocument(user: User, file: str, text: str) -> None:
    path = user.project / file
    before = path.read_text()
    assert text in before
    path.write_text(before.replace(text, ""))


def test_compare_passes_where_nothing_was_lost_and_fails_where_something_was(user: User, tmp_path: Path) -> None:
    earlier = tmp_path / "before.json"
    earlier.write_text(user("check", "--format", "json").out)
    assert user("check", "--compare", earlier).code == 0
    undocument(user, "models/staging/_staging__sources.yml", SAID)
    said = user("check", "--compare", earlier)
    assert said.code == 1
    assert "before: 16/26 (61 %) of nodes" in said.out
    assert reported(user, "check", "--compare", earlier)["compared_with"]["nodes"] == [16, 26]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read (No such file or directory); name a report of check --format json"),
        ("{", "is no report of check --format json"),
        ('{"version": 1, "command": "document"}', "is no report of check --format json"),
        (
            '{"version": 1, "command": "check",'
            ' "coverage": {"columns_from": "known", "nodes": [1, 2], "columns": [1, 2]}}',
            "counts known columns and this check declared ones; give --count-columns known",
        ),
    ],
)
def test_a_report_that_cannot_be_compared_with(content: str | None, told: str, user: User, tmp_path: Path) -> None:
    earlier = tmp_path / "before.json"
    if content is not None:
        earlier.write_text(content)
    said = user("check", "--compare", earlier)
    assert said.code == 2
    assert told in said.error


class TestNewOnly:
    """--new-only against a manifest of before: what was missing then is not this change's fault."""

    @pytest.fixture
    def before(self, user: User, tmp_path: Path) -> Path:
        state = tmp_path / "state"
        state.mkdir()
        for name in ("manifest.json", "catalog.json"):
            shutil.copy(user.project / "target" / name, state / name)
        return state

    def change(self, before: Path, changes: Mapping[str, Mapping[str, str | None] | None]) -> None:
        """Make the past other than it was: a node's columns with their texts, or None for a node not there yet."""
        path = before / "manifest.json"
        manifest = json.loads(path.read_text())
        for unique_id, columns in changes.items():
            for name, text in (columns or {}).items():
                if text is None:
                    del manifest["nodes"][unique_id]["columns"][name]
                else:
                    manifest["nodes"][unique_id]["columns"][name]["description"] = text
            if columns is None:
                del manifest["nodes"][unique_id]
        path.write_text(json.dumps(manifest))

    def test_what_was_missing_before_is_no_fault(self, user: User, before: Path) -> None:
        said = user("check", "--new-only", "--state", before)
        assert (said.code, said.out.splitlines()[0]) == (0, "0 new descriptions missing")

    def test_a_new_node_and_a_lost_text_are(self, user: User, before: Path) -> None:
        new, changed = "model.shop.int_sales_unioned", "model.shop.fct_orders"
        self.change(before, {new: None, changed: {"ordered_at": "When the customer ordered."}})
        found = reported(user, "check", "--new-only", "--state", before)
        assert found["exit_code"] == 1
        assert {each["unique_id"] for each in found["missing"]} == {new, changed}
        assert [each["column"] for each in found["missing"] if each["unique_id"] == changed] == ["ordered_at"]

    def test_a_column_that_was_there_undeclared_is_no_fault(self, user: User, before: Path) -> None:
        self.change(before, {"model.shop.fct_orders": {"ordered_at": None}})
        assert user("check", "--new-only", "--state", before).code == 0

    def test_the_past_must_be_named(self, user: User) -> None:
        said = user("check", "--new-only")
        assert said.code == 2
        assert said.error == "--new-only needs --state DIR, the folder with the manifest.json to compare with"

    def test_a_past_without_a_manifest(self, user: User, tmp_path: Path) -> None:
        said = user("check", "--new-only", "--state", tmp_path)
        assert said.code == 2
        assert said.error.startswith(f"there is no manifest at {tmp_path}/manifest.json")


PAGE = Path(__file__).parents[2] / "docs" / "ci.md"


@pytest.mark.parametrize("command", re.findall(r"`dbt-docsmith (check[^`]*)`", PAGE.read_text(encoding="utf-8")))
def test_each_command_of_the_page_can_be_typed(command: str, user: User, tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(user("check", "--format", "json").out)
    shutil.copytree(user.project / "target", tmp_path / "target-of-main")
    words = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in command.split()]
    said = user(*words)
    assert said.code == (1 if command in ("check", "check --min-coverage 80") else 0)
    assert "error" not in said.err
