"""One SQLite file in WAL mode: safe among processes, and a killed one loses nothing it had written.

Such a file is a convenience and never an end: what goes wrong with it is said once, and the run goes on without.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeGuard

from msgspec import Struct

_BUSY_SECONDS = 30.0
_WAL_TRIES = 250
_WAL_PAUSE = 0.02
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}

Values = Sequence[object]


class Schema(Struct, frozen=True):
    """The tables of a file, and the version of their layout that is written into it.

    A layout that this program's rows do not fit gets the next version and begins anew; a file with a version
    still to come belongs to a newer program, and is left alone.
    """

    version: int
    tables: Sequence[str]


class NewerVersion(sqlite3.Error):
    """The file belongs to a newer version of this program."""


class Database:
    """The file at ``path``, called ``what`` in messages. Nothing is created before something is written.

    A file that cannot be read is set aside, and a new one begun, when something is next written; one that is not
    ``disposable`` stays. ``clock`` gives seconds since 1970; ``notice`` is told, each thing once.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        what: str,
        *,
        clock: Callable[[], float],
        notice: Callable[[str], None],
        disposable: bool = True,
    ) -> None:
        self.path = path
        self._schema = schema
        self._what = f"{what} {path}"
        self._clock = clock
        self._notice = notice
        self._disposable = disposable
        self._noticed: set[str] = set()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._broken: sqlite3.Error | None = None

    def row(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a query, None where there is none or the file cannot be read."""
        return next(iter(self.rows(sql, values)), None)

    def rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a query; none where the file is not there or cannot be read."""
        try:
            if self._connection is None and not self.path.exists():
                return []
            return self.open().execute(sql, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._broken = error if _is_broken(error) else None
            self._say(f"{self._what} cannot be read ({error}): the run goes on without it")
            return []

    def write(self, sql: str, values: Values) -> int | None:
        """Run one statement; the row it inserted, None where the file cannot be written."""
        try:
            return self._written(sql, values)
        except (sqlite3.Error, OSError) as error:
            self._say(f"{self._what} cannot be written ({error}): nothing is kept")
            return None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Read and write with no other process in between. Raises sqlite3.Error and OSError as they are."""
        connection = self.open()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection

    def open(self) -> sqlite3.Connection:
        """The connection. Raises sqlite3.Error and OSError as they are."""
        if self._connection is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._opened = _identity(self.path)
            self._connection = _connect(self.path, self._schema)
        return self._connection

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _written(self, sql: str, values: Values) -> int | None:
        try:
            if self._broken is not None:
                raise self._broken
            return self.open().execute(sql, values).lastrowid
        except sqlite3.Error as error:
            if not (self._disposable and _is_broken(error)):
                raise
            self._set_aside()
            return self.open().execute(sql, values).lastrowid

    def _set_aside(self) -> None:
        self.close()
        self._broken = None
        if _identity(self.path) != self._opened:
            return  # another process has set it aside already, and this is its new one
        aside = self.path.with_name(f"{self.path.name}.unreadable-{int(self._clock())}")
        for suffix in ("", "-wal", "-shm"):
            part = Path(f"{self.path}{suffix}")
            if part.exists():
                part.replace(f"{aside}{suffix}")
        self._say(f"{self._what} is set aside as {aside}; a new one is begun")

    def _say(self, text: str) -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self._notice(text)


def _connect(path: Path, schema: Schema) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > schema.version:
            raise NewerVersion("a newer version of dbt-docsmith made it")
        _use_wal(connection)
        for statement in ("PRAGMA synchronous = NORMAL", *schema.tables):
            connection.execute(statement)
        if version < schema.version:
            connection.execute(f"PRAGMA user_version = {schema.version}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. While another process does the same, SQLite answers "locked" without its usual waiting."""
    for tries_left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not tries_left:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _is_broken(error: Exception) -> TypeGuard[sqlite3.Error]:
    """Whether the file itself is at fault, and not the place, the disk or another process."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
