"""A terminal of 80 columns and 24 lines with the program in it, and somebody who types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

_PATIENCE_SECONDS = 60
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """The program at work. ``screens`` is what it showed before each question."""

    def __init__(self, *args: str | Path, cwd: Path, environ: Mapping[str, str], columns: int = 80) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        command = [sys.executable, "-m", "dbt_docsmith", *map(str, args)]
        self._ours = ours
        self.screens: list[str] = []
        self.run = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=dict(environ), start_new_session=True
        )
        os.close(theirs)

    def answers(self, *lines: str, prompt: str = "? help: ") -> Terminal:
        """Type each line when the program asks for one."""
        for line in lines:
            self.screens.append(self._read_to(prompt))
            os.write(self._ours, f"{line}\n".encode())
        return self

    def screen(self, prompt: str = "? help: ") -> str:
        """What is shown before the next question."""
        return self._read_to(prompt)

    def end(self) -> tuple[int, str]:
        """Wait for the end: exit code and last words."""
        last = self._read_to(None)
        return self.run.wait(_PATIENCE_SECONDS), last

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill()
        os.close(self._ours)

    def kill(self) -> None:
        """As ``kill -9`` does; nothing where it is over."""
        if self.run.poll() is None:
            self.run.kill()
            self.run.wait(_PATIENCE_SECONDS)

    def _read_to(self, prompt: str | None) -> str:
        found, deadline = b"", time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if not select.select([self._ours], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self._ours, 65_536)
            except OSError:  # Linux says so where nobody is at the other end any more
                piece = b""
            found += piece
            if not piece or (prompt is not None and found.endswith(prompt.encode())):
                break
        return found.decode().replace("\r\n", "\n")


def plain(screen: str) -> str:
    """What is shown without its colours."""
    return _COLOURS.sub("", screen)
