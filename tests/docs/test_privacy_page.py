"""docs/privacy.md shows settings that are read and commands that run, and masks as it says."""

import re
from pathlib import Path

import pytest
from tests.cli.user import User
from tests.wire_server import WireServer

from dbt_docsmith.config_file import read_config_file
from dbt_docsmith.prompting.sensitive import mask_sensitive

TEXT = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_the_settings_it_shows_are_read(tmp_path: Path) -> None:
    redact, policy, never_send = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "dbt-docsmith.yml").write_text(redact + policy, encoding="utf-8")
    read = read_config_file(tmp_path)
    assert (read.redact.mode, read.redact.patterns) == ("matching", ["CUST-[0-9]{6}"])
    assert read.policy.hosts == ["*.openai.azure.com"]
    (tmp_path / "dbt-docsmith.yml").write_text(never_send, encoding="utf-8")
    assert read_config_file(tmp_path).policy.never_send.meta == ["confidential", "class=secret"]


def test_its_example_leaves_as_it_says() -> None:
    [(text, masked)] = re.findall(r"`('[^`]+')` leaves as `('[^`]+')`", TEXT)
    assert mask_sensitive(text) == masked


@pytest.mark.parametrize("command", re.findall(r"\| `dbt-docsmith ([^`]+)` \|", TEXT))
def test_its_commands_run(user: User, command: str) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    said = user(*command.split(), OPENAI_API_KEY="sk-1", LLM_PROVIDER="openai")
    assert said.code == 0, said.err


def test_where_it_says_that_nothing_is_kept_besides_usage_nothing_is(user: User, wire_server: WireServer) -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": wire_server.base_url}
    user(
        "document",
        "-s",
        "stg_webshop__payments",
        "--no-cache",
        OSMOSIS_LLM_CACHE_DIR=str(user.home / "kept"),
        **environ,
    )
    kept = b"".join(path.read_bytes() for path in (user.home / "kept").rglob("*") if path.is_file())
    assert wire_server.seen
    assert b"said by the server" not in kept
    assert b"payment_method" not in kept


def test_no_prompt_is_kept_and_no_key(user: User, wire_server: WireServer) -> None:
    environ = {"OPENAI_API_KEY": "sk-of-a-user", "OPENAI_BASE_URL": wire_server.base_url}
    user("document", "-s", "stg_webshop__payments", OSMOSIS_LLM_CACHE_DIR=str(user.home / "kept"), **environ)
    kept = b"".join(path.read_bytes() for path in (user.home / "kept").rglob("*") if path.is_file())
    assert b"said by the server" in kept
    assert b"Columns to describe" not in kept
    assert b"sk-of-a-user" not in kept
