"""The job a step runs in, as GitHub tells it: by variables and files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

TITLE = "dbt-docsmith"


class Job:
    """What a step is told, and where it leaves what it has to say. ``environ`` is the step's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.workspace = Path(environ["GITHUB_WORKSPACE"])
        self.report_file = Path(environ["RUNNER_TEMP"]) / "dbt-docsmith-report.json"
        self.summary_file = Path(environ["RUNNER_TEMP"]) / "dbt-docsmith-summary.md"
        self.repository = environ["GITHUB_REPOSITORY"]
        self.api_url = environ.get("GITHUB_API_URL", "")

    def asked(self, name: str) -> str:
        """The action's input of that name."""
        return self._environ.get(f"INPUT_{name}", "")

    @cached_property
    def pull_request(self) -> Mapping[str, Any] | None:
        """The pull request that set the job off, None where something else did."""
        event = json.loads(Path(self._environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        found: Mapping[str, Any] | None = event.get("pull_request")
        return found

    @property
    def branch(self) -> str:
        """The branch that a commit belongs on."""
        return self._environ.get("GITHUB_HEAD_REF") or self._environ["GITHUB_REF_NAME"]

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What the run came to, None where it could not run."""
        return json.loads(self.report_file.read_text(encoding="utf-8")) if self.report_file.exists() else None

    def put_out(self, name: str, value: object) -> None:
        """Give a value to the steps that follow."""
        self._append("GITHUB_OUTPUT", f"{name}={value}\n")

    def summarize(self, markdown: str) -> None:
        """Show Markdown on the page of the run."""
        self._append("GITHUB_STEP_SUMMARY", f"{markdown}\n")

    def _append(self, variable: str, text: str) -> None:
        with Path(self._environ[variable]).open("a", encoding="utf-8") as file:
            file.write(text)


def this_job() -> Job:
    """The job this process is a step of."""
    return Job(os.environ)


def annotate(level: str, message: str) -> None:
    """Show a line on the page of the run: ``notice``, ``warning`` or ``error``."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{level} title={TITLE}::{escaped}\n")
    sys.stdout.flush()
