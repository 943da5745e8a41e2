"""Every answer is kept the moment it arrives, so that no answer is paid for twice.

One SQLite file in WAL mode: safe among processes, and a killed one loses nothing it had kept. The store is a
convenience and never an end: what goes wrong with it is said once, and the run goes on without.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from dbt_docsmith.llm.database import Database, Schema
from dbt_docsmith.types import Completion, CompletionRequest, Usage

SCHEMA = Schema(
    1,
    [
        """CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL, text TEXT NOT NULL,
        finish_reason TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, cached_prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL, cost_usd TEXT, kept_at REAL NOT NULL)""",
        """CREATE TABLE IF NOT EXISTS abstentions (
        key TEXT PRIMARY KEY, question TEXT NOT NULL, kept_at REAL NOT NULL)""",
    ],
)
_KEEP = f"INSERT OR REPLACE INTO answers VALUES ({', '.join('?' * 10)})"
_KEEP_ABSTENTION = "INSERT OR REPLACE INTO abstentions VALUES (?, ?, ?)"


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """An answer of an earlier run, with what it cost then. ``kept_at`` is in seconds since 1970."""

    text: str
    provider: str
    model: str
    finish_reason: str
    usage: Usage
    cost_usd: Decimal | None
    kept_at: float


def answer_key(provider: str, host: str, request: CompletionRequest) -> str:
    """A name for everything that shapes the answer, and for nothing secret.

    Behind one ``provider`` may be many servers: what one host answers is not what another would.
    """
    prompt = request.prompt
    shape = [provider, host, request.model, request.max_tokens, request.temperature]
    parts = [*shape, prompt.system, prompt.user, prompt.schema]
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


class Store(Protocol):
    """Where answers and abstentions are kept."""

    def find(self, key: str) -> StoredAnswer | None:
        """The answer kept under ``key``."""

    def keep(self, key: str, completion: Completion) -> None:
        """Keep an answer; a later one takes its place."""

    def said(self) -> list[str]:
        """What all kept answers say, as they came."""

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

    def said(self) -> list[str]:
        """Nothing."""
        return []

    def find_abstention(self, key: str) -> str | None:
        """None."""

    def keep_abstention(self, key: str, question: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class AnswerStore:
    """The store in the file at ``path``. Nothing is created before something is kept.

    ``clock`` gives seconds since 1970; ``notice`` is told what goes wrong with the file.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float], notice: Callable[[str], None]) -> None:
        self._clock = clock
        self._database = Database(path, SCHEMA, "the answer store", clock=clock, notice=notice)

    def find(self, key: str) -> StoredAnswer | None:
        """The answer kept under ``key``."""
        row = self._database.row("SELECT * FROM answers WHERE key = ?", (key,))
        return None if row is None else _answer(row)

    def keep(self, key: str, completion: Completion) -> None:
        """Keep an answer; a later one takes its place."""
        said = (completion.provider, completion.model, completion.text, completion.finish_reason)
        usage, cost = completion.usage, completion.cost_usd
        tokens = (usage.prompt_tokens, usage.cached_prompt_tokens, usage.completion_tokens)
        self._database.write(_KEEP, (key, *said, *tokens, None if cost is None else str(cost), self._clock()))

    def said(self) -> list[str]:
        """What all kept answers say, as they came."""
        return [str(row["text"]) for row in self._database.rows("SELECT text FROM answers")]

    def find_abstention(self, key: str) -> str | None:
        """The question put instead of a text ("" where there was none), None where nothing is kept."""
        row = self._database.row("SELECT question FROM abstentions WHERE key = ?", (key,))
        return None if row is None else str(row["question"])

    def keep_abstention(self, key: str, question: str) -> None:
        """Keep that there is no text for this evidence, and the question put instead."""
        self._database.write(_KEEP_ABSTENTION, (key, question, self._clock()))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


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
