"""Keys that a command prints, as ``op read`` or ``aws secretsmanager``: kept in memory, written nowhere."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from dbt_docsmith.errors import AuthenticationFailed, ConfigError

SECONDS = 60.0
_SEE = "run it yourself to see why"


class Command(Struct, frozen=True):
    """A program and its arguments; no shell reads them. ``named`` says where it was set.

    The arguments do not show in its repr: one may be a secret.
    """

    args: tuple[str, ...]
    named: str

    def __repr__(self) -> str:
        return f"Command(named={self.named!r})"


def read_command(written: str | Sequence[str], named: str) -> Command:
    """A command as a list, or as one text in a shell's quoting. Raises ConfigError where it is none."""
    try:
        args = tuple(shlex.split(written) if isinstance(written, str) else written)
    except ValueError as error:
        raise ConfigError(f"{named} is not a command: {error}") from None
    if not args or not args[0].strip():
        raise ConfigError(f"{named} is not a command: it is empty")
    return Command(args, named)


async def run_command(command: Command, seconds: float = SECONDS) -> str:
    """The one line it prints. What it says besides is shown nowhere: that may be a secret, too.

    Raises AuthenticationFailed where it fails, prints no line or several, or takes longer than ``seconds``.
    """
    named = command.named
    try:
        process = await asyncio.create_subprocess_exec(
            *command.args,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            process_group=0 if os.name == "posix" else None,
        )
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "its arguments cannot be passed on"
        raise AuthenticationFailed(f"{named} cannot be run: {said}; is the program installed?") from None
    try:
        async with asyncio.timeout(seconds):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise AuthenticationFailed(
            f"{named} did not end within {seconds:g} s; run it yourself to see why"
        ) from None
    finally:
        await _end(process)
    if process.returncode:
        raise AuthenticationFailed(
            f"{named} failed with exit code {process.returncode}; run it yourself to see why"
        )
    return _one_line(printed, named)


async def _end(process: Process) -> None:
    """With all it has started, where it still runs."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


def _one_line(printed: bytes, named: str) -> str:
    line = printed.decode(errors="replace").strip()
    if not line:
        raise AuthenticationFailed(f"{named} printed nothing; {_SEE}")
    if not line.isascii() or not line.isprintable():
        raise AuthenticationFailed(f"{named} printed more than a line of plain text; let it print the value alone")
    return line
