"""Requests a minute that nobody configured: begun at 60, and found out while the run goes on. Pure."""

from __future__ import annotations

from collections import deque

BEGIN = 60.0
STEP = 10.0
"""Seconds without a 429 after which more is tried."""

_MOST = 100_000.0
_LEAST = 6.0
_MINUTE = 60.0
_SAFE = 0.95
_CREEP = 0.05
_PATIENCE = 120.0
_CUTS_THAT_DO_NOT_HELP = 3


class AutoRate:
    """Doubles every ten seconds without a 429 and halves at one, or takes the limit that the headers name.

    After a 429 it goes back to what went well and creeps on from there, to just under what failed; what failed is
    tried again only after two quiet minutes, in steps that grow. ``begin`` 0: no limit until the server has one.
    Times are in seconds.
    """

    def __init__(self, begin: float, now: float) -> None:
        self._rate = begin
        self._told: float | None = None
        self._stepped_at = now
        self._cut_at = -float("inf")
        self._cuts = 0
        self._failed: float | None = None
        self._passed = 0.0
        self._creep = _CREEP
        self._served_in_a_minute = 0.0
        self._served_since_cut = True
        self._lefts: deque[float] = deque()
        self._answers: deque[float] = deque()

    def per_minute(self, now: float) -> float:
        """Requests a minute as of now; 0: no limit."""
        while self._rate and now - self._stepped_at >= STEP:
            self._stepped_at += STEP
            self._grow(now)
        return self._rate

    def left(self, now: float) -> None:
        """A request leaves."""
        _keep(self._lefts, now, STEP)

    def answered(self, left: float, now: float) -> None:
        """A request that left then was answered."""
        self._served_since_cut = self._served_since_cut or left > self._cut_at
        _keep(self._answers, now, _MINUTE)

    def told(self, per_minute: float) -> None:
        """The provider's headers say what it allows."""
        if per_minute != self._told:
            self._told = per_minute
            self._rate = per_minute if self._failed is None else min(self._rate, per_minute)

    def refused(self, left: float, now: float) -> bool:
        """A request that left then got a 429; whether that was news: what left before a cut says nothing of it."""
        if left <= self._cut_at:
            return False
        if self._served_since_cut and now - self._cut_at > STEP:
            self._begin_to_fail(now)
        self._cuts += 1
        if self._cuts == _CUTS_THAT_DO_NOT_HELP and self._failed is not None:
            # less did not help: the server counts a whole minute, and what it served then is all it will
            self._failed = self._passed = min(self._failed, max(_LEAST, self._served_in_a_minute))
        flow = self._flow(now)
        self._rate = max(_LEAST, min(self._rate, flow) / 2) if self._rate else max(BEGIN, flow / 2)
        self._cut_at = self._stepped_at = now
        self._served_since_cut = False
        self._creep = _CREEP
        return True

    def _begin_to_fail(self, now: float) -> None:
        self._cuts = 0
        flow = self._flow(now)
        self._failed = flow if self._failed is None else min(self._rate, flow)  # at first a burst may be to blame
        _drop_old(self._answers, now, _MINUTE)
        self._served_in_a_minute = float(len(self._answers))

    def _flow(self, now: float) -> float:
        """Requests a minute that really leave: threads and latency may allow less than the rate."""
        _drop_old(self._lefts, now, STEP)
        if not self._lefts:
            return self._rate or BEGIN
        return len(self._lefts) * _MINUTE / min(STEP, max(1.0, now - self._lefts[0]))

    def _grow(self, now: float) -> None:
        if self._failed is None:
            self._passed = self._rate
            self._rate = min(self._rate * 2, self._told or _MOST)
        elif self._served_since_cut:
            self._rate = min(self._recovered(self._failed, now), self._told or _MOST)

    def _recovered(self, failed: float, now: float) -> float:
        safe = min(self._passed, _SAFE * failed)
        if self._rate < safe:
            return min(safe, max(BEGIN, 2 * self._rate))
        self._passed = self._rate
        if now - self._cut_at < _PATIENCE:
            step = max(_CREEP * self._rate, (_SAFE * failed - self._rate) / 10)
            return max(self._rate, min(self._rate + step, _SAFE * failed))
        grown = self._rate * (1 + self._creep)
        self._creep = min(1.0, 2 * self._creep)
        return grown


def _keep(times: deque[float], now: float, seconds: float) -> None:
    times.append(now)
    _drop_old(times, now, seconds)


def _drop_old(times: deque[float], now: float, seconds: float) -> None:
    while times and times[0] <= now - seconds:
        times.popleft()
