"""A pull request, and the machines that take its jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ci.github_runner import NewRunner, Runner
from tests.ci.github_server import GitHubServer
from tests.ci.pull_request import PullRequest, make_python, open_pull_request


@pytest.fixture(scope="package")
def opened(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    """A pull request that no test changes."""
    return open_pull_request(tmp_path_factory.mktemp("opened"))


@pytest.fixture(scope="package")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the python that a job finds."""
    return make_python(tmp_path_factory.mktemp("job") / "python")


@pytest.fixture
def pull_request(opened: PullRequest, tmp_path: Path) -> PullRequest:
    """A pull request of the test's own."""
    return opened.copy(tmp_path / "home")


@pytest.fixture
def github(pull_request: PullRequest) -> Iterator[GitHubServer]:
    """The server that has it."""
    with GitHubServer(pull_request.origin, "main", "regions") as server:
        yield server


@pytest.fixture
def runner(pull_request: PullRequest, github: GitHubServer, python: Path) -> NewRunner:
    """A machine for a job, on which the program stands already."""

    def start(name: str = "runner", **head: Any) -> Runner:
        started = pull_request.runner(github, python, name, **head)
        started.skip = ("Install dbt-docsmith",)
        return started

    return start
