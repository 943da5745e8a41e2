"""Conditions that only dbt can tell: every way they can go is gone once. Pure."""

from __future__ import annotations

from collections.abc import Generator


class UnknownError(Exception):
    """The SQL's shape hangs on something only dbt knows. The text says on what."""


class HopelessError(UnknownError):
    """No macro that is left unknown helps: the whole text is given up."""


class Undecided:
    """Decides conditions that cannot be told, one way after the other.

    Within one ``ways`` there may be another, for a macro: it goes the ways of its own conditions, and keeps to
    what has been decided around it.
    """

    def __init__(self, most_ways: int) -> None:
        self._most_ways = most_ways
        self._levels: list[_Level] = []
        self.asked = 0  # how often something had to be decided

    def ways(self) -> Generator[None, None, None]:
        """Go through all ways; each time round, ``decide`` answers for the next one."""
        level = _Level()
        self._levels.append(level)
        try:
            while True:
                level.decided = {}
                yield
                if not level.turn():
                    return
        finally:
            self._levels.remove(level)

    def decide(self, condition: str) -> bool:
        """One condition goes one way, and the same way as long as this way lasts."""
        self.asked += 1
        for level in self._levels:
            if condition in level.decided:
                return level.decided[condition]
        return self._levels[-1].decide(condition, self._most_ways)

    @property
    def decided(self) -> tuple[str, ...]:
        """What has been decided in this way, in order."""
        return tuple(self._levels[-1].decided)


class _Level:
    def __init__(self) -> None:
        self.decided: dict[str, bool] = {}
        self._path: list[bool] = []

    def turn(self) -> bool:
        """Turn the last condition that has gone one way only; false where every one has gone both."""
        taken = list(self.decided.values())
        while taken and taken[-1]:
            taken.pop()
        self._path = [*taken[:-1], True]
        return bool(taken)

    def decide(self, condition: str, most_ways: int) -> bool:
        index = len(self.decided)
        if index >= len(self._path) and 2 ** (index + 1) > most_ways:
            raise UnknownError(f"it hangs on {condition}")
        self.decided[condition] = self._path[index] if index < len(self._path) else False
        return self.decided[condition]
