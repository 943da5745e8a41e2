"""aimock, a public mock of the providers' servers, on loopback: another hand's idea of what each of them says.

It is an npm package, installed by ``.ci/run`` into ``.aimock``; ``AIMOCK_PREFIX`` names another place, and says
that it must be there. It needs node 20.15, 22.2 or newer, or the npm package ``node`` beside it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PREFIX = Path(os.environ.get("AIMOCK_PREFIX") or Path(__file__).parents[2] / ".aimock")
SCRIPT = PREFIX / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
NEW_ENOUGH = 'process.exit(require("zlib").crc32 ? 0 : 1)'

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
    command = [_node(), str(SCRIPT), "--port", "0", "--fixtures", str(fixtures)]
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


def _node() -> str:
    own = PREFIX / "node_modules" / ".bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    lacking = _lacking(node)
    if lacking is not None:
        assert "AIMOCK_PREFIX" not in os.environ, lacking
        pytest.skip(f"{lacking}: .ci/run says how to get it")
    assert node is not None
    return node


def _lacking(node: str | None) -> str | None:
    if node is None:
        return "node is not installed"
    if subprocess.run([node, "-e", NEW_ENOUGH], check=False).returncode != 0:
        return "node is too old for aimock"
    return None if SCRIPT.exists() else f"the npm package @copilotkit/aimock is not in {PREFIX.name}"
