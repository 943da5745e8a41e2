"""`--report FILE`: the result once more, in a file; its suffix says in which format."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dbt_docsmith.errors import UsageError

SUFFIXES: Mapping[str, str] = {
    ".json": "json",
    ".md": "markdown",
    ".sarif": "sarif",
    ".txt": "text",
    ".html": "html",
}

Formatted = Callable[[str], str]


class ReportFile:
    """Where a result goes besides stdout; found to be impossible before anything is spent."""

    def __init__(self, given: str, formats: tuple[str, ...]) -> None:
        self._path = Path(given)
        suffixes = [suffix for suffix, form in SUFFIXES.items() if form in formats]
        if self._path.suffix.lower() not in suffixes:
            raise UsageError(f"--report {given}: the file's name says its format; end it in {' '.join(suffixes)}")
        folder = self._path.absolute().parent
        if not folder.is_dir() or not os.access(folder, os.W_OK) or self._path.is_dir():
            raise UsageError(f"--report {given}: no file can be written there; name another")
        self.form = SUFFIXES[self._path.suffix.lower()]

    def write(self, formatted: Formatted) -> None:
        """Put the result there; ``formatted`` gives it in a format."""
        text = formatted(self.form)
        try:
            self._path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"--report {self._path}: {error.strerror}") from error


def report_files(given: Sequence[str], formats: tuple[str, ...]) -> list[ReportFile]:
    """The files of every ``--report``. Raises UsageError."""
    return [ReportFile(each, formats) for each in given]


def has_page(files: Sequence[ReportFile]) -> bool:
    """Whether one of them is a page, which shows more than the other formats."""
    return any(file.form == "html" for file in files)
