"""Replaces a file whole or not at all, and only if it still is what it was when it was read."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from dbt_docsmith.errors import WriteError

TEMPORARY = ".docsmith-tmp"
"""How a temporary file's name ends; dbt reads no such file."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a folder against other runs of this program, waiting for them; nothing is left in it.

    Where the file system has no locks, goes on without: ``replace_file`` still looks before it replaces.
    """
    handle = _open_lock(folder)
    try:
        with suppress(OSError):
            _lock(handle)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _open_lock(folder: Path) -> int:
        name = sha256(str(folder).casefold().encode()).hexdigest()[:32]
        return os.open(Path(tempfile.gettempdir()) / f"dbt-docsmith-{name}.lock", os.O_CREAT | os.O_RDWR)

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _open_lock(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of runs that were killed. The folder must be locked."""
    with os.scandir(folder) as found:
        leftovers = [
            entry.path for entry in found if entry.name.startswith(".") and entry.name.endswith(TEMPORARY)
        ]
    for leftover in leftovers:
        Path(leftover).unlink(missing_ok=True)


def replace_file(path: Path, expected: bytes | None, content: bytes) -> bool:
    """Give a file this content, mode and owner kept. The folder must be locked.

    False, and nothing done, where the file is no longer what was expected (None: that there is none). Raises
    OSError, and WriteError where the owner cannot be kept; then too the file is what it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        _write(temporary, content, path.stat() if expected is not None else None)
        if content_of(path) != expected:
            return False
        if expected is None:
            return _put_new(temporary, path)
        temporary.replace(path)
        return True
    except FileNotFoundError:
        return False
    finally:
        temporary.unlink(missing_ok=True)


def content_of(path: Path) -> bytes | None:
    """A file's bytes, None where there is no file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(temporary: Path, content: bytes, like: os.stat_result | None) -> None:
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as file:
        if like is not None and hasattr(os, "fchown"):
            _keep_owner(temporary, handle, like)
        file.write(content)
        file.flush()
        os.fsync(handle)


def _keep_owner(temporary: Path, handle: int, like: os.stat_result) -> None:
    own = os.fstat(handle)
    if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.fchown(handle, like.st_uid, like.st_gid)
        except PermissionError as error:
            raise WriteError(f"{temporary.parent}: a file's owner could not be kept; run as its owner") from error
    os.fchmod(handle, stat.S_IMODE(like.st_mode))


def _put_new(temporary: Path, path: Path) -> bool:
    """Never over a file that someone else made in between."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        if path.exists():
            return False
        temporary.rename(path)
    return True
