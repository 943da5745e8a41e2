"""A runner of GitHub's: takes the steps of a job one by one, in a shell as GitHub's, and keeps what they say.

``actions/checkout`` and ``actions/setup-python`` find their work done; ``actions/cache`` keeps a folder; this
project's action is run from ``action.yml``, a step at a time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.ci.expressions import evaluate

ROOT = Path(__file__).parents[2]
OURS = "dbt-docsmith/dbt-docsmith@"
DONE_BEFORE = ("actions/checkout@", "actions/setup-python@")
NewRunner = Callable[..., "Runner"]
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")


@dataclass
class Runner:
    """One machine. ``github`` is the context of that name; ``environ`` what every step's environment begins with.

    ``skip`` names steps that are left out. ``log`` is what the steps said, ``uses`` what actions of others they
    named, ``summary`` the run's page.
    """

    workspace: Path
    temp: Path
    github: dict[str, Any]
    environ: Mapping[str, str]
    skip: tuple[str, ...] = ()
    log: str = ""
    uses: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The Markdown on the page of the run."""
        page = self.temp / "summary.md"
        return page.read_text(encoding="utf-8") if page.exists() else ""

    def job(self, job: Mapping[str, Any]) -> str:
        """Run a job of a workflow: ``success`` or ``failure``."""
        environ: Mapping[str, str] = job.get("env", {})
        values, _ = evaluate(self._contexts({}, {}, {}), "success", list(environ.values()))
        return self._steps(job["steps"], {}, dict(zip(environ, values, strict=True)))[0]

    def action(self, **inputs: str) -> tuple[str, Mapping[str, str]]:
        """Run this project's action: ``success`` or ``failure``, and its outputs."""
        return self._action(inputs, {})

    def _action(self, inputs: Mapping[str, str], environ: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        defaults = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
        assert set(inputs) <= set(defaults), "an input that the action does not have"
        filled, _ = evaluate(self._contexts({}, {}, {}), "success", list(defaults.values()))
        given = {**dict(zip(defaults, filled, strict=True)), **inputs}
        status, steps = self._steps(action["runs"]["steps"], given, environ)
        outputs = {name: each["value"] for name, each in action["outputs"].items()}
        values, _ = evaluate(self._contexts(given, steps, {}), status, list(outputs.values()))
        return status, dict(zip(outputs, values, strict=True))

    def _steps(
        self, steps: Sequence[Mapping[str, Any]], inputs: Mapping[str, str], environ: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        status, known = "success", dict[str, Any]()
        for step in steps:
            contexts = self._contexts(inputs, known, environ)
            _, [holds] = evaluate(contexts, status, [], [str(step.get("if", "success()"))])
            if not holds or step.get("name") in self.skip:
                continue
            outputs: dict[str, str] = {}
            if not self._step(_filled(step, contexts, status), environ, outputs):
                status = "failure"
            known[step.get("id", f"step {len(known)}")] = {"outputs": outputs}
        return status, known

    def _step(self, step: Mapping[str, Any], environ: Mapping[str, Any], outputs: dict[str, str]) -> bool:
        if "run" in step:
            return self._run(step, environ, outputs)
        uses, given = step["uses"], step.get("with", {})
        if uses.startswith(OURS):
            status, found = self._action(given, environ)
            outputs.update(found)
            return status == "success"
        self.uses.append(uses)
        if uses.startswith("actions/cache/"):
            self._cache(uses, given)
        else:
            assert uses.startswith(DONE_BEFORE), f"nobody knows {uses} here"
        return True

    def _run(self, step: Mapping[str, Any], environ: Mapping[str, Any], outputs: dict[str, str]) -> bool:
        file = self.temp / "output"
        file.write_text("")
        told = {
            "GITHUB_OUTPUT": str(file),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_ACTION_PATH": str(ROOT),
        }
        own = {name: str(value) for name, value in {**environ, **step.get("env", {})}.items()}
        done = subprocess.run(
            [*SHELL, step["run"]],
            cwd=step.get("working-directory", self.workspace),
            env={**self.environ, **own, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        outputs.update(line.split("=", 1) for line in file.read_text().splitlines())
        return done.returncode == 0

    def _cache(self, uses: str, given: Mapping[str, str]) -> None:
        kept = self.temp.parent / "cache"
        if "/save@" in uses:
            if Path(given["path"]).exists():
                shutil.copytree(given["path"], kept / given["key"])
        else:
            found = sorted(kept.glob(f"{given['restore-keys']}*"))
            if found:
                shutil.copytree(found[-1], given["path"], dirs_exist_ok=True)

    def _contexts(
        self, inputs: Mapping[str, str], steps: Mapping[str, Any], environ: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return {
            "github": {**self.github, "action_path": str(ROOT), "workspace": str(self.workspace)},
            "runner": {"temp": str(self.temp)},
            "inputs": inputs,
            "steps": steps,
            "env": environ,
            "secrets": {"OPENAI_API_KEY": "sk-of-the-repository"},
            "vars": {},
        }


def _filled(step: Mapping[str, Any], contexts: Mapping[str, Any], status: str) -> Mapping[str, Any]:
    """The step with every expression filled in."""
    texts: list[str] = []

    def gather(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: gather(item) for name, item in value.items()}
        texts.append(value if isinstance(value, str) else json.dumps(value))
        return len(texts) - 1

    shape = {name: gather(value) for name, value in step.items() if name != "if"}
    filled, _ = evaluate(contexts, status, texts)

    def put(value: Any) -> Any:
        return {name: put(item) for name, item in value.items()} if isinstance(value, Mapping) else filled[value]

    return {name: put(value) for name, value in shape.items()}
