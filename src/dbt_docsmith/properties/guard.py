"""Which files of a project may be written, and what stands in the way of the others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dbt_docsmith.errors import WriteError

_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def writable_path(root: Path, file: str) -> Path:
    """Where a file of the project really stands, symbolic links resolved; it need not exist yet.

    Raises WriteError for a path outside the project or in another package, for what is no file, and for what
    is read-only.
    """
    base = root.resolve()
    path = _resolve(base / file, file)
    if not path.is_relative_to(base):
        raise WriteError(f"{file}: leads outside the project, to {path}; only files of the project are written")
    folder = path.parent
    while folder != base:
        if (folder / "dbt_project.yml").exists():
            raise WriteError(
                f"{file}: belongs to another package ({folder.name}); only this project's are written"
            )
        folder = folder.parent
    if path.exists():
        _check_file(path, file)
    _check_folder(_standing(path.parent), file)
    return path


def check_writable(root: Path, file: str) -> str | None:
    """What would stop a write of this file, None if nothing would."""
    try:
        writable_path(root, file)
    except WriteError as error:
        return str(error)
    return None


def _resolve(path: Path, file: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise WriteError(f"{file}: cannot be followed ({error}); repair the symbolic link") from error


def _check_file(path: Path, file: str) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise WriteError(f"{file}: is no regular file; give the path of a properties file")
    if not mode & _ANY_WRITE or not os.access(path, os.W_OK):
        raise WriteError(f"{file}: is read-only; make it writable and run again")


def _check_folder(folder: Path, file: str) -> None:
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise WriteError(f"{file}: {folder.name} is no folder; move it out of the way")
    if not mode & _ANY_WRITE or not os.access(folder, os.W_OK | os.X_OK):
        raise WriteError(f"{file}: its folder {folder.name} is read-only; make it writable and run again")


def _standing(folder: Path) -> Path:
    """The nearest folder that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder
