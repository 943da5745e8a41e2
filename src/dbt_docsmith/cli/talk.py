"""What is said on stderr while a run goes on: notices, warnings, and a bar on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dbt_docsmith.cli.lines import Lines
from dbt_docsmith.one_line import one_line

if TYPE_CHECKING:
    from dbt_docsmith.llm.attempts import Attempt

_LINE_EVERY_SECONDS = 5.0


class Talk:
    """Talks on stderr; stdout is the result's."""

    def __init__(
        self, *, quiet: bool = False, debug: bool = False, colors: bool = True, lines: Lines | None = None
    ) -> None:
        self.debug_on = debug
        self._colors = colors
        self._quiet = quiet
        self._lines = lines or Lines()
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning of the run, in its order, whether it was said or not."""
        return tuple(self._warnings)

    def say(self, message: str) -> None:
        """Something worth knowing."""
        if not self._quiet:
            self._lines.put("info", message)

    def tell(self, text: str) -> None:
        """Several lines, laid out already."""
        if not self._quiet:
            self._lines.put_block("info", text)

    def warn(self, message: str) -> None:
        """Something the user may want to mend; each is said once."""
        line = one_line(message)
        if line not in self._warnings and not self._quiet:
            self._lines.put("warning", line)
        self._warnings[line] = None

    def error(self, message: str) -> None:
        """Why the run ends as it does."""
        self._lines.put("error", message)

    def debug(self, message: str, **fields: object) -> None:
        """Something for whoever looks for a fault."""
        if self.debug_on:
            self._lines.put("debug", message, **fields)

    def attempt(self, attempt: Attempt, *, prompts: bool = False) -> None:
        """What a request came to; with ``prompts`` also what it said and what was answered."""
        from dbt_docsmith.cli.attempts import attempt_fields, attempt_line, spoken

        self.debug(attempt_line(attempt), **attempt_fields(attempt))
        for message in spoken(attempt) if prompts else ():
            self._lines.put("debug", message)

    @contextmanager
    def progress(self, total: int, what: str) -> Iterator[Callable[[str], None]]:
        """Show how far a long job is: a bar on a terminal, else a line every few seconds.

        Yields a function to be told each finished piece by name.
        """
        if self._quiet or total == 0:
            yield lambda _name: None
        elif sys.stderr.isatty() and not self._lines.as_json:
            yield from self._bar(total, what)
        else:
            yield self._now_and_then(total, what)

    def _bar(self, total: int, what: str) -> Iterator[Callable[[str], None]]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[name]}"),
        )
        console = Console(stderr=True, no_color=not self._colors)
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(what, total=total, name="")
            yield lambda name: progress.update(task, advance=1, name=name)

    def _now_and_then(self, total: int, what: str) -> Callable[[str], None]:
        done, last = 0, time.monotonic()

        def tell(_name: str) -> None:
            nonlocal done, last
            done += 1
            if time.monotonic() - last >= _LINE_EVERY_SECONDS:
                last = time.monotonic()
                self.say(f"{what}: {done} of {total}")

        return tell


def open_talk(options: Mapping[str, Any]) -> Talk:
    """The talk that the options of a command ask for. What its environment calls secret is hidden in it."""
    from dbt_docsmith.config import known_secrets

    lines = Lines(as_json=options["log_format"] == "json", secrets=known_secrets(click.get_current_context().obj))
    return Talk(quiet=options["quiet"], debug=options["debug"], colors=not options["no_use_colors"], lines=lines)
