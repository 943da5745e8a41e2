"""Keys and headers from commands and variables, as a user writes them in dbt-docsmith.yml."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from tests.cli.user import CONFIG, User, refused
from tests.wire_server import WireServer

KEY = "sk-printed-key-0123456789"


def printing(tmp_path: Path) -> str:
    """A command that prints the key, and notes that it ran."""
    program = tmp_path / "print_key.py"
    program.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('x'); print({KEY!r})")
    return shlex.join([sys.executable, "-S", str(program)])


def openai(**section: object) -> str:
    """The file of a project with that section for the provider; JSON is YAML."""
    return json.dumps({"providers": {"openai": section}})


def test_a_command_prints_the_key_and_it_is_written_nowhere(
    user: User, wire_server: WireServer, tmp_path: Path
) -> None:
    user.write(CONFIG, openai(base_url=wire_server.base_url, api_key_command=printing(tmp_path)))
    said = user("document", "--limit", "1", "--debug")
    assert said.code == 0, said.err
    assert {seen.headers["authorization"] for seen in wire_server.seen} == {f"Bearer {KEY}"}
    assert (tmp_path / "ran").read_text() == "x"
    assert KEY not in said.out + said.err
    files = [path for folder in (user.project, user.home) for path in folder.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in file.read_bytes() for file in files)


def test_a_dry_run_runs_no_command(user: User, wire_server: WireServer, tmp_path: Path) -> None:
    user.write(CONFIG, openai(base_url=wire_server.base_url, api_key_command=printing(tmp_path)))
    said = user("document", "--dry-run")
    assert said.code == 0
    assert "would end here" not in said.err
    assert not (tmp_path / "ran").exists()


def test_a_variable_goes_before_the_command(user: User, wire_server: WireServer, tmp_path: Path) -> None:
    user.write(CONFIG, openai(api_key_command=printing(tmp_path)))
    user("document", "--limit", "1", OPENAI_API_KEY="sk-of-the-environment", OPENAI_BASE_URL=wire_server.base_url)
    assert wire_server.seen[0].headers["authorization"] == "Bearer sk-of-the-environment"
    assert not (tmp_path / "ran").exists()


def test_headers_come_from_text_variables_and_commands(
    user: User, wire_server: WireServer, tmp_path: Path
) -> None:
    headers = {"X-Text": "plain", "X-Env": {"env": "TEAM"}, "X-Command": {"command": printing(tmp_path)}}
    user.write(CONFIG, openai(headers=headers))
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": wire_server.base_url, "TEAM": "orchard"}
    assert user("document", "--limit", "1", **environ).code == 0
    sent = wire_server.seen[0].headers
    assert (sent["x-text"], sent["x-env"], sent["x-command"]) == ("plain", "orchard", KEY)


def test_a_command_that_fails_is_one_line_without_its_output(user: User, wire_server: WireServer) -> None:
    failing = shlex.join([sys.executable, "-S", "-c", f"import sys; print('{KEY}'); sys.exit('{KEY}')"])
    user.write(CONFIG, openai(base_url=wire_server.base_url, api_key_command=failing))
    said = user("document", "--limit", "1")
    assert wire_server.seen == []
    assert said.code == 2
    assert (
        "providers.openai.api_key_command failed with exit code 1; run it yourself to see why"
        in said.err + said.out
    )
    assert KEY not in said.err + said.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("openai: {api_key_command: ''}", "providers.openai.api_key_command is not a command: it is empty"),
        (
            'openai: {headers: {X: {command: "op \'read"}}}',
            "providers.openai.headers.X is not a command",
        ),
        ("openai: {headers: {X: {env: A, command: b}}}", "expected either env or command"),
        ("openai: {headers: {X: {env: NOT_SET}}}", "providers.openai.headers.X: the variable NOT_SET is not set"),
        ("openai: {base_url: 'llm.example'}", "dbt-docsmith.yml: providers.openai.base_url is not a base URL"),
        ("rules: {api_key_command: op}", "providers.rules.api_key_command: this provider takes no key"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(
    user: User, wire_server: WireServer, text: str, told: str
) -> None:
    user.write(CONFIG, f"providers: {{{text}}}")
    provider = text.partition(":")[0]
    assert told in refused(user, wire_server, "document", "--provider", provider, OPENAI_API_KEY="sk-1")
