"""The page on a first run: its commands, typed one after the other, do what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.cli.user import CONFIG, User
from tests.wire_server import WireServer

PAGE = (Path(__file__).parents[2] / "docs" / "first-run.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^dbt-docsmith (.+)$", PAGE, re.MULTILINE)


def test_each_command_does_what_the_page_says(user: User, wire_server: WireServer) -> None:
    online = replace(
        user, environ={**user.environ, "OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": wire_server.base_url}
    )
    assert len(COMMANDS) == 6
    *free, patch, write = COMMANDS
    said = [online(*command.split()) for command in free]
    assert [each.code for each in said] == [0] * len(free)
    assert wire_server.seen == []
    assert (online.project / CONFIG).is_file()
    assert said[1].out.startswith("node  ")
    assert "| node | how each text will be made |" in said[2].out
    assert '"nodes": [' in said[3].out

    before = online.tree()
    assert online(*patch.split()).out.startswith("diff --git ")
    asked = len(wire_server.seen)
    assert asked > 0
    assert online.tree() == before
    assert online(*write.split()).code == 0
    assert len(wire_server.seen) == asked
    assert online.tree() != before
