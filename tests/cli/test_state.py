"""``state:`` selectors as a user types them: with `--state`, with `DBT_STATE`, and with neither."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.user import RULES, User, reported

CUSTOMERS, REVENUE = "model.shop.dim_customers", "model.shop.daily_revenue"


@pytest.fixture
def main_state(user: User, tmp_path: Path) -> Path:
    """The artifacts of a main branch in which one model's SQL was another and one model was not there yet."""
    folder = Path(shutil.copytree(user.project / "target", tmp_path / "main"))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["nodes"][CUSTOMERS]["raw_code"] = "select 1"
    del manifest["nodes"][REVENUE]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def missing(user: User, *args: str | Path, **environ: str) -> set[str]:
    """The nodes of which a check finds something missing."""
    return {each["unique_id"] for each in reported(user, "check", *args, **environ)["missing"]}


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("state:new", {REVENUE}),
        ("state:modified", {CUSTOMERS, REVENUE}),
        ("state:modified.configs", {REVENUE}),
        ("state:modified,state:old", {CUSTOMERS}),
    ],
)
def test_check_is_about_what_a_branch_changed(
    user: User, main_state: Path, selector: str, found: set[str]
) -> None:
    assert missing(user, "-s", selector, "--state", main_state) == found
    assert missing(user, "-s", selector, DBT_STATE=str(main_state)) == found


def test_document_writes_only_there(user: User, main_state: Path) -> None:
    said = reported(user, *RULES, "-s", "state:modified", "--state", main_state)

    assert {each["unique_id"] for each in said["proposals"]} <= {CUSTOMERS, REVENUE}
    assert said["files"]


def test_a_state_counts_in_the_settings_too(user: User, main_state: Path) -> None:
    user.write("dbt-docsmith.yml", "skip: ['state:old']\n")

    assert missing(user, "--state", main_state) == {REVENUE}


@pytest.mark.parametrize("command", ["check", "document"])
def test_without_a_state_the_line_says_how_to_name_one(user: User, command: str) -> None:
    provider = RULES[1:] if command == "document" else ()
    said = user(command, *provider, "-s", "state:modified")

    assert said.code == 2
    assert "'state:modified' needs --state DIR (or DBT_STATE)" in said.error


def test_a_folder_without_a_manifest_is_one_line(user: User, tmp_path: Path) -> None:
    said = user("check", "-s", "state:modified", "--state", tmp_path / "nowhere")

    assert said.code == 2
    assert said.error.startswith(f"there is no manifest at {tmp_path}/nowhere/manifest.json: name the folder")


def test_the_projects_own_target_is_no_state_to_compare_with(user: User) -> None:
    said = user("check", "-s", "state:modified", "--state", user.project / "target")

    assert "is the project's own manifest: nothing can differ from it" in said.err


@pytest.mark.slow
def test_a_setting_that_the_manifest_does_not_have_yet_counts_at_once(user: User, main_state: Path) -> None:
    file = "models/staging/_staging__models.yml"
    written = (user.project / file).read_text(encoding="utf-8")
    granted = "- name: stg_webshop__customers\n    config: {grants: {select: [analysts]}}\n"
    user.write(file, written.replace("- name: stg_webshop__customers\n", granted))

    changed = missing(user, "-s", "state:modified.configs", "--state", main_state)

    assert changed == {REVENUE, "model.shop.stg_webshop__customers"}
