"""A virtual environment as a user has one, and what its programs say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cli.user import Said, finished


@dataclass(frozen=True)
class Place:
    """A virtual environment, a home without anything, and the variables that every program sees."""

    folder: Path
    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, program: str, *args: str, cwd: Path | None = None, **environ: str) -> Said:
        """One of its programs, from its start to its end."""
        return finished([str(self.programs / program), *args], self._seen(environ), cwd or self.home)

    def shell(self, line: str, cwd: Path) -> Said:
        """A line as it is typed."""
        path = {"PATH": f"{self.programs}{os.pathsep}{os.defpath}"}
        return finished(["sh", "-c", line], self._seen(path), cwd)

    def start(self, program: str, *args: str, cwd: Path) -> subprocess.Popen[str]:
        """One of its programs, which goes on."""
        pipe = subprocess.PIPE
        command = [str(self.programs / program), *args]
        return subprocess.Popen(command, env=self._seen({}), cwd=cwd, stdout=pipe, stderr=pipe, text=True)

    def install(self, *requirements: str) -> None:
        """What a user types. Skips where pip says that it reaches no registry, and only there."""
        done = self.run("python", "-m", "pip", "install", "--quiet", "--no-compile", *requirements, **os.environ)
        if done.code and "connection broken by" in done.err:
            pytest.skip(f"pip reaches no registry: {done.err.strip().splitlines()[-1]}")
        assert done.code == 0, done.err
        checked = self.run("python", "-m", "pip", "check")
        assert checked.code == 0, checked.out

    @property
    def programs(self) -> Path:
        """Where its programs are."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def _seen(self, environ: dict[str, str]) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.home), **self.environ, **environ}


def new_place(folder: Path, **environ: str) -> Place:
    """A new one. What its programs see besides is ``environ``."""
    (folder / "home").mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    return Place(folder / "venv", folder / "home", environ)
