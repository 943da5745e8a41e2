"""The answer store as a thing to look after: how large it is, and how to make it smaller."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_docsmith.errors import DocsmithError
from dbt_docsmith.llm.database import Database
from dbt_docsmith.llm.store import SCHEMA
from dbt_docsmith.reports import Removed, StoreInfo

_DAY = 86_400
_OLDEST = "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY kept_at, key LIMIT ?)"
_LARGEST_STEP = 0.5


class StoreCare:
    """Looks after the store at ``path`` while others may be using it. ``clock`` gives seconds since 1970."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def info(self) -> StoreInfo:
        """What is in it; nothing where there is none. Raises DocsmithError where it cannot be read."""
        if not self._path.exists():
            return StoreInfo(path=str(self._path))
        with self._opened() as store:
            (answers, oldest, newest) = store.execute(
                "SELECT COUNT(*), MIN(kept_at), MAX(kept_at) FROM answers"
            ).fetchone()
            return StoreInfo(
                path=str(self._path),
                answers=answers,
                abstentions=_count(store, "abstentions"),
                bytes=self._bytes(),
                oldest=oldest,
                newest=newest,
            )

    def prune(self, older_than: float | None, most_bytes: int | None) -> Removed:
        """Take out what is older than so many days, then the oldest answers until the files are small enough."""
        if not self._path.exists():
            return Removed(path=str(self._path))
        with self._opened() as store, self._counting(store) as removed:
            if older_than is not None:
                for table in ("answers", "abstentions"):
                    before = self._clock() - older_than * _DAY
                    store.execute(f"DELETE FROM {table} WHERE kept_at < ?", (before,))
            _give_back(store)
            while most_bytes is not None and self._bytes() > most_bytes and (answers := _count(store, "answers")):
                share = min(_LARGEST_STEP, 1 - most_bytes / self._bytes())
                store.execute(_OLDEST, (max(1, int(answers * share)),))
                _give_back(store)
        return removed[0]

    def clear(self) -> Removed:
        """Take out everything; delete what was set aside as unreadable, and a store that cannot be read."""
        aside = sorted(self._path.parent.glob(f"{self._path.name}.unreadable-*"))
        for file in aside:
            file.unlink(missing_ok=True)
        names = tuple(str(file) for file in aside)
        if not self._path.exists():
            return Removed(path=str(self._path), files=names)
        try:
            with self._opened() as store, self._counting(store, names) as removed:
                for table in ("answers", "abstentions"):
                    store.execute(f"DELETE FROM {table}")
                _give_back(store)
        except DocsmithError:
            return self._delete(names)
        return removed[0]

    def _delete(self, names: tuple[str, ...]) -> Removed:
        """The store itself cannot be read: its files go."""
        size = self._bytes()
        for file in self._files():
            file.unlink(missing_ok=True)
        return Removed(path=str(self._path), bytes=size, files=(*names, str(self._path)))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        database = Database(self._path, SCHEMA, "the answer store", clock=self._clock, notice=lambda _text: None)
        try:
            yield database.open()
        except (sqlite3.Error, OSError) as error:
            cure = "`dbt-docsmith cache clear` removes it"
            raise DocsmithError(f"the answer store {self._path} cannot be read ({error}): {cure}") from None
        finally:
            database.close()

    @contextmanager
    def _counting(self, store: sqlite3.Connection, files: tuple[str, ...] = ()) -> Iterator[list[Removed]]:
        """A list that holds, when the block is done, what went in it."""
        answers, abstentions, size = _count(store, "answers"), _count(store, "abstentions"), self._bytes()
        removed: list[Removed] = []
        yield removed
        removed.append(
            Removed(
                path=str(self._path),
                answers=answers - _count(store, "answers"),
                abstentions=abstentions - _count(store, "abstentions"),
                bytes=max(0, size - self._bytes()),
                files=files,
            )
        )

    def _bytes(self) -> int:
        return sum(file.stat().st_size for file in self._files() if file.exists())

    def _files(self) -> list[Path]:
        return [Path(f"{self._path}{suffix}") for suffix in ("", "-wal", "-shm")]


def _count(store: sqlite3.Connection, table: str) -> int:
    (number,) = store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    return int(number)


def _give_back(store: sqlite3.Connection) -> None:
    """Return free pages to the disk."""
    store.execute("VACUUM")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
