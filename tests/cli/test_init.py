"""`init`: a look at the project, a file of settings, and what a run with it would do."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from tests.cli.user import CONFIG, Program, User, reported
from tests.wire_server import WireServer

from dbt_docsmith.config_file import read_config_file


def test_it_writes_one_file_and_sends_nothing(online: User, wire_server: WireServer) -> None:
    before = online.tree()
    said = online("init")
    assert (said.code, said.err) == (0, "")
    assert wire_server.seen == []
    assert {name for name, content in online.tree().items() if before.get(name) != content} == {CONFIG}
    assert said.out.startswith(f"Wrote {online.project / CONFIG}. Found:\n")


def test_it_ends_in_a_dry_run_with_its_own_file_and_five_texts(online: User) -> None:
    said = online("init").out
    estimate = reported(online, "document", "--dry-run")["estimate"]
    assert f"{estimate['requests']} requests, " in said
    samples = said.partition("5 texts as the rules write them")[2].splitlines()[1:6]
    assert len({".".join(line.split(":")[0].split(".")[:3]) for line in samples}) > 2
    assert len({line.split(":")[0] for line in samples}) == 5
    assert all(re.match(r"  (model|seed|source|snapshot)\.shop\.\S+: \S", line) for line in samples)


def test_its_file_changes_nothing_but_what_the_project_is_used_to(user: User) -> None:
    user("init")
    read = read_config_file(user.project)
    assert (read.doc_blocks.columns, read.doc_blocks.min, read.doc_blocks.file) == (
        "repeated",
        2,
        "models/docs.md",
    )
    assert (read.style.language, read.policy.never_send.tags, read.placement) == (None, [], None)


def test_it_needs_no_provider_and_says_so(user: User) -> None:
    said = user("init")
    assert said.code == 0
    assert "provider   none is configured" in said.out
    assert "a real run would end here: no provider is configured" in said.out


def test_it_names_the_extra_that_lacks(user: User, without_openai: Program) -> None:
    said = without_openai(user, "init", OPENAI_API_KEY="sk-none")
    assert said.code == 0
    assert "openai; lacks its SDK: pip install 'dbt-docsmith[openai]'" in said.out
    assert "sk-none" not in said.out + said.err + (user.project / CONFIG).read_text()


def test_it_keeps_what_is_marked_here(user: User) -> None:
    manifest = user.project / "target" / "manifest.json"
    known = json.loads(manifest.read_text())
    known["nodes"]["model.shop.dim_customers"]["columns"]["customer_id"]["tags"] = ["pii"]
    known["nodes"]["model.shop.fct_orders"]["config"]["meta"] = {"class": "confidential"}
    known["nodes"]["model.shop.fct_orders"]["meta"] = {"class": "confidential"}
    manifest.write_text(json.dumps(known))
    said = user("init", "--manifest", manifest)
    never_send = read_config_file(user.project).policy.never_send
    assert (never_send.tags, never_send.meta) == (["pii"], ["class=confidential"])
    assert "tag pii, meta class=confidential (1 node, 1 column): kept here by policy.never_send" in said.out


def test_a_file_that_is_there_is_left_alone(user: User) -> None:
    user.write(CONFIG, "provider: rules\n")
    said = user("init")
    assert said.code == 2
    assert said.error.endswith("is there already, and is not overwritten; move it away to have one written anew")
    assert (user.project / CONFIG).read_text() == "provider: rules\n"


@pytest.mark.parametrize("how", ["gone", "dangling"])
def test_without_a_manifest_and_without_dbt_it_says_the_cure(user: User, without_dbt: Program, how: str) -> None:
    (user.project / "target" / "manifest.json").unlink()
    if how == "dangling":
        (user.project / "target" / "manifest.json").symlink_to(user.home / "nowhere")
    said = without_dbt(user, "init")
    assert said.code == 2
    assert "run `dbt parse`" in said.error
    assert not (user.project / CONFIG).exists()


def test_it_needs_no_dbt_where_there_is_a_manifest(user: User, without_dbt: Program) -> None:
    said = without_dbt(user, "init")
    assert (said.code, (user.project / CONFIG).is_file()) == (0, True)


def test_a_folder_that_takes_no_file_is_told(user: User) -> None:
    (user.project / CONFIG).symlink_to(user.home / "no" / "such" / "folder")
    said = user("init")
    assert said.code == 2
    assert "cannot be written" in said.error


def test_the_jobs_of_a_repository_are_found_above_the_project(user: User) -> None:
    root = user.project.parent
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    workflows = root / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "dbt.yml").write_text("on: push\n")
    assert "CI         .github/workflows/dbt.yml" in user("init").out
    assert 'the snippet under "GitHub" in docs/ci.md' in (user.project / CONFIG).read_text()
