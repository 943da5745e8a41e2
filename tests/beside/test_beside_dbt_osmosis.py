"""Installed together with dbt-osmosis, both commands work, with the openai SDK that dbt-osmosis holds it to.

The unmodified `dbt-osmosis ... --synthesize` is served by this engine then.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.beside import ending, page, serving
from tests.beside.place import Place, new_place
from tests.cli.user import copy_of_the_shop
from tests.wire_server import WireServer, answering, describe_everything, failing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OSMOSIS = {"1.5.0": "2.", "1.4.0": "1.58.", "1.3.0": "1.58."}
"""Each release, and how the version of the openai SDK begins that it allows."""
DBT = ("dbt-core<1.12", "dbt-duckdb")  # the newest one this project is developed with

BESIDES = {
    "1.5.0": (page.every_command_of_the_page_works, serving.switched_off_or_unknown_it_serves_nobody),
    "1.4.0": (ending.killed_it_goes_on_from_there,),
    "1.3.0": (ending.interrupted_it_writes_what_it_has,),
}
"""What no release does otherwise than the others is tried with one of them."""

ASKED_BY_OSMOSIS = """
from dbt_osmosis.core.llm import get_llm_client
client, model = get_llm_client()
answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "?"}])
print(answer.choices[0].message.content)
"""


@pytest.mark.parametrize("release", OSMOSIS)
def test_both_work_side_by_side_and_this_engine_serves_synthesize(
    release: str, wire_server: WireServer, tmp_path: Path
) -> None:
    place = new_place(
        tmp_path,
        OPENAI_API_KEY="sk-loopback-1",
        OPENAI_BASE_URL=wire_server.base_url,
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    place.install(f"dbt-osmosis[openai]=={release}", f"{ROOT}[openai]", *DBT)
    version = place.run("python", "-c", "import openai; print(openai.__version__)").out
    assert version.startswith(OSMOSIS[release])
    ours_works(place, wire_server, copy_of_the_shop(tmp_path / "shop"))
    theirs_works(place, wire_server)
    project = serving.project_for_osmosis(tmp_path / "project")
    serving.served(place, wire_server, project)
    for step in BESIDES[release]:
        step(place, wire_server, tmp_path)


def ours_works(place: Place, server: WireServer, shop: Path) -> None:
    """A run that is told to wait, then that a parameter is not known, and is answered."""
    server.seen.clear()
    unknown = "Unsupported parameter: 'max_completion_tokens' is not supported with this model."
    server.script.extend(
        [
            failing(429, "slow down", headers={"Retry-After": "0"}),
            failing(400, unknown, param="max_completion_tokens"),
        ]
    )
    server.respond = lambda body: answering(describe_everything(body))
    one = ("document", "--limit", "1", "--no-cache", "--diff", "--llm-retry-delay", "0")
    said = place.run("dbt-docsmith", *one, cwd=shop)
    assert said.code == 0, said.err
    assert "said by the server" in said.out
    assert len(server.seen) >= 3
    assert "max_tokens" in server.bodies[-1]


def theirs_works(place: Place, server: WireServer) -> None:
    """The command, and its client asking the same server."""
    command = place.run("dbt-osmosis", "test-llm", LLM_PROVIDER="openai")
    assert command.code == 0, command.err
    assert "LLM client connection successful. Provider: openai" in command.out
    server.respond = lambda _body: answering("An answer for dbt-osmosis.")
    asked = place.run("python", "-c", ASKED_BY_OSMOSIS, LLM_PROVIDER="openai")
    assert asked.out.strip() == "An answer for dbt-osmosis.", asked.err
