"""What `dbt-osmosis yaml document --synthesize` asks of a provider, alone and served by this engine.

    python -m benchmarks osmosis PROJECT [PROGRAMS]

PROGRAMS is the folder of the programs of an environment in which both are installed; without it one is made. The
project is copied; its warehouse is built first where it has no catalog.json. Tokens are counted alike for both, by
the characters of all messages and answers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.wire_server import Body, Reply, WireServer, answering, describe_everything

from dbt_docsmith.properties.read import is_placeholder, read_entries
from dbt_docsmith.types import WrittenColumn, WrittenEntry

ROOT = Path(__file__).parents[1]
CHARS_PER_TOKEN = 3.5
SENTENCE = "What it tells a reader, said by the server."
ENGINES = {"dbt-osmosis alone": "off", "served by dbt-docsmith": "on"}


@dataclass(frozen=True)
class Asked:
    """What one run came to."""

    requests: int
    prompt_tokens: float
    answer_tokens: float
    texts: int

    @property
    def tokens_a_text(self) -> float:
        """Both ways."""
        return (self.prompt_tokens + self.answer_tokens) / max(1, self.texts)


def main(arguments: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(arguments[1]) if len(arguments) > 1 else _install(Path(folder) / "venv")
        prepared = _prepare(Path(arguments[0]), Path(folder), programs)
        print(f"  {_version(programs)}, {_texts(prepared)} descriptions written before")
        print(f"  {'':24}requests  prompt tokens  answer tokens  new texts  tokens a text")
        for name, switch in ENGINES.items():
            asked = _run(prepared, Path(folder) / switch, programs, switch)
            print(
                f"  {name:24}{asked.requests:8}{asked.prompt_tokens:15,.0f}{asked.answer_tokens:15,.0f}"
                f"{asked.texts:11}{asked.tokens_a_text:15,.0f}"
            )


def _install(venv: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    wanted = ("dbt-osmosis[openai]", f"{ROOT}[openai]", "dbt-core<1.12", "dbt-duckdb")
    subprocess.run([str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return venv / "bin"


def _prepare(project: Path, folder: Path, programs: Path) -> Path:
    """A copy as dbt-osmosis writes it without synthesis, so that only what is synthesized is counted."""
    copy = folder / "prepared"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("*.duckdb*", "logs", ".git"))
    _with_a_rule(copy / "dbt_project.yml")
    if not (copy / "target" / "catalog.json").is_file():
        _called(programs, copy, {}, "dbt", "build", "--quiet")
    _called(programs, copy, {}, "dbt-osmosis", "yaml", "document", *_catalog(copy))
    return copy


def _with_a_rule(settings: Path) -> None:
    data = yaml.safe_load(settings.read_text(encoding="utf-8"))
    data["vars"] = {"dbt_osmosis_default_path": "_{model}.yml", **(data.get("vars") or {})}
    settings.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def _run(prepared: Path, copy: Path, programs: Path, switch: str) -> Asked:
    shutil.copytree(prepared, copy)
    with WireServer() as server:
        answers: list[int] = []
        server.respond = lambda body: _answered(body, answers)
        environ = {
            "OPENAI_BASE_URL": server.base_url,
            "OPENAI_API_KEY": "sk-loopback",
            "OSMOSIS_LLM_ENGINE": switch,
        }
        environ |= {"OSMOSIS_LLM_CACHE_DIR": str(copy / "target" / "answers")}
        _called(programs, copy, environ, "dbt-osmosis", "yaml", "document", "--synthesize", *_catalog(copy))
        prompts = sum(len(message["content"]) for body in server.bodies for message in body["messages"])
        return Asked(
            len(server.seen),
            prompts / CHARS_PER_TOKEN,
            sum(answers) / CHARS_PER_TOKEN,
            _texts(copy) - _texts(prepared),
        )


def _answered(body: Body, answers: list[int]) -> Reply:
    """The same sentence for every description, in the form that was asked for."""
    content = _content(body)
    answers.append(len(content) if isinstance(content, str) else len(str(content)))
    return answering(content)


def _content(body: Body) -> str | dict[str, Any]:
    if "response_format" in body:
        said = describe_everything(body)
        return {**said, "columns": [{**column, "description": SENTENCE} for column in said["columns"]]}
    messages = " ".join(message["content"] for message in body["messages"])
    selected = re.search(r"SELECT (.*?) FROM ", messages)
    if selected is None or "JSON" not in messages:
        return SENTENCE
    names = [name.strip() for name in selected[1].split(",")]
    return {"description": SENTENCE, "columns": [{"name": name, "description": SENTENCE} for name in names]}


def _texts(project: Path) -> int:
    """How many descriptions stand in the properties files."""
    files = [file for file in project.rglob("*.yml") if "target" not in file.parts]
    return sum(_described(entry) for file in files for entry in _entries(file))


def _entries(file: Path) -> tuple[WrittenEntry, ...]:
    text = file.read_text(encoding="utf-8")
    return read_entries(file.name, text) if re.search(r"^(models|sources|seeds):", text, re.MULTILINE) else ()


def _described(entry: WrittenEntry) -> int:
    things: list[WrittenEntry | WrittenColumn] = [entry, *entry.columns.values()]
    texts = [thing.description.raw for thing in things if thing.description is not None]
    return sum(bool(text.strip()) and not is_placeholder(text) for text in texts)


def _catalog(project: Path) -> list[str]:
    catalog = project / "target" / "catalog.json"
    return ["--catalog-path", str(catalog)] if catalog.is_file() else []


def _version(programs: Path) -> str:
    found = subprocess.run(
        [str(programs / "dbt-osmosis"), "--version"], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def _called(programs: Path, project: Path, environ: Mapping[str, str], program: str, *args: str) -> None:
    done = subprocess.run(
        [str(programs / program), *args],
        cwd=project,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr}")
