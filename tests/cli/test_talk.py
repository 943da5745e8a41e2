import contextlib
import os
import pty
import re
import subprocess
import sys

import pytest
from tests.cli.user import User

from dbt_docsmith.cli.options import repeat_flags
from dbt_docsmith.cli.talk import Talk
from dbt_docsmith.one_line import one_line


@pytest.mark.parametrize(
    ("args", "repeated"),
    [
        (["-s", "a", "b"], ["-s", "a", "-s", "b"]),
        (["--select=a", "b"], ["--select=a", "--select", "b"]),
        (["-s", "a", "--limit", "2", "b"], ["-s", "a", "--limit", "2", "b"]),
        (["--exclude", "a", "b", "-q"], ["--exclude", "a", "--exclude", "b", "-q"]),
        (["--provider", "a", "b"], ["--provider", "a", "b"]),
        (["-s", "-"], ["-s", "-"]),
        ([], []),
    ],
)
def test_only_selections_take_several_values(args: list[str], repeated: list[str]) -> None:
    assert repeat_flags(args) == repeated


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb", "a b"), ("a\r\n  b\t c", "a b c"), ("\x1b[31mred\x07", "[31mred"), ("caf\xe9 \ud800 ok", "café ok")],
)
def test_one_line_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_warning_is_said_once_and_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    for message in ("one", "two", "one"):
        talk.warn(message)
    assert capsys.readouterr().err == "warning: one\nwarning: two\n"
    assert talk.warnings == ("one", "two")


def test_details_are_said_with_debug_only(capsys: pytest.CaptureFixture[str]) -> None:
    Talk().debug("no")
    Talk(debug=True).debug("yes")
    assert capsys.readouterr().err == "debug: yes\n"


@pytest.mark.parametrize(("total", "quiet"), [(0, False), (3, True), (3, False)])
def test_a_short_job_off_a_terminal_says_nothing_of_its_progress(
    total: int, quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with Talk(quiet=quiet).progress(total, "nodes") as tell:
        for number in range(total):
            tell(f"node {number}")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("option", "colored"), [([], True), (["--no-use-colors"], False)])
def test_a_terminal_gets_a_bar_and_lines_of_its_width(option: list[str], colored: bool, user: User) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dbt_docsmith", "document", "--provider", "rules", "--dry-run", *option]
    environ = {**user.environ, "TERM": "xterm-256color", "COLUMNS": "72"}
    with subprocess.Popen(command, env=environ, cwd=user.project, stdout=theirs, stderr=theirs) as run:
        os.close(theirs)
        shown = read_all(ours)
    os.close(ours)
    assert run.returncode == 0, shown
    assert "nodes" in shown
    assert bool(re.search(r"\x1b\[[\d;]*3[0-9;]*m", shown)) == colored
    lines = [re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line).rstrip("\r") for line in shown.split("\n")]
    inherited = [line for line in lines if "inherited from" in line]
    assert inherited
    assert all(len(line) <= 72 for line in inherited)


def read_all(terminal: int) -> str:
    """What is shown on a terminal until nobody holds its other end."""
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            shown += part
    return shown.decode()
