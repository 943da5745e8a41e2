"""Installed together with dbt-osmosis, both commands work, with the openai SDK that dbt-osmosis holds it to."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.user import Said, copy_of_the_shop, finished
from tests.wire_server import WireServer, answering, describe_everything, failing

ROOT = Path(__file__).parents[2]
OSMOSIS = {"1.5.0": "2.", "1.4.0": "1.58.", "1.3.0": "1.58."}
"""Each release, and how the version of the openai SDK begins that it allows."""
DBT = "dbt-core<1.12"  # the newest one this project is developed with

ASKED_BY_OSMOSIS = """
from dbt_osmosis.core.llm import get_llm_client
client, model = get_llm_client()
answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "?"}])
print(answer.choices[0].message.content)
"""


@dataclass(frozen=True)
class Place:
    """A virtual environment, and a home without anything."""

    folder: Path
    home: Path

    def run(self, program: str, *args: str, cwd: Path | None = None, **environ: str) -> Said:
        """One of its programs, from its start to its end."""
        path = self.folder / ("Scripts" if os.name == "nt" else "bin") / program
        return finished(
            [str(path), *args], {"PATH": os.defpath, "HOME": str(self.home), **environ}, cwd or self.home
        )

    def install(self, *requirements: str) -> None:
        """What a user types. Skips where pip says that it reaches no registry, and only there."""
        done = self.run("python", "-m", "pip", "install", "--quiet", "--no-compile", *requirements, **os.environ)
        if done.code and "connection broken by" in done.err:
            pytest.skip(f"pip reaches no registry: {done.err.strip().splitlines()[-1]}")
        assert done.code == 0, done.err
        checked = self.run("python", "-m", "pip", "check")
        assert checked.code == 0, checked.out


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "home").mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    return Place(tmp_path / "venv", tmp_path / "home")


@pytest.mark.slow
def test_both_commands_work_with_every_release(place: Place, wire_server: WireServer, tmp_path: Path) -> None:
    shop = copy_of_the_shop(tmp_path / "shop")
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": wire_server.base_url, "LLM_PROVIDER": "openai"}
    for release, sdk in OSMOSIS.items():
        place.install(f"dbt-osmosis[openai]=={release}", f"{ROOT}[openai]", DBT)
        version = place.run("python", "-c", "import openai; print(openai.__version__)").out
        assert version.startswith(sdk), (release, version)
        ours_works(place, wire_server, shop, environ)
        theirs_works(place, wire_server, environ)


def ours_works(place: Place, server: WireServer, shop: Path, environ: dict[str, str]) -> None:
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
    said = place.run("dbt-docsmith", *one, cwd=shop, **environ)
    assert said.code == 0, said.err
    assert "said by the server" in said.out
    assert len(server.seen) >= 3
    assert "max_tokens" in server.bodies[-1]


def theirs_works(place: Place, server: WireServer, environ: dict[str, str]) -> None:
    """The command, and its client asking the same server."""
    command = place.run("dbt-osmosis", "test-llm", **environ)
    assert command.code == 0, command.err
    assert "LLM client connection successful. Provider: openai" in command.out
    server.respond = lambda _body: answering("An answer for dbt-osmosis.")
    asked = place.run("python", "-c", ASKED_BY_OSMOSIS, **environ)
    assert asked.out.strip() == "An answer for dbt-osmosis.", asked.err
