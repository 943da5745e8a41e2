"""What was spent, an attempt a row, by all runs: what `usage` shows and the budget of a month counts.

One SQLite file. A row is written before its request leaves, with the most it may cost, and settled when the answer
is there: a killed run leaves its reservations behind, as its requests may have been billed. No prompt is in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Literal

from dbt_docsmith.llm.database import Database, Schema
from dbt_docsmith.reports import UsageRow
from dbt_docsmith.types import Usage

Outcome = Literal["open", "answered", "unbilled", "lost", "stored"]
"""In flight or of a killed run; billed and known; surely not billed; perhaps billed; replayed from the store."""

PICO = Decimal(10) ** 12
"""Money is kept in millionths of a millionth of a dollar: whole numbers, so that SQLite's sums are exact."""

SCHEMA = Schema(
    1,
    [
        """CREATE TABLE IF NOT EXISTS attempts (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, until REAL NOT NULL, project TEXT NOT NULL,
        provider TEXT NOT NULL, model TEXT NOT NULL, outcome TEXT NOT NULL,
        prompt_tokens INTEGER NOT NULL DEFAULT 0, cached_prompt_tokens INTEGER NOT NULL DEFAULT 0,
        completion_tokens INTEGER NOT NULL DEFAULT 0, cost_pico INTEGER, most_pico INTEGER, saved_pico INTEGER)""",
        "CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (at, cost_pico, most_pico)",
    ],
)
_RESERVE = """INSERT INTO attempts (at, until, project, provider, model, outcome, most_pico)
    VALUES (?, ?, ?, ?, ?, 'open', ?)"""
_SETTLE = """UPDATE attempts SET outcome = ?, cost_pico = ?, prompt_tokens = ?, cached_prompt_tokens = ?,
    completion_tokens = ? WHERE id = ?"""
_REPLAYED = """INSERT INTO attempts (at, until, project, provider, model, outcome, cost_pico, saved_pico)
    VALUES (?, ?, ?, ?, ?, 'stored', 0, ?)"""
_SPENT = "SELECT COALESCE(SUM(COALESCE(cost_pico, most_pico)), 0) FROM attempts WHERE at >= ?"
_IN_FLIGHT = "SELECT 1 FROM attempts WHERE outcome = 'open' AND at >= ? AND until > ? LIMIT 1"

_SAVED = "SELECT COUNT(*), COALESCE(SUM(saved_pico), 0) FROM attempts WHERE outcome = 'stored'"
_BY_DAY = """SELECT strftime('%Y-%m-%d', at, 'unixepoch') AS day, project, provider, model,
    SUM(outcome <> 'stored') AS requests, SUM(outcome = 'stored') AS stored, SUM(prompt_tokens) AS prompt_tokens,
    SUM(cached_prompt_tokens) AS cached_prompt_tokens, SUM(completion_tokens) AS completion_tokens,
    COALESCE(SUM(cost_pico), 0) AS cost, SUM(cost_pico IS NULL AND most_pico IS NULL) AS unpriced,
    COALESCE(SUM(CASE WHEN cost_pico IS NULL THEN most_pico END), 0) AS unsettled,
    COALESCE(SUM(saved_pico), 0) AS saved
    FROM attempts WHERE at >= ? GROUP BY day, project, provider, model ORDER BY day, project, provider, model"""


class NoRoom(Exception):
    """What the attempt may cost does not fit into what the month has left."""


class UsageLog:
    """The log in the file at ``path``, for runs on ``project``; ``month_most`` is what a month may cost.

    ``clock`` gives seconds since 1970. Without ``month_most`` a log that fails is said once and the run goes on.
    With it the log is what keeps the promise: ``reserve`` and ``spent_this_month`` raise sqlite3.Error, OSError.
    """

    def __init__(
        self,
        path: Path,
        *,
        project: str,
        clock: Callable[[], float],
        notice: Callable[[str], None],
        month_most: Decimal | None = None,
    ) -> None:
        self.month_most = month_most
        self._project = project
        self._clock = clock
        self._database = Database(
            path, SCHEMA, "the usage log", clock=clock, notice=notice, disposable=month_most is None
        )

    def reserve(self, provider: str, model: str, most: Decimal | None, seconds: float) -> int | None:
        """Note an attempt that is about to leave and ends within ``seconds``; its row, None where none is kept.

        Raises NoRoom where it does not fit into the month.
        """
        now = self._clock()
        row = (now, now + seconds, self._project, provider, model, _pico(most))
        if self.month_most is None:
            return self._database.write(_RESERVE, row)
        with self._database.transaction() as connection:
            (spent,) = connection.execute(_SPENT, (_start_of_month(now),)).fetchone()
            if Decimal(spent) + (_pico(most) or 0) > self.month_most * PICO:
                raise NoRoom
            return connection.execute(_RESERVE, row).lastrowid

    def settle(self, row: int | None, outcome: Outcome, usage: Usage, cost: Decimal | None) -> None:
        """Note how an attempt ended. ``cost`` None: not known, so what was reserved still counts."""
        tokens = (usage.prompt_tokens, usage.cached_prompt_tokens, usage.completion_tokens)
        if row is not None:
            self._database.write(_SETTLE, (outcome, _pico(cost), *tokens, row))

    def withdraw(self, row: int | None) -> None:
        """The attempt never left."""
        if row is not None:
            self._database.write("DELETE FROM attempts WHERE id = ?", (row,))

    def replayed(self, provider: str, model: str, saved: Decimal | None) -> None:
        """Note an answer from the store, and what it cost when it was made."""
        now = self._clock()
        self._database.write(_REPLAYED, (now, now, self._project, provider, model, _pico(saved)))

    def spent_this_month(self) -> Decimal:
        """US dollars since the month began (UTC), with what attempts without an answer may have cost."""
        if not self._database.path.exists():
            return Decimal(0)
        (spent,) = self._database.open().execute(_SPENT, (_start_of_month(self._clock()),)).fetchone()
        return Decimal(spent) / PICO

    def rows(self, days: int) -> tuple[UsageRow, ...]:
        """What was spent on each of the last ``days``, today among them, by project and model."""
        today = datetime.fromtimestamp(self._clock(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return tuple(
            _usage_row(row) for row in self._database.rows(_BY_DAY, (today.timestamp() - 86_400 * (days - 1),))
        )

    def saved(self) -> tuple[int, Decimal]:
        """How many answers the store gave, and what they had cost."""
        row = self._database.row(_SAVED)
        return (0, Decimal(0)) if row is None else (row[0], Decimal(row[1]) / PICO)

    def is_waiting(self) -> bool:
        """Whether an attempt of any process is still in flight."""
        now = self._clock()
        return bool(self._database.rows(_IN_FLIGHT, (_start_of_month(now), now)))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _usage_row(row: sqlite3.Row) -> UsageRow:
    return UsageRow(
        day=row["day"],
        project=row["project"],
        provider=row["provider"],
        model=row["model"],
        requests=row["requests"],
        stored=row["stored"],
        prompt_tokens=row["prompt_tokens"],
        cached_prompt_tokens=row["cached_prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        cost_usd=None if row["unpriced"] else Decimal(row["cost"]) / PICO,
        unsettled_usd=Decimal(row["unsettled"]) / PICO,
        saved_usd=Decimal(row["saved"]) / PICO,
    )


def _pico(money: Decimal | None) -> int | None:
    """Rounded up, so that no sum is too small."""
    return None if money is None else int((money * PICO).to_integral_value(ROUND_CEILING))


def _start_of_month(now: float) -> float:
    start = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start.timestamp()
