"""Copies of the example project, and runs of the program on them: in this process or in one of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt_docsmith.config import Config, load_config
from dbt_docsmith.llm.attempts import Attempt
from dbt_docsmith.pipeline.check import run_check
from dbt_docsmith.pipeline.document import Mode, run_document
from dbt_docsmith.reports import CheckReport, Report
from dbt_docsmith.types import Proposal

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop"
DBT = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
DBT_FLAGS = ["--quiet", "--warn-error", "--no-send-anonymous-usage-stats"]

Tree = dict[str, bytes]


class Listener:
    """Hears what a run says, and keeps it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warnings: list[str] = []
        self.attempts: list[Attempt] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def attempt(self, attempt: Attempt, *, prompts: bool = False) -> None:
        self.attempts.append(attempt)

    @contextmanager
    def progress(self, total: int, what: str) -> Iterator[Callable[[str], None]]:
        yield lambda _name: None


class Shop:
    """One copy of a project, with the environment that its runs see. ``heard`` is what they said."""

    def __init__(self, root: Path, home: Path, base_url: str | None = None) -> None:
        self.root = root
        self.home = home
        self.cache = home / "cache"
        self.heard = Listener()
        self.environ = {"HOME": str(home), "OSMOSIS_LLM_CACHE_DIR": str(self.cache)}
        if base_url is not None:
            key = {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": base_url, "OPENAI_MODEL": "gpt-5.4-mini"}
            self.environ |= {**key, "OSMOSIS_LLM_RETRY_DELAY": "0"}

    def config(self, **given: Any) -> Config:
        """The settings of a run, as the command line would give them."""
        return load_config({"project_dir": str(self.root), **given}, self.environ)

    def document(self, *, dry_run: bool = False, diff: bool = False, **given: Any) -> Report:
        """``dbt-docsmith document`` in this process."""
        return run_document(self.config(**given), Mode(dry_run=dry_run, diff=diff), self.heard)

    def check(self, **given: Any) -> CheckReport:
        """``dbt-docsmith check`` in this process."""
        return run_check(self.config(**given), self.heard)

    def files(self) -> Tree:
        """Every file of the project by its path."""
        found = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """``dbt-docsmith ARGUMENTS`` in a process of its own, which sees nothing of this one's environment."""
        return subprocess.Popen(
            [sys.executable, "-m", "dbt_docsmith", *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], **self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def dbt(self, *arguments: str) -> None:
        """Real dbt in the project's folder; it must end well."""
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.home), "DBT_PROFILES_DIR": str(self.root)}
        command = [*DBT, *DBT_FLAGS, *arguments]
        ran = subprocess.run(command, cwd=self.root, env=environ, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def copy_shop(folder: Path, base_url: str | None = None, *, within: str = "shop", project: Path = EXAMPLE) -> Shop:
    """A fresh copy of a project, ``within`` the folder; its runs keep their answers beside it."""
    root = folder / within
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("*.duckdb*", "logs"))
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    return Shop(root, home, base_url)


def texts(report: Report) -> dict[tuple[str, str | None], str | None]:
    """The descriptions a run made, by node and column."""
    return {(each.unique_id, each.column): each.description for each in report.proposals}


def made_by(report: Report, *origins: str) -> list[Proposal]:
    """The proposals of these origins."""
    return [each for each in report.proposals if each.origin in origins]
