"""A run inside dbt-osmosis that does not come to its end."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.beside.place import Place
from tests.beside.serving import SYNTHESIZE, project_for_osmosis, properties
from tests.wire_server import Reply, WireServer, answering, describe_everything

from dbt_docsmith.llm.store_care import StoreCare

HANGING = Reply(manner="hang")
ANSWERED = 2
_MOST_SECONDS = 120


def killed_it_goes_on_from_there(place: Place, server: WireServer, folder: Path) -> None:
    """Nothing is written, and no answer that had come is asked for again."""
    project = project_for_osmosis(folder / "killed")
    before = properties(project)
    place = replace(place, environ={**place.environ, "OSMOSIS_LLM_CACHE_DIR": str(folder / "kept")})
    asked = _stopped(place, server, project, signal.SIGKILL).asked
    assert properties(project) == before
    server.seen.clear()
    server.respond = lambda body: answering(describe_everything(body))
    said = place.run("dbt-osmosis", *SYNTHESIZE, cwd=project)
    assert said.code == 0, said.err
    again = [body["messages"] for body in server.bodies]
    assert [messages for messages in asked if messages in again] == []
    assert "said by the server" in properties(project)


def interrupted_it_writes_what_it_has(place: Place, server: WireServer, folder: Path) -> None:
    """Ctrl-C: what had come is written by dbt-osmosis, and the exit code says that it was not all."""
    project = project_for_osmosis(folder / "interrupted")
    place = replace(place, environ={**place.environ, "OSMOSIS_LLM_CACHE_DIR": str(folder / "kept")})
    ended = _stopped(place, server, project, signal.SIGINT)
    assert ended.code == 130, ended.err
    assert "stopping: waiting up to 5 s" in ended.err
    assert "said by the server" in properties(project)


class _Ended:
    def __init__(self, process: subprocess.Popen[str], asked: list[Any]) -> None:
        _, self.err = process.communicate(timeout=_MOST_SECONDS)
        self.code, self.asked = process.returncode, asked


def _stopped(place: Place, server: WireServer, project: Path, number: signal.Signals) -> _Ended:
    """Stop a run once the first answers are kept and the others do not come."""
    server.seen.clear()
    asked: list[Any] = []
    lock = threading.Lock()

    def respond(body: dict[str, Any]) -> Reply:
        with lock:
            if len(asked) == ANSWERED:
                return HANGING
            asked.append(body["messages"])
        return answering(describe_everything(body))

    server.respond = respond
    with place.start("dbt-osmosis", *SYNTHESIZE, cwd=project) as process:
        kept = StoreCare(Path(place.environ["OSMOSIS_LLM_CACHE_DIR"]) / "answers.db", time.time)
        _wait(lambda: kept.info().answers == ANSWERED and len(server.seen) > ANSWERED, process)
        process.send_signal(number)
        return _Ended(process, asked)


def _wait(until: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    while not until():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - started < _MOST_SECONDS
        time.sleep(0.2)
