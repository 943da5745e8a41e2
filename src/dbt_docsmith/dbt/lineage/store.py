"""What was read of SQL once, kept in one SQLite file by a hash of all it rests on.

It saves time and nothing else: a file that is locked, broken or not writable is as good as an empty one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

MOST_ROWS = 50_000
_BATCH = 200
_FEW = 5_000
_WAIT_SECONDS = 0.5


class LineageStore:
    """Bytes by hash. ``flush`` writes what is new; so does the end of a ``with``. Never an exception."""

    def __init__(self, path: Path, *, most_rows: int = MOST_ROWS) -> None:
        self._path = path
        self._most_rows = most_rows
        self._new: dict[bytes, bytes] = {}
        self._connection: sqlite3.Connection | None = None
        self._is_broken = False
        self._all: dict[bytes, bytes] | None = None

    def __enter__(self) -> LineageStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, key: bytes) -> bytes | None:
        """What was kept under that hash, if anything."""
        if key in self._new:
            return self._new[key]
        connection = self._open()
        if connection is None:
            return None
        try:
            if self._all is None:
                self._all = _all_of_few(connection)
            if self._all:
                return self._all.get(key)
            row = connection.execute("select body from kept where key = ?", (key,)).fetchone()
        except sqlite3.Error:
            self._give_up()
            return None
        return row[0] if row else None

    def put(self, key: bytes, body: bytes) -> None:
        """Keep it, at the latest with the next ``flush``."""
        self._new[key] = body
        if len(self._new) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is new in one transaction, and drop the oldest rows beyond the most there may be."""
        connection = self._open()
        if connection is None or not self._new:
            self._new.clear()
            return
        try:
            with connection:
                connection.executemany("insert or replace into kept (key, body) values (?, ?)", self._new.items())
                connection.execute(
                    "delete from kept where rowid <= (select max(rowid) from kept) - ?", (self._most_rows,)
                )
        except sqlite3.Error:
            self._give_up()
        self._new.clear()

    def close(self) -> None:
        """Flush, and let go of the file."""
        self.flush()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._is_broken:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = _connect(self._path)
            except (OSError, sqlite3.Error):
                self._is_broken = True
        return self._connection

    def _give_up(self) -> None:
        self._is_broken = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _all_of_few(connection: sqlite3.Connection) -> dict[bytes, bytes]:
    """Everything, where it is little: one look is ten times faster than one for each node. Else nothing."""
    rows = connection.execute("select key, body from kept limit ?", (_FEW + 1,)).fetchall()
    return dict(rows) if len(rows) <= _FEW else {}


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("create table if not exists kept (key blob unique not null, body blob not null)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
