"""A repository with a pull request: the example project in a subfolder, and a branch that adds a model to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ci.github_runner import Runner
from tests.ci.github_server import TOKEN, GitHubServer
from tests.cli.user import copy_of_the_shop

FOLDER = "transform"
BRANCH = "regions"
REGIONS = "models/marts/dim_regions.sql"
REGIONS_YAML = "models/marts/dim_regions.yml"
_SQL = "select country_code, country_name, shipping_zone as region from {{ ref('countries') }}\n"
_YAML = "models:\n  - name: dim_regions\n    columns:\n      - name: country_code\n      - name: region\n"


@dataclass(frozen=True)
class PullRequest:
    """All of it stands in ``home``."""

    home: Path

    @property
    def origin(self) -> Path:
        """The repository on the server."""
        return self.home / "origin.git"

    @property
    def checkout(self) -> Path:
        """Where the job works."""
        return self.home / "checkout"

    def copy(self, home: Path) -> PullRequest:
        """The same once more, elsewhere."""
        shutil.copytree(self.home, home, symlinks=True)
        copied = PullRequest(home)
        copied.git("remote", "set-url", "origin", str(copied.origin))
        return copied

    @property
    def project(self) -> Path:
        """The dbt project."""
        return self.checkout / FOLDER

    def git(self, *arguments: str) -> str:
        """What git says in the checkout."""
        return git(self.checkout, *arguments)

    def pushed(self, path: str) -> str:
        """A file of the project as the branch has it on the server."""
        return git(self.origin, "show", f"{BRANCH}:{FOLDER}/{path}")

    def event(self, **head: Any) -> Mapping[str, Any]:
        """What GitHub tells a job of it."""
        known = {"sha": self.git("rev-parse", BRANCH), "ref": BRANCH, "repo": {"full_name": "acme/warehouse"}}
        return {"pull_request": {"number": 7, "head": {**known, **head}, "base": {"ref": "main"}}}

    def runner(self, server: GitHubServer, python: Path, name: str = "runner", **head: Any) -> Runner:
        """A machine that takes a job of this pull request."""
        temp = self.home / name
        temp.mkdir()
        event = self.event(**head)
        (temp / "event.json").write_text(json.dumps(event))
        github = {
            "event": event,
            "event_name": "pull_request",
            "repository": "acme/warehouse",
            "head_ref": BRANCH,
            "base_ref": "main",
            "ref_name": "7/merge",
            "token": TOKEN,
            "run_id": name,
            "run_attempt": "1",
        }
        environ = {
            "PATH": os.pathsep.join((str(python), str(Path(sys.executable).parent), os.environ["PATH"])),
            "HOME": str(self.home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": server.url,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_WORKSPACE": str(self.checkout),
            "RUNNER_TEMP": str(temp),
            **{f"GITHUB_{key.upper()}": value for key, value in github.items() if isinstance(value, str)},
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        del environ["GITHUB_TOKEN"]
        return Runner(self.checkout, temp, github, environ)


def open_pull_request(folder: Path) -> PullRequest:
    """The branch adds ``dim_regions``, with an entry that describes nothing."""
    opened = PullRequest(folder)
    origin, checkout = opened.origin, opened.checkout
    subprocess.run(("git", "init", "--quiet", "--bare", "--initial-branch=main", origin), check=True)
    subprocess.run(("git", "clone", "--quiet", origin, checkout), check=True, capture_output=True)
    project = copy_of_the_shop(checkout / FOLDER)
    (checkout / ".gitignore").write_text("target/\nlogs/\n")
    _commit(checkout, "main", "The shop")
    git(checkout, "switch", "--quiet", "--create", BRANCH)
    (project / REGIONS).write_text(_SQL)
    (project / REGIONS_YAML).write_text(_YAML)
    _commit(checkout, BRANCH, "Regions")
    parse = ("dbt", "--quiet", "parse", "--project-dir", ".", "--profiles-dir", ".")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(parse, cwd=project, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    return opened


def git(folder: Path, *arguments: str) -> str:
    """What git says there, as nobody in particular."""
    author = ("-c", "user.name=Anybody", "-c", "user.email=anybody@acme.test")
    done = subprocess.run(("git", *author, *arguments), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _commit(checkout: Path, branch: str, message: str) -> None:
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", message)
    git(checkout, "push", "--quiet", "origin", f"HEAD:{branch}")


def make_python(folder: Path) -> Path:
    """The programs of a python of the job's own, in which what is installed here is installed, too."""
    venv.create(folder, with_pip=True, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return folder / "bin"
