"""`review` at a real terminal: the program in a process of its own, keys typed, files read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import Terminal, plain
from tests.cli.user import RULES, User, reported

from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.review.reading import read_proposals
from dbt_docsmith.review.rendering import render_proposals

ENTRIES = tuple(
    Item(
        text=f"Text number {number}.",
        origin="inherited" if number > 2 else "llm",
        source="model.shop.stg.a",
        evidence=("derived: a + b", "one of: x, y"),
        places=(Place(node=f"model.shop.m{number}", column="c", file="models/m.yml"),),
    )
    for number in range(6)
)
WIDE = Item(
    text="A text of many words, " * 12 + "and its end.",
    risk="thin evidence",
    evidence=("derived: " + "long_name + " * 12,),
    places=tuple(
        Place(node=f"model.shop.{'wide_' * 8}{number}", column="c", file="m.yml") for number in range(60)
    ),
)
Open = Callable[..., Terminal]
HOSTILE = Item(text="[bold]red[/] \x1b[31m and \x1b]0;title\x07", places=(Place(node="model.shop.\x1b[2J"),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Six proposals."""
    path = tmp_path / "p.yml"
    path.write_text(render_proposals("shop", ENTRIES), encoding="utf-8")
    return path


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens a review at a terminal."""
    terminals: list[Terminal] = []

    def open_it(file: Path, *args: str, columns: int = 80, **environ: str) -> Terminal:
        given = {"HOME": str(tmp_path), "PATH": os.defpath, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environ}
        terminals.append(Terminal("review", file, *args, cwd=tmp_path, environ=given, columns=columns))
        return terminals[-1]

    yield open_it
    for terminal in terminals:
        terminal.close()


def decisions(file: Path) -> list[str | None]:
    return [item.decision for item in read_proposals("p.yml", file.read_bytes()).proposals.proposals]


def test_accept_refuse_go_back_and_all_of_a_kind(opened: Open, file: Path, tmp_path: Path) -> None:
    terminal = opened(file)
    code, last = terminal.answers("a", "r", "b", "a", "l", "a origin:inherited").end()
    assert code == 0
    assert decisions(file) == ["accepted", "accepted", None, "accepted", "accepted", "accepted"]
    assert f"5 accepted, 0 refused, 1 open; to write what is not refused: dbt-docsmith apply {file}" in last
    for shown in ("Text number 0.", "derived: a + b", "m0.c in models/m.yml", "llm from model.shop.stg.a"):
        assert shown in terminal.screens[0]
    assert "so far: refused" in terminal.screens[3]


def test_an_edit_in_the_editor_is_kept(opened: Open, file: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ngrep -q "one of: x, y" "$1" && printf "Typed by Ann.\\n\\n" > "$1"\n')
    editor.chmod(0o755)
    opened(file, VISUAL=str(editor), EDITOR="/none").answers("e", "q").end()
    first = read_proposals("p.yml", file.read_bytes()).proposals.proposals[0]
    assert (first.text, first.decision) == ("Typed by Ann.", "accepted")


@pytest.mark.slow
def test_an_editor_that_is_not_there_ends_nothing(opened: Open, file: Path, tmp_path: Path) -> None:
    terminal = opened(file, VISUAL="/none/such").answers("e", "a", "q")
    assert "set VISUAL or EDITOR" in terminal.screens[1]
    assert terminal.end()[0] == 0
    assert decisions(file)[:2] == ["accepted", None]


def test_a_review_that_is_killed_goes_on_where_it_was(opened: Open, file: Path, tmp_path: Path) -> None:
    terminal = opened(file).answers("a", "r")
    terminal.screen()
    terminal.kill()
    assert decisions(file) == ["accepted", "refused", None, None, None, None]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".p.yml")]
    assert "3 of 6 | 1 accepted, 1 refused, 4 open" in opened(file).answers("q").screens[0]


@pytest.mark.slow
def test_what_somebody_else_wrote_meanwhile_is_not_lost(opened: Open, file: Path, tmp_path: Path) -> None:
    terminal = opened(file).answers("a")
    terminal.screen()
    edited = file.read_bytes().replace(b"Text number 5", b"Text of Ben")
    file.write_bytes(edited)
    code, last = terminal.answers("a", prompt="").end()
    assert (code, file.read_bytes()) == (2, edited)
    assert "was changed by something else meanwhile" in last


@pytest.mark.slow
@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"LC_ALL": "C", "TERM": "dumb"}])
def test_it_fits_on_a_small_and_plain_terminal(opened: Open, environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text(render_proposals("shop", [WIDE, HOSTILE]), encoding="utf-8")
    terminal = opened(file, **environ).answers("l", "q")
    wide = plain(terminal.screens[0]).split("\n")
    assert len(wide) <= 24
    assert max(map(len, wide)) <= 80
    assert "more lines (p shows all)" in terminal.screens[0]
    if environ.get("TERM") == "dumb":
        assert "\x1b" not in "".join(terminal.screens)


@pytest.mark.slow
def test_a_hostile_text_is_shown_and_not_obeyed(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text(render_proposals("shop", [HOSTILE]), encoding="utf-8")
    [screen] = opened(file, "--no-use-colors").answers("q").screens
    assert "[bold]red[/] [31m and ]0;title" in plain(screen)
    assert "\x1b[31m" not in screen
    assert "\x1b[2J" not in screen


@pytest.mark.slow
def test_a_wide_terminal_has_the_evidence_beside_the_text(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text(render_proposals("shop", [WIDE]), encoding="utf-8")
    terminal = opened(file, columns=160).answers("p", "q")
    assert any(
        "A text of many words" in line and "origin: llm" in line for line in terminal.screens[0].split("\n")
    )
    assert "wide_59.c" not in terminal.screens[0]
    assert "wide_59.c" in terminal.screens[1]


def test_nobody_is_asked_where_there_is_no_terminal(user: User, file: Path) -> None:
    said = user("review", file)
    assert said.code == 2
    assert (
        said.error
        == f"review: asks at a terminal, and there is none; edit {file} as it is, it is YAML, then apply it"
    )


@pytest.mark.slow
def test_saved_reviewed_and_applied(opened: Open, user: User, tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    user(*RULES, "-s", "dim_customers", "--save-proposals", file)
    opened(file).answers("r", "a dim_customers").end()
    refused = read_proposals("p.yml", file.read_bytes()).proposals.proposals[0].places[0].column
    report: Any = reported(user, "apply", file, "--accepted")
    assert report["exit_code"] == 0
    assert refused not in {each["column"] for each in report["proposals"]}
    assert json.dumps(report["counts"]["refused"]) == "1"
