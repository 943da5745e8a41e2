"""Have the installed dbt make the manifest anew: ``dbt parse`` in a process of its own."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from dbt_docsmith.dbt.project import Project, manifest_path
from dbt_docsmith.errors import ProjectError

LONGEST_MESSAGE = 400
FLAGS = (
    *("--quiet", "--no-use-colors", "--no-send-anonymous-usage-stats"),
    *("--log-format", "text", "--log-level-file", "none", "--write-json"),
)


def dbt_command(
    python: str = sys.executable,
    find_spec: Callable[[str], object | None] = importlib.util.find_spec,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str] | None:
    """How to start dbt: the one installed beside this program, else the one on the PATH, else None."""
    try:
        beside = find_spec("dbt.cli") is not None
    except ModuleNotFoundError:
        beside = False
    if beside:
        return [python, "-P", "-c", "from dbt.cli.main import cli; cli()"]
    found = which("dbt")
    return [found] if found else None


def parse_project(
    project: Project,
    *,
    dbt: Sequence[str],
    profiles_dir: Path | None = None,
    profile: str | None = None,
    target: str | None = None,
    target_path: str | None = None,
    cli_vars: str | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Path:
    """Run ``dbt parse`` and give the manifest's path. It writes to the project's target folder, as dbt does.

    ``environ`` is dbt's environment and ``cwd`` where it starts, this process's own where they are None.
    ProjectError carries dbt's own first error, in one line.
    """
    start = cwd or Path.cwd()
    given = {
        "--project-dir": project.root,
        "--profiles-dir": profiles_dir or _profiles_dir_beside(project, start),
        "--profile": profile,
        "--target": target,
        "--target-path": target_path,
        "--vars": cli_vars,
    }
    options = [str(part) for flag, value in given.items() if value is not None for part in (flag, value)]
    _run([*dbt, "parse", *FLAGS, *options], start, environ)
    manifest = manifest_path(project, target_path)
    if not manifest.is_file():
        raise ProjectError(f"dbt parse ended well and left no {manifest}; name the manifest with --manifest")
    return manifest


def _profiles_dir_beside(project: Project, start: Path) -> Path | None:
    """dbt looks for profiles.yml where it is started, then in the user's home; ours is started anywhere."""
    beside = (project.root / "profiles.yml").is_file()
    return project.root if beside and not (start / "profiles.yml").is_file() else None


def _run(command: list[str], start: Path, environ: Mapping[str, str] | None) -> None:
    try:
        run = subprocess.run(command, cwd=start, env=environ, capture_output=True, check=False)
    except OSError as error:
        raise ProjectError(
            f"{command[0]} cannot be started: {error.strerror}; name a manifest with --manifest"
        ) from error
    if run.returncode != 0:
        said = first_error((run.stdout + b"\n" + run.stderr).decode("utf-8", errors="replace"))
        raise ProjectError(f"dbt parse failed: {said}; mend that, or name a manifest with --manifest")


_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_TIME = re.compile(r"^\d\d:\d\d:\d\d(\.\d+)?\s*")
_ENDS = re.compile(r"^-{5,}$|^Traceback \(most recent call last\)")


def first_error(output: str) -> str:
    """What dbt says is wrong, in one line of at most LONGEST_MESSAGE characters."""
    lines = [_TIME.sub("", _COLOR.sub("", line)).strip() for line in output.splitlines()]
    last = next((line for line in reversed(lines) if line), "it does not say why")
    message = (" ".join(_first_error(lines)) or last).rstrip(".:; ")
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 3] + "..."


def _first_error(lines: list[str]) -> Iterator[str]:
    """The paragraph below "Encountered an error:", or what follows "Error: " on a line."""
    if "Encountered an error:" in lines:
        below = lines[lines.index("Encountered an error:") + 1 :]
        paragraph = list(takewhile(lambda line: line and not _ENDS.match(line), below))
        yield from (f"{line}:" if _names_a_kind(line) else line for line in paragraph)
    else:
        told = (line.removeprefix("Error: ") for line in lines if line.startswith("Error: "))
        yield from (line for line in told if not line.startswith("Traceback"))


def _names_a_kind(line: str) -> bool:
    """``Compilation Error``, ``Parsing Error in model orders (models/orders.sql)``: what is wrong comes next."""
    return re.search(r"\bError( in .*\))?$", line) is not None
