"""What is said on stderr while a run goes on: notices, warnings, and a bar on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from dbt_docsmith.one_line import one_line

_LINE_EVERY_SECONDS = 5.0


class Talk:
    """Talks on stderr; stdout is the result's."""

    def __init__(self, *, quiet: bool = False, debug: bool = False, colors: bool = True) -> None:
        self.debug_on = debug
        self._colors = colors
        self._quiet = quiet
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning of the run, in its order, whether it was said or not."""
        return tuple(self._warnings)

    def say(self, message: str) -> None:
        """Something worth knowing."""
        if not self._quiet:
            click.echo(one_line(message), err=True)

    def tell(self, text: str) -> None:
        """Several lines, laid out already."""
        if not self._quiet:
            click.echo(text, err=True)

    def warn(self, message: str) -> None:
        """Something the user may want to mend; each is said once."""
        line = one_line(message)
        if line not in self._warnings and not self._quiet:
            click.echo(f"warning: {line}", err=True)
        self._warnings[line] = None

    def error(self, message: str) -> None:
        """Why the run ends as it does."""
        click.echo(f"error: {one_line(message)}", err=True)

    def debug(self, message: str) -> None:
        """Something for whoever looks for a fault."""
        if self.debug_on:
            click.echo(f"debug: {one_line(message)}", err=True)

    @contextmanager
    def progress(self, total: int, what: str) -> Iterator[Callable[[str], None]]:
        """Show how far a long job is: a bar on a terminal, else a line every few seconds.

        Yields a function to be told each finished piece by name.
        """
        if self._quiet or total == 0:
            yield lambda _name: None
        elif sys.stderr.isatty():
            yield from self._bar(total, what)
        else:
            yield self._lines(total, what)

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

    def _lines(self, total: int, what: str) -> Callable[[str], None]:
        done, last = 0, time.monotonic()

        def tell(_name: str) -> None:
            nonlocal done, last
            done += 1
            if time.monotonic() - last >= _LINE_EVERY_SECONDS:
                last = time.monotonic()
                self.say(f"{what}: {done} of {total}")

        return tell


def open_talk(options: Mapping[str, Any]) -> Talk:
    """The talk that the options of a command ask for."""
    return Talk(quiet=options["quiet"], debug=options["debug"], colors=not options["no_use_colors"])
