"""docs/ci.md: every job on it is run the way its host runs it, and every command as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.ci.expressions import complaints
from tests.ci.github_runner import NewRunner
from tests.ci.github_server import GitHubServer
from tests.ci.pull_request import FOLDER, REGIONS_YAML, PullRequest, git
from tests.node import node, package
from tests.wire_server import WireServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
HOOKED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "src", "prompts", "examples")


def block(section: str, language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", SECTIONS[section], re.DOTALL)
    return str(found)


def workflow() -> Any:
    return yaml.safe_load(block("GitHub", "yaml"))


def test_github_accepts_the_workflow() -> None:
    assert complaints(workflow=block("GitHub", "yaml")) == []


def test_the_page_names_every_input_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert re.findall(r"^\| `([\w-]+)` \|", SECTIONS["GitHub"], re.MULTILINE) == [
        *("command", "arguments", "project-dir", "extras", "deliver", "message", "comment", "token")
    ]
    assert set(action["inputs"]) == set(re.findall(r"^\| `([\w-]+)` \|", SECTIONS["GitHub"], re.MULTILINE))


@pytest.mark.slow
def test_the_gate_fails_on_what_the_pull_request_adds_and_on_nothing_else(
    runner: NewRunner, github: GitHubServer
) -> None:
    machine = runner()
    assert machine.job(workflow()["jobs"]["gate"]) == "failure", machine.log
    found = re.findall(r"^::error file=(\S+?),", machine.log, re.MULTILINE)
    assert found == [f"{FOLDER}/{REGIONS_YAML}"] * 3, machine.log
    assert [comment["body"].splitlines()[1] for comment in github.comments] == [
        "### dbt-docsmith check finds something: 3 new descriptions missing"
    ]


@pytest.mark.slow
def test_the_second_job_documents_what_the_pull_request_adds_and_the_gate_opens(
    runner: NewRunner, pull_request: PullRequest, github: GitHubServer, wire_server: WireServer
) -> None:
    pull_request.git("checkout", "--quiet", "--detach", "regions")
    machine = runner("document")
    machine.environ = {**machine.environ, "OPENAI_BASE_URL": wire_server.base_url, "OPENAI_MODEL": "gpt-5.4-mini"}
    assert machine.job(workflow()["jobs"]["document"]) == "success", machine.log
    assert wire_server.seen[0].headers["authorization"] == "Bearer sk-of-the-repository"
    assert pull_request.pushed(REGIONS_YAML).count("description: ") == 4
    changed = git(pull_request.origin, "diff", "--name-only", "regions~1", "regions").splitlines()
    assert changed == [f"{FOLDER}/{REGIONS_YAML}"]
    [comment] = github.comments
    assert comment["body"].startswith("<!-- dbt-docsmith document -->")
    again = runner("gate")
    pull_request.git("worktree", "prune")
    assert again.job(workflow()["jobs"]["gate"]) == "success", again.log


@pytest.mark.slow
def test_gitlabs_job_fails_on_what_the_merge_request_adds(pull_request: PullRequest, python: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed, with which gitlab-ci-local copies a checkout")
    job = yaml.safe_load(block("GitLab", "yaml"))
    steps = job["documentation"]["script"]
    job["documentation"]["script"] = [step for step in steps if not step.startswith("pip install")]
    (pull_request.checkout / ".gitlab-ci.yml").write_text(yaml.safe_dump(job))
    pull_request.git("add", ".gitlab-ci.yml")
    command = [node(), str(package("gitlab-ci-local") / "src" / "index.js"), "--force-shell-executor"]
    variables = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    told = [part for name, value in variables.items() for part in ("--variable", f"{name}={value}")]
    path = os.pathsep.join((str(python), str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        [*command, *told, "--artifacts-to-source", "documentation"],
        cwd=pull_request.checkout,
        env={"PATH": path, "HOME": str(pull_request.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "3 new descriptions missing" in said, said


@pytest.mark.slow
def test_the_hooks_write_what_is_free_and_stop_the_commit(pull_request: PullRequest, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in HOOKED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "*.duckdb*", "logs")
        shutil.copytree(source, hooks / name, ignore=ignored) if source.is_dir() else shutil.copy(source, hooks)
    git(hooks, "init", "--quiet")
    git(hooks, "add", "--all", "--force")
    git(hooks, "commit", "--quiet", "--message", "All", "--no-verify")
    settings = yaml.safe_load(block("Before a commit", "yaml"))
    settings["repos"][0] |= {"repo": str(hooks), "rev": git(hooks, "rev-parse", "HEAD")}
    (pull_request.checkout / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings))
    pull_request.git("add", "--all")
    environ = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "HOME": str(pull_request.home)}
    first, second = (
        subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files"],
            cwd=pull_request.checkout,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        for _ in range(2)
    )
    if "connection broken by" in first.stdout.lower():
        pytest.skip("pip reaches no registry")
    assert re.search(r"dbt-docsmith document\.+Failed", first.stdout), first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert "description: " in (pull_request.project / REGIONS_YAML).read_text()
    assert re.search(r"dbt-docsmith document\.+Passed", second.stdout), second.stdout
    assert re.search(r"dbt-docsmith check\.+Passed", second.stdout), second.stdout


def test_dbt_clouds_artifacts_are_fetched_and_read(pull_request: PullRequest, tmp_path: Path) -> None:
    artifacts = tmp_path / "cloud" / "api" / "v2" / "accounts" / "1" / "jobs" / "2" / "artifacts"
    artifacts.mkdir(parents=True)
    project = pull_request.project
    for name in ("manifest.json", "catalog.json"):
        shutil.move(project / "target" / name, artifacts / name)
    with serving(tmp_path / "cloud") as (url, seen):
        script = block("dbt Cloud, without dbt here", "sh").replace("https://cloud.getdbt.com", url)
        told = {"DBT_CLOUD_TOKEN": "dbtc_1", "DBT_CLOUD_ACCOUNT": "1", "DBT_CLOUD_JOB": "2"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environ = {"PATH": path, "HOME": str(tmp_path), **told}
        done = subprocess.run(
            ["bash", "-c", script], cwd=project, env=environ, capture_output=True, text=True, check=False
        )
    assert seen == ["Token dbtc_1"] * 2, done.stderr
    assert done.returncode == 1, done.stderr
    assert "descriptions missing" in done.stdout


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A server of files, and the Authorization of each request."""
    seen: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            super().do_GET()

        def log_message(self, *_said: object) -> None:
            """Nothing is worth a line of the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()
        thread.join()
