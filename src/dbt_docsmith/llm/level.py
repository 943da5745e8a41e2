"""How full one bucket is, exactly, although what a request really used is known only later. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

PACE = 0.985
"""Share of the limit that flows in: requests that reach the server late at the start of a minute would else be
too many at its end."""

WINDOW = 60.0


def capacity_of(per_minute: float) -> float:
    """What a bucket holds: a tenth of a minute's worth, at least one."""
    return max(1.0, per_minute / 10)


@dataclass(slots=True, eq=False)
class Mark:
    """A moment at which so much was taken. From then on ``per_minute`` flows in, 0: there is no limit.

    At that moment the level falls to ``most``; ``after`` is what is left. ``unsettled``: the real use
    is not known yet.
    """

    at: float
    per_minute: float
    taken: float = 0.0
    most: float = math.inf
    after: float = 0.0
    unsettled: bool = False


class Level:
    """How much may leave. It remembers the last minute, so that what a request turned out to have used counts from
    the moment it left: what it did not use was never taken, and fills nothing that was full meanwhile.

    It may be overdrawn by what a request used beyond its reservation. Times are in seconds.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self._marks = [Mark(now, per_minute, after=capacity_of(per_minute))]

    @property
    def per_minute(self) -> float:
        """The limit in force, 0: none."""
        return self._marks[-1].per_minute

    def set_limit(self, per_minute: float, now: float) -> None:
        """Let another limit hold from now on. What is in the bucket stays, as far as it has room."""
        if per_minute != self.per_minute:
            self._add(Mark(now, per_minute))

    def wait(self, wanted: float, now: float) -> float:
        """Seconds until ``wanted`` may be taken. More than the bucket holds waits until it is full, and until
        the last minute leaves room for it."""
        if not self.per_minute:
            return 0.0
        wanted, capacity = min(wanted, self.per_minute), capacity_of(self.per_minute)
        missing = min(wanted, capacity) - _filled(self._marks[-1], now)
        wait = missing / (PACE * self.per_minute / WINDOW)
        return max(wait, self._until_there_is_room(wanted, now)) if wanted > capacity else wait

    def take(self, wanted: float, now: float, *, unsettled: bool = False) -> Mark:
        """Take it, at most a minute's worth. ``unsettled``: ``settle`` will say what it really was."""
        mark = Mark(now, self.per_minute, taken=min(wanted, self.per_minute), unsettled=unsettled)
        if self.per_minute:
            self._forget(now)
            self._add(mark)
        return mark

    def settle(self, mark: Mark, used: float) -> None:
        """What was taken at ``mark`` turned out to be ``used``."""
        mark.unsettled = False
        used = min(used, mark.per_minute)
        if used != mark.taken:
            mark.taken = used
            self._replay(mark)

    def fall_to(self, most: float, at: float) -> None:
        """Hold no more than ``most`` at that time, which may be to come."""
        if self.per_minute:
            self._add(Mark(at, self.per_minute, most=most))

    def _add(self, mark: Mark) -> None:
        last = self._marks[-1]
        mark.at = max(mark.at, last.at)
        mark.after = _after(last, mark)
        self._marks.append(mark)

    def _replay(self, changed: Mark) -> None:
        marks = self._marks
        start = next((number for number in range(len(marks) - 1, 0, -1) if marks[number] is changed), len(marks))
        for number in range(start, len(marks)):
            marks[number].after = _after(marks[number - 1], marks[number])

    def _forget(self, now: float) -> None:
        marks = self._marks
        while len(marks) > 1 and not marks[1].unsettled and marks[1].at < now - WINDOW:
            marks.pop(0)

    def _until_there_is_room(self, wanted: float, now: float) -> float:
        most = self.per_minute + capacity_of(self.per_minute) - wanted
        recent = [mark for mark in self._marks if mark.taken and mark.at > now - WINDOW]
        left = sum(mark.taken for mark in recent)
        for mark in recent:
            if left <= most:
                return 0.0
            left -= mark.taken
            if left <= most:
                return mark.at + WINDOW - now
        return 0.0


def _filled(last: Mark, at: float) -> float:
    if not last.per_minute:
        return 0.0
    flown_in = max(0.0, at - last.at) * PACE * last.per_minute / WINDOW
    return min(capacity_of(last.per_minute), last.after + flown_in)


def _after(last: Mark, mark: Mark) -> float:
    if not mark.per_minute:
        return 0.0
    return min(_filled(last, mark.at), capacity_of(mark.per_minute), mark.most) - mark.taken
