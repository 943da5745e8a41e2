"""What a dry run shows, and that what it foretells comes true."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest
from tests.cli.user import RULES, User, reported


def test_a_dry_run_foretells_the_requests_of_each_node(online: User) -> None:
    estimate = reported(online, "document", "--dry-run")["estimate"]
    foretold = {each["unique_id"]: each["requests"] for each in estimate["nodes"]}
    said = online("document", "--debug", "--log-format", "json")
    asked = Counter(line["node"] for line in map(json.loads, said.err.splitlines()) if "node" in line)
    assert foretold == asked
    assert sum(each["prompt_tokens"] for each in estimate["nodes"]) == estimate["prompt_tokens"]
    assert sum(Decimal(each["cost_usd"]) for each in estimate["nodes"]) == Decimal(estimate["cost_usd"])


@pytest.mark.parametrize("how", [("--no-use-colors",), ()])
def test_a_dry_run_on_a_terminal_is_a_table_of_its_width(how: tuple[str, ...], user: User) -> None:
    plain, drawn = user(*RULES, "--dry-run").out, on_a_terminal(user, *RULES, "--dry-run", "--quiet", *how)
    assert plain.startswith("node  ")
    assert ("\x1b[" in drawn) == (not how)
    shown = re.sub(r"\x1b\[[\d;]*m", "", drawn).splitlines()
    table = shown[: next(at for at, line in enumerate(shown) if line.startswith("Questions"))]
    assert max(map(len, table)) <= 80
    assert "in all" in "".join(table)
    assert "\x1b[" not in on_a_terminal(user, *RULES, "--dry-run", "--quiet", NO_COLOR="1")


def on_a_terminal(user: User, *args: str, **environ: str) -> str:
    """What a command shows on a terminal of 80 columns."""
    theirs, ours = pty.openpty()
    command = [sys.executable, "-m", "dbt_docsmith", *args]
    env = {**user.environ, "COLUMNS": "80", "LINES": "24", "TERM": "xterm", **environ}
    with subprocess.Popen(command, env=env, cwd=user.project, stdin=ours, stdout=ours, stderr=ours) as process:
        os.close(ours)
        shown = b"".join(iter(lambda: _read(theirs), b""))
    os.close(theirs)
    assert process.returncode == 0
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes to it any more
        return b""
