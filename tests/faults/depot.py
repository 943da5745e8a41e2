"""A project of three models, a server that answers for two of them, and what a run on both comes to."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.envelopes.base import Envelope
from tests.envelopes.providers import Served
from tests.wire_server import Body, Reply, WireServer, columns_in

from dbt_docsmith.cli.main import run

PROJECT = Path(__file__).with_name("depot")
YAML = "models/_depot.yml"

NODES = {
    "berths": ("berth_code", "usable_metres"),
    "cranes": ("maker_code", "most_tonnes", "first_used"),
    "pilots": ("licence_no", "is_serving"),
}
TEXTS = {
    "berths": "One place where a ship can lie, two to a quay.",
    "berth_code": "Names the quay, behind the letter B.",
    "usable_metres": "Half of the quay's length, in metres.",
    "cranes": "One row for each maker of lifts that was ever bought from.",
    "maker_code": "Spelled in capitals, whatever the lifts say.",
    "most_tonnes": "The heaviest load that any of the lifts takes, in tonnes.",
    "first_used": "When the oldest of them went into service.",
    "pilots": "One row for each licence of a port, whether it is still held or not.",
    "licence_no": "Unique across ports, because the port stands behind the dash.",
    "is_serving": "True until the licence has ended.",
}


def asked_node(question: str) -> str:
    """Which model a question is about."""
    found = re.search(r"ref\('(\w+)'\)", question)
    assert found is not None, question
    return found[1]


def good(question: str) -> dict[str, Any]:
    """The answer that a question should get."""
    node = asked_node(question)
    columns = [{"name": name, "description": TEXTS[name], "question": None} for name in columns_in(question)]
    own = None if "are null." in question else TEXTS[node]
    return {"description": own, "question": None, "columns": columns}


def file_with(names: set[str], file: str = "after.yml") -> str:
    """The properties file with these texts alone: in ``file`` every text has its own line, or stands in braces."""
    lines = (PROJECT.parent / file).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = []
    for line in lines:
        missing = [name for name, text in TEXTS.items() if name not in names and text in line]
        if not missing:
            kept.append(line)
        elif "{" in line:
            kept.append(re.sub(r", description: .*\}", "}", line))
    return "".join(kept)


@dataclass(frozen=True)
class Ran:
    """What a run came to. ``requests``: how many questions about each model reached the server."""

    code: int
    out: str
    err: str
    yaml: str
    requests: dict[str, int]
    kept: bytes

    @property
    def failures(self) -> list[str]:
        """The lines that say what failed and why, as people read them."""
        told = self.out.partition("Failed:\n")[2].splitlines()
        return [line.strip() for line in told if re.match(r"  [A-Z]\w+( \(\d+ times\))?: ", line)]


class Depot:
    """A copy of the project on which runs are made; everything they keep is in ``folder``."""

    def __init__(self, folder: Path, server: WireServer, capture: pytest.CaptureFixture[str]) -> None:
        self.root = folder / "depot"
        shutil.copytree(PROJECT, self.root)
        (self.root / "target" / "manifest.json").touch()
        self._folder = folder
        self._server = server
        self._capture = capture

    def document(self, served: Served, *options: str, then: str = "") -> Ran:
        """``dbt-docsmith document`` with one provider, and with those of ``then`` behind it."""
        environ = {
            "HOME": str(self._folder),
            "OSMOSIS_LLM_CACHE_DIR": str(self._folder / "cache"),
            "OSMOSIS_LLM_RETRY_DELAY": "0",
            "OSMOSIS_LLM_RATE_LIMIT": "0",
            **served.environ(self._server.host),
        }
        project = ("--project-dir", str(self.root), "--provider", served.name + then)
        self._capture.readouterr()
        code = run(["document", *project, *options], environ)
        out, err = self._capture.readouterr()
        return Ran(
            code=code,
            out=out,
            err=err,
            yaml=(self.root / YAML).read_bytes().decode(),
            requests=self._requests(served.envelope),
            kept=b"".join(path.read_bytes() for path in self._folder.rglob("*") if path.is_file()),
        )

    def _requests(self, envelope: Envelope) -> dict[str, int]:
        about = [asked_node(envelope.question(body)) for body in self._server.bodies]
        return {node: about.count(node) for node in NODES}


def answering_well(
    envelope: Envelope, serve: Callable[[str, dict[str, Any]], Reply | None]
) -> Callable[[Body], Reply]:
    """A server that answers every question well.

    Except where ``serve``, told of the node and of the answer that it should get, gives another reply.
    """

    def respond(body: Body) -> Reply:
        question = envelope.question(body)
        answer = good(question)
        return serve(asked_node(question), answer) or envelope.answer(dumped(answer))

    return respond


def dumped(answer: object) -> str:
    """An answer as a model writes it."""
    return json.dumps(answer)
