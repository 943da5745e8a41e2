"""A user at a terminal: a project of their own, an environment with nothing in it, and what a command said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.wire_server import WireServer

from dbt_docsmith.cli.main import run

ROOT = Path(__file__).parents[2]
RULES = ("document", "--provider", "rules")
JSON = ("--format", "json")
CONFIG = "dbt-docsmith.yml"


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line of an error; nothing else may have been said."""
        assert self.out == ""
        assert self.err.startswith("error: ")
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        return self.err.removeprefix("error: ").rstrip("\n")

    @property
    def warnings(self) -> list[str]:
        """The warnings, in their order."""
        return [line.removeprefix("warning: ") for line in self.err.splitlines() if line.startswith("warning: ")]


@dataclass(frozen=True)
class User:
    """Somebody with a copy of the example project and nothing in the environment but ``environ``."""

    project: Path
    home: Path
    environ: Mapping[str, str]
    capture: pytest.CaptureFixture[str]

    def __call__(self, *args: str | Path, **environ: str) -> Said:
        """Run a command on the project, in this process."""
        return self.anywhere(*args, DBT_PROJECT_DIR=str(self.project), **environ)

    def anywhere(self, *args: str | Path, **environ: str) -> Said:
        """Run a command that is told of no project."""
        self.capture.readouterr()
        code = run([str(arg) for arg in args], {**self.environ, **environ})
        out, err = self.capture.readouterr()
        return Said(code, out, err)

    def write(self, file: str, content: str | bytes) -> Path:
        """Write a file of the project."""
        path = self.project / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def tree(self) -> dict[str, bytes]:
        """Every file of the project."""
        files = sorted(path for path in self.project.rglob("*") if path.is_file())
        return {path.relative_to(self.project).as_posix(): path.read_bytes() for path in files}


def copy_of_the_shop(folder: Path) -> Path:
    """A copy of the example project whose manifest is not older than its settings."""
    shutil.copytree(ROOT / "examples" / "shop", folder, ignore=shutil.ignore_patterns("*.duckdb*", "logs"))
    (folder / "target" / "manifest.json").touch()
    return folder


@dataclass(frozen=True)
class Program:
    """The program as a python of its own starts it, with the packages of ``folder`` and no others."""

    folder: Path

    def __call__(self, user: User, *args: str | Path, path: Path | None = None, **environ: str) -> Said:
        """Run a command in the user's project. ``path`` is the only folder in which programs are found."""
        command = [sys.executable, "-S", "-P", "-m", "dbt_docsmith", *map(str, args)]
        own = {"PATH": str(path or self.folder), "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT / 'src'}"}
        return finished(command, {**user.environ, **own, **environ}, user.project)


def program_without(package: str, folder: Path) -> Program:
    """The program with everything that is installed here but one package."""
    for entry in Path(pytest.__file__).parents[1].iterdir():
        if entry.name not in (package, "dbt_docsmith") and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
    return Program(folder)


def finished(command: Sequence[str], environ: Mapping[str, str], cwd: Path) -> Said:
    """Run a process to its end."""
    done = subprocess.run(command, env=dict(environ), cwd=cwd, capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def reported(user: User, *args: str | Path, **environ: str) -> Any:
    """The JSON of a command."""
    return json.loads(user(*args, *JSON, **environ).out)


def refused(user: User, wire: WireServer, *args: str | Path, **environ: str) -> str:
    """The line of an error that ends a run before anything is spent or written."""
    before = user.tree()
    said = user(*args, **environ)
    assert said.code == 2
    assert wire.seen == []
    assert user.tree() == before
    return said.error


def running(user: User, *args: str) -> subprocess.Popen[str]:
    """The program in a process of its own, standing in the project."""
    command = [sys.executable, "-m", "dbt_docsmith", *args]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=dict(user.environ), cwd=user.project, stdout=pipe, stderr=pipe, text=True)
