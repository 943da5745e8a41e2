"""GitHub's own reader of expressions and of its files, in a node process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.node import node, package

SCRIPT = Path(__file__).with_name("expressions.mjs")


def evaluate(
    contexts: Mapping[str, Any], status: str, texts: Sequence[str], conditions: Sequence[str] = ()
) -> tuple[list[str], list[bool]]:
    """The texts with every ``${{ }}`` filled in, and which conditions hold after a ``status``."""
    asked = {"contexts": contexts, "status": status, "texts": list(texts), "conditions": list(conditions)}
    told = _ask(asked)
    return told["texts"], told["conditions"]


def complaints(**file: str) -> list[str]:
    """What GitHub would say of a ``workflow`` or an ``action``."""
    found: list[str] = _ask(file)["complaints"]
    return found


def _ask(question: object) -> Any:
    packages = [str(package("@actions/expressions")), str(package("@actions/workflow-parser"))]
    done = subprocess.run(
        [node(), "--no-warnings", str(SCRIPT), *packages],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
