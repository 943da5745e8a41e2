"""Prompt tokens for each new description of `dbt-osmosis yaml document --synthesize`, inherited ones counted.

    python -m benchmarks peer-price PROJECT DBT_OSMOSIS

The program is that of an environment of its own, as `pip install "dbt-osmosis[openai]" dbt-duckdb` makes: where
dbt-docsmith is installed as well, it would answer in its place. Runs on a copy whose warehouse is in its folder
(DuckDB), over a counting loopback server. Tokens are counted as in `price`: characters / 3.5.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from dbt_docsmith.pipeline.node_plan import CHARS_PER_TOKEN

ROUTING = "_{model}.yml"
ANSWER = "Stands for what a model would say, at the usual length of such texts in public projects."


def main(arguments: Sequence[str]) -> None:
    """What the other program asks about one project."""
    if len(arguments) != 2:
        sys.exit("give the project's folder and the dbt-osmosis to run")
    folder, program = Path(arguments[0]), Path(arguments[1]).absolute()
    with tempfile.TemporaryDirectory() as temporary, _server() as (url, prompts):
        copy = Path(temporary) / "project"
        shutil.copytree(folder, copy)
        _route(copy / "dbt_project.yml")
        before = _descriptions(copy)
        _run(program, copy, url)
        new = _descriptions(copy) - before
    tokens = sum(len(prompt) for prompt in prompts) / CHARS_PER_TOKEN
    print(f"  {folder}: {len(prompts)} requests, {new} new descriptions")
    print(f"    prompt tokens {tokens:8.0f}   for each description {tokens / max(new, 1):6.1f}")


def _route(file: Path) -> None:
    """It writes no node without a routing rule."""
    project = yaml.safe_load(file.read_text(encoding="utf-8"))
    for section in ("models", "seeds"):
        rules = project.setdefault(section, {}).setdefault(project["name"], {})
        if not any("dbt-osmosis" in key for key in rules):
            rules["+dbt-osmosis"] = ROUTING
    file.write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")


def _run(program: Path, folder: Path, url: str) -> None:
    environ = {"LLM_PROVIDER": "openai", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": url, "OPENAI_MODEL": "none"}
    command = [program, "yaml", "document", "--synthesize", "--profiles-dir", ".", "--project-dir", "."]
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"dbt-osmosis ended with {ran.returncode}: {(ran.stdout + ran.stderr)[-2000:]}")


def _descriptions(folder: Path) -> int:
    """How many descriptions that say something stand in the properties files."""
    files = [*folder.glob("models/**/*.yml"), *folder.glob("seeds/**/*.yml")]
    return sum(_said(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


def _said(data: Any) -> int:
    if isinstance(data, dict):
        own = data.get("description")
        says = isinstance(own, str) and bool(own.strip()) and "name" in data
        return says + sum(map(_said, data.values()))
    return sum(map(_said, data)) if isinstance(data, list) else 0


@contextmanager
def _server() -> Iterator[tuple[str, list[str]]]:
    """A chat completions server that answers everything and keeps what it was sent."""
    prompts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = "".join(message["content"] for message in body["messages"])
            prompts.append(prompt)
            self._say(_answer(prompt))

        def _say(self, text: str) -> None:
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            said = {"id": "1", "object": "chat.completion", "created": 0, "model": "none", "choices": [choice]}
            content = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", prompts
    finally:
        server.shutdown()


def _answer(prompt: str) -> str:
    """A sentence; where many columns are asked for at once, the JSON with all names of the SELECT it shows."""
    if "ONLY VALID JSON" not in prompt:
        return ANSWER
    sql = prompt.partition(">>> SQL CODE START")[2].partition(">>> SQL CODE END")[0]
    names = re.findall(r"\w+", sql.partition("SELECT")[2].partition("FROM")[0])
    return json.dumps(
        {"description": ANSWER, "columns": [{"name": name, "description": ANSWER} for name in names]}
    )
