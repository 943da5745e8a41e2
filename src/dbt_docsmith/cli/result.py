"""How a result is put on stdout."""

from __future__ import annotations

import shutil
import sys

import click


def put_exactly(text: str) -> None:
    """Byte for byte, in UTF-8: what programs read. No newline is translated, whatever the system."""
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def put(text: str) -> None:
    """For a person, in the terminal's encoding; what that cannot say is a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding))


def terminal_width() -> int | None:
    """Columns of the terminal, None where stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
