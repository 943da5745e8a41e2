"""aimock, a public mock of the providers' servers, on loopback: another hand's idea of what each of them says.

It is an npm package, and needs node 20.15, 22.2 or newer.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.node import node, package

TEXT = "Kept for the accountants, who read it at the end of each month."
ANSWER = {"description": TEXT, "question": None, "columns": []}
USAGE = {"input_tokens": 100, "output_tokens": 20}
TROUBLES: Mapping[str, tuple[int, str]] = {
    "m-401": (401, "authentication_error"),
    "m-404": (404, "not_found_error"),
    "m-429": (429, "rate_limit_error"),
    "m-500": (500, "server_error"),
}
"""Models that answer with an error. Every other model answers ``ANSWER``."""

RETRY_AFTER = 7


@contextmanager
def aimock(folder: Path) -> Iterator[str]:
    """``host:port`` of a server that is ready; what it is to say is written into ``folder``."""
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": _fixtures()}), encoding="utf-8")
    command = [
        node(),
        str(package("@copilotkit/aimock") / "dist" / "cli.js"),
        "--port",
        "0",
        "--fixtures",
        str(fixtures),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            yield _address(server.stdout)
        finally:
            server.terminate()


def _address(lines: Iterable[str]) -> str:
    said = []
    for line in lines:
        said.append(line)
        if found := re.search(r"listening on http://(\S+)", line):
            return found[1]
    raise AssertionError("".join(said))


def _fixtures() -> list[dict[str, Any]]:
    troubles = [
        {
            "match": {"model": model},
            "response": {
                "error": {"message": f"No: {kind}", "type": kind},
                "status": status,
                **({"retryAfter": RETRY_AFTER} if status == 429 else {}),
            },
        }
        for model, (status, kind) in TROUBLES.items()
    ]
    return [*troubles, {"match": {}, "response": {"content": json.dumps(ANSWER), "usage": USAGE}}]
