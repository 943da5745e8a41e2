"""docs/dbt-osmosis.md shows commands that work."""

from __future__ import annotations

import re
from pathlib import Path

from tests.beside.place import Place
from tests.beside.serving import TOOK_OVER, project_for_osmosis, properties
from tests.wire_server import WireServer, answering, describe_everything

PAGE = Path(__file__).parents[2] / "docs" / "dbt-osmosis.md"


def commands() -> list[str]:
    """Every command the page shows, but for the installation, which is how the place was made."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def every_command_of_the_page_works(place: Place, server: WireServer, folder: Path) -> None:
    """Each in its turn, on a project that says where dbt-osmosis is to write."""
    server.seen.clear()
    server.respond = lambda body: answering(describe_everything(body))
    project = project_for_osmosis(folder / "page")
    for command in commands():
        asked = len(server.seen)
        said = place.shell(command, project)
        assert said.code == 0, (command, said.err)
        ours = "--synthesize" in command and "OSMOSIS_LLM_ENGINE=off" not in command
        assert (TOOK_OVER in said.err) == ours, command
        assert "dry-run" not in command or len(server.seen) == asked, command
    assert "said by the server" in properties(project)
