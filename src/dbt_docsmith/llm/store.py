"""Every answer is kept the moment it arrives, so that no answer is paid for twice.

One SQLite file in WAL mode: safe among processes, and a killed one loses nothing it had kept. The store is a
convenience and never an end: what goes wrong with it is said once, and the run goes on without.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol, TypeGuard

import msgspec
from msgspec import Struct

from dbt_docsmith.types import Completion, CompletionRequest, Usage

_BUSY_SECONDS = 30.0
_WAL_TRIES = 250
_WAL_PAUSE = 0.02
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_TABLES = (
    """CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL, text TEXT NOT NULL,
        finish_reason TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL, cost_usd TEXT, kept_at REAL NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS abstentions (key TEXT PRIMARY KEY, question TEXT NOT NULL, kept_at REAL NOT NULL)",
)


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """An answer of an earlier run, with what it cost then. ``kept_at`` is in seconds since 1970."""

    text: str
    provider: str
    model: str
    finish_reason: str
    usage: Usage
    cost_usd: Decimal | None
    kept_at: float


def answer_key(provider: str, request: CompletionRequest) -> str:
    """A name for everything that shapes the answer, and for nothing secret."""
    prompt = request.prompt
    shape = [provider, request.model, request.max_tokens, request.temperature]
    parts = [*shape, prompt.system, prompt.user, prompt.schema]
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


class Store(Protocol):
    """Where answers and abstentions are kept."""

    def find(self, key: str) -> StoredAnswer | None:
        """The answer kept under ``key``."""

    def keep(self, key: str, completion: Completion) -> None:
        """Keep an answer; a later one takes its place."""

    def find_abstention(self, key: str) -> str | None:
        """The question put instead of a text ("" where there was none), None where nothing is kept."""

    def keep_abstention(self, key: str, question: str) -> None:
        """Keep that there is no text for this evidence, and the question put instead."""

    def close(self) -> None:
        """Let go of the file."""


class NullStore:
    """Keeps nothing and finds nothing."""

    def find(self, key: str) -> StoredAnswer | None:
        """None."""

    def keep(self, key: str, completion: Completion) -> None:
        """Do nothing."""

    def find_abstention(self, key: str) -> str | None:
        """None."""

    def keep_abstention(self, key: str, question: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class AnswerStore:
    """The store in the file at ``path``. Nothing is created before something is kept.

    ``clock`` gives seconds since 1970. A file that cannot be read is set aside, and a new one begun, when
    something is next kept; ``notice`` is told.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float], notice: Callable[[str], None]) -> None:
        self._path = path
        self._clock = clock
        self._notice = notice
        self._noticed: set[str] = set()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._broken: sqlite3.Error | None = None

    def find(self, key: str) -> StoredAnswer | None:
        """The answer kept under ``key``."""
        row = self._row("SELECT * FROM answers WHERE key = ?", key)
        return None if row is None else _answer(row)

    def keep(self, key: str, completion: Completion) -> None:
        """Keep an answer; a later one takes its place."""
        said = (completion.provider, completion.model, completion.text, completion.finish_reason)
        usage, cost = completion.usage, completion.cost_usd
        tokens = (usage.prompt_tokens, usage.cached_prompt_tokens, usage.completion_tokens)
        values = (key, *said, *tokens, None if cost is None else str(cost), self._clock())
        self._write(f"INSERT OR REPLACE INTO answers VALUES ({', '.join('?' * len(values))})", values)

    def find_abstention(self, key: str) -> str | None:
        """The question put instead of a text ("" where there was none), None where nothing is kept."""
        row = self._row("SELECT question FROM abstentions WHERE key = ?", key)
        return None if row is None else str(row["question"])

    def keep_abstention(self, key: str, question: str) -> None:
        """Keep that there is no text for this evidence, and the question put instead."""
        self._write("INSERT OR REPLACE INTO abstentions VALUES (?, ?, ?)", (key, question, self._clock()))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _row(self, sql: str, key: str) -> sqlite3.Row | None:
        try:
            if self._connection is None and not self._path.exists():
                return None
            found: sqlite3.Row | None = self._open().execute(sql, (key,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._broken = error if _is_broken(error) else None
            self._say(f"the answer store {self._path} cannot be read ({error}): its answers are asked for anew")
            return None
        return found

    def _write(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            self._insert(sql, values)
        except (sqlite3.Error, OSError) as error:
            self._say(f"the answer store {self._path} cannot be written ({error}): answers are not kept")

    def _insert(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            if self._broken is not None:
                raise self._broken
            self._open().execute(sql, values)
        except sqlite3.Error as error:
            if not _is_broken(error):
                raise
            self._set_aside()
            self._open().execute(sql, values)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._opened = _identity(self._path)
            self._connection = _connect(self._path)
        return self._connection

    def _set_aside(self) -> None:
        self.close()
        self._broken = None
        if _identity(self._path) != self._opened:
            return  # another process has set it aside already, and this is its new one
        aside = self._path.with_name(f"{self._path.name}.unreadable-{int(self._clock())}")
        for suffix in ("", "-wal", "-shm"):
            part = Path(f"{self._path}{suffix}")
            if part.exists():
                part.replace(f"{aside}{suffix}")
        self._say(f"the answer store is set aside as {aside}; a new one is begun")

    def _say(self, text: str) -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self._notice(text)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        _use_wal(connection)
        for statement in ("PRAGMA synchronous = NORMAL", *_TABLES):
            connection.execute(statement)
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


def _answer(row: sqlite3.Row) -> StoredAnswer:
    return StoredAnswer(
        text=row["text"],
        provider=row["provider"],
        model=row["model"],
        finish_reason=row["finish_reason"],
        usage=Usage(
            prompt_tokens=row["prompt_tokens"],
            cached_prompt_tokens=row["cached_prompt_tokens"],
            completion_tokens=row["completion_tokens"],
        ),
        cost_usd=None if row["cost_usd"] is None else Decimal(row["cost_usd"]),
        kept_at=row["kept_at"],
    )


def _is_broken(error: Exception) -> TypeGuard[sqlite3.Error]:
    """Whether the file itself is at fault, and not the place, the disk or another process."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
