"""Commands that print a key: real processes, and nothing of what they print in any error."""

import asyncio
import sys
import time

import pytest

from dbt_docsmith.errors import AuthenticationFailed, ConfigError
from dbt_docsmith.llm.credentials import Command, read_command, run_command

KEY = "sk-printed-key-0123456789"
NAMED = "dbt-docsmith.yml: providers.openai.api_key_command"


def python(code: str) -> Command:
    return Command((sys.executable, "-S", "-c", code), NAMED)


@pytest.mark.parametrize(
    ("written", "args"),
    [
        ("op read 'op://vault/open ai/key'", ("op", "read", "op://vault/open ai/key")),
        ("echo $HOME; ls | wc", ("echo", "$HOME;", "ls", "|", "wc")),
        (["op", "read", "op://a b"], ("op", "read", "op://a b")),
    ],
)
def test_a_command_is_a_list_or_a_text_and_no_shell_reads_it(
    written: str | list[str], args: tuple[str, ...]
) -> None:
    assert read_command(written, NAMED).args == args


@pytest.mark.parametrize("written", ["", "  ", [], [""], "op read 'op://"])
def test_what_is_no_command_is_refused_with_its_place(written: str | list[str]) -> None:
    with pytest.raises(ConfigError, match=r"^dbt-docsmith\.yml: .*\.api_key_command is not a command"):
        read_command(written, NAMED)


@pytest.mark.parametrize("code", [f"print('{KEY}')", f"print('  {KEY}  \\n')", f"print('{KEY}', end='')"])
def test_the_line_it_prints_is_the_key(code: str) -> None:
    assert asyncio.run(run_command(python(code))) == KEY


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (python(f"import sys; print('{KEY}'); sys.exit('{KEY}')"), "failed with exit code 1; run it yourself"),
        (python("pass"), "printed nothing"),
        (python(f"print('{KEY}'); print('{KEY}')"), "printed more than a line of plain text"),
        (python(f"print('{KEY}', chr(233))"), "printed more than a line of plain text"),
        (
            Command(("no-such-program-here", KEY), NAMED),
            "cannot be run: No such file or directory; is the program",
        ),
    ],
)
def test_a_command_that_fails_is_named_and_not_quoted(command: Command, told: str) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        asyncio.run(run_command(command))
    assert str(caught.value).startswith(NAMED)
    assert told in str(caught.value)
    assert KEY not in str(caught.value)
    assert KEY not in repr(command)
    assert caught.value.fatal


def test_a_command_that_does_not_end_is_ended_with_all_it_has_started() -> None:
    children = "import subprocess as s, sys; s.run([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])"
    started = time.monotonic()
    with pytest.raises(AuthenticationFailed, match=r"did not end within 0\.2 s"):
        asyncio.run(run_command(python(children), seconds=0.2))
    assert time.monotonic() - started < 30
