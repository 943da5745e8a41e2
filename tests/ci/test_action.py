"""The GitHub Action, run as a runner of GitHub's runs it, on a real repository with a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ci.expressions import complaints
from tests.ci.github_runner import NewRunner
from tests.ci.github_server import GitHubServer
from tests.ci.pull_request import FOLDER, REGIONS_YAML, PullRequest
from tests.ci.suggested import accepted
from tests.wire_server import WireServer, failing

ACTION = Path(__file__).parents[2] / "action.yml"
NEW = "-s dim_regions"


def test_github_accepts_the_action() -> None:
    assert complaints(action=ACTION.read_text(encoding="utf-8")) == []


@pytest.mark.slow
def test_the_gate_installs_the_program_annotates_the_lines_comments_once_and_fails(
    runner: NewRunner, github: GitHubServer
) -> None:
    for name, skip in (("first", ()), ("second", ("Install dbt-docsmith",))):
        machine = runner(name)
        machine.skip = skip
        status, outputs = machine.action(**{"project-dir": FOLDER, "arguments": NEW, "comment": "true"})
        assert (status, outputs["exit-code"]) == ("failure", "1"), machine.log
        assert f"::error file={FOLDER}/{REGIONS_YAML},line=4,title=dbt-docsmith::" in machine.log
        assert "### dbt-docsmith check finds something" in machine.summary
    [comment] = github.comments
    assert comment["body"].startswith("<!-- dbt-docsmith check -->\n### dbt-docsmith check finds something")


@pytest.mark.slow
def test_what_the_pull_request_adds_is_documented_in_a_commit_of_its_branch(
    runner: NewRunner, pull_request: PullRequest
) -> None:
    machine = runner()
    given = {"command": "document", "project-dir": FOLDER, "arguments": f"{NEW} --provider rules"}
    status, outputs = machine.action(**given)
    assert (status, outputs["exit-code"]) == ("success", "0"), machine.log
    assert int(outputs["descriptions"]) >= 3
    assert pull_request.pushed(REGIONS_YAML).count("description: ") == int(outputs["descriptions"])
    assert pull_request.git("show", "--stat", "--format=%an|%s", "HEAD").splitlines()[0] == (
        "github-actions[bot]|Document what this pull request adds"
    )
    assert pull_request.git("status", "--porcelain") == ""


@pytest.mark.slow
def test_a_click_on_every_suggestion_gives_the_file_that_was_written(
    runner: NewRunner, pull_request: PullRequest, github: GitHubServer
) -> None:
    before = pull_request.pushed(REGIONS_YAML)
    given = {"command": "document", "project-dir": FOLDER, "deliver": "suggest"}
    for name in ("first", "second"):
        pull_request.git("checkout", "--quiet", "--", ".")
        machine = runner(name)
        assert machine.action(**given, arguments=f"{NEW} --provider rules")[0] == "success", machine.log
    assert pull_request.pushed(REGIONS_YAML) == before
    written = (pull_request.project / REGIONS_YAML).read_text()
    assert accepted(before + "\n", github.suggestions) == written
    assert written.count("description: ") >= 3


@pytest.mark.slow
def test_what_stands_where_the_pull_request_shows_nothing_is_a_patch_on_the_page(
    runner: NewRunner, github: GitHubServer
) -> None:
    machine = runner()
    given = {"command": "document", "project-dir": FOLDER, "deliver": "suggest"}
    assert machine.action(**given, arguments="-s dim_customers --provider rules")[0] == "success", machine.log
    assert github.suggestions == []
    assert "+++ b/transform/models/marts/dim_customers.yml" in machine.summary
    assert "changes stand where this pull request shows no lines" in machine.log


@pytest.mark.slow
def test_what_was_made_is_pushed_and_kept_though_a_text_failed_and_then_the_job_fails(
    runner: NewRunner, pull_request: PullRequest, wire_server: WireServer
) -> None:
    environ = {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": wire_server.base_url}
    given = {"command": "document", "project-dir": FOLDER}
    arguments = "-s dim_regions stg_webshop__payments --provider openai --threads 1 --llm-max-retries 0"
    wire_server.script.append(failing(400, "no"))
    machine = runner("first")
    machine.environ = {**machine.environ, **environ}
    status, outputs = machine.action(**given, arguments=arguments)
    assert (status, outputs["exit-code"]) == ("failure", "1"), machine.log
    pushed = pull_request.pushed(REGIONS_YAML) + pull_request.pushed("models/staging/_staging__models.yml")
    assert "said by the server" in pushed
    asked = len(wire_server.seen)
    pull_request.git("reset", "--quiet", "--hard", "HEAD~1")
    again = runner("second")
    again.environ = {**again.environ, **environ}
    pull_request.git("push", "--quiet", "--force", "origin", "HEAD:regions")
    assert again.action(**given, arguments=arguments)[0] == "success", again.log
    assert len(wire_server.seen) == asked + 1


@pytest.mark.parametrize(
    ("head", "deliver", "says"),
    [
        ({"repo": {"full_name": "somebody/warehouse"}}, "commit", "is of a fork"),
        ({"sha": "0" * 40}, "suggest", "give actions/checkout ref: "),
        ({}, "mail", "none of commit, suggest and none"),
    ],
)
@pytest.mark.slow
def test_what_could_not_be_delivered_is_not_made(
    runner: NewRunner,
    pull_request: PullRequest,
    github: GitHubServer,
    head: dict[str, object],
    deliver: str,
    says: str,
) -> None:
    machine = runner(**head)
    given = {"command": "document", "project-dir": FOLDER, "arguments": f"{NEW} --provider rules"}
    status, outputs = machine.action(**given, deliver=deliver)
    assert (status, outputs["exit-code"], outputs["descriptions"]) == ("failure", "2", "0")
    assert says in machine.log
    assert pull_request.git("status", "--porcelain") == ""


@pytest.mark.slow
def test_a_comment_that_is_not_allowed_is_a_warning(
    runner: NewRunner, pull_request: PullRequest, github: GitHubServer
) -> None:
    github.may_write = False
    machine = runner()
    status, _ = machine.action(
        **{"project-dir": FOLDER, "arguments": "-s countries --min-coverage 1", "comment": "true"}
    )
    assert status == "success", machine.log
    assert "::warning title=dbt-docsmith::no comment could be written: GitHub answers 403" in machine.log


@pytest.mark.slow
def test_an_option_that_cannot_be_right_is_an_annotation(
    runner: NewRunner, pull_request: PullRequest, github: GitHubServer
) -> None:
    machine = runner()
    status, outputs = machine.action(**{"project-dir": FOLDER, "arguments": "--min-coverage 'a lot'"})
    assert (status, outputs["exit-code"]) == ("failure", "2")
    assert "::error title=dbt-docsmith::" in machine.log
