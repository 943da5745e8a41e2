"""How long one text may be read: processor time of this thread, looked at between small steps. Pure.

A thread cannot be stopped from outside, so all that can take long asks now and then whether it should go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

MOST_SECONDS = 5.0
MOST_COLUMNS = 20_000


class TooLongError(Exception):
    """Reading a text takes too long. The message says so, in a few words."""


class Deadline:
    """Raises TooLongError once ``seconds`` have been spent since it was made. ``clock`` counts seconds."""

    def __init__(self, seconds: float = MOST_SECONDS, clock: Callable[[], float] = time.thread_time) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def check(self) -> None:
        """Go on, or do not."""
        if self._clock() > self._end:
            raise TooLongError(f"reading its SQL takes more than {self._seconds:g} s")


def check_width(columns: int) -> None:
    """A query that doubles its columns with every step fills the memory before it takes long."""
    if columns > MOST_COLUMNS:
        raise TooLongError(f"its SQL makes more than {MOST_COLUMNS:,} columns")
