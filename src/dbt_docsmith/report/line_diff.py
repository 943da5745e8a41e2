"""Which lines of two texts differ, in near-linear time. Pure.

``difflib`` alone takes minutes on a properties file of 20,000 lines, because YAML repeats its lines. Here lines
that occur once on either side are anchors (the patience diff), and only the gaps between them are searched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_SEARCHED_CELLS = 20_000
"""Gaps of up to this many line pairs are searched exhaustively; wider ones are shown as replaced."""


class ChangedLines(NamedTuple):
    """``before[start:end]`` became ``after[new_start:new_end]``. Either may be empty, never both."""

    start: int
    end: int
    new_start: int
    new_end: int


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[ChangedLines]:
    """The ranges that differ, in order; the lines between them are equal."""
    changes: list[ChangedLines] = []
    line, new_line = 0, 0
    for kept, new_kept in [*_kept_lines(before, after), (len(before), len(after))]:
        if kept > line or new_kept > new_line:
            changes.append(ChangedLines(line, kept, new_line, new_kept))
        line, new_line = kept + 1, new_kept + 1
    return changes


def _kept_lines(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indexes of equal lines, both strictly rising."""
    kept: list[tuple[int, int]] = []
    gaps = [ChangedLines(0, len(before), 0, len(after))]
    while gaps:
        gap = _trim(before, after, gaps.pop(), kept)
        if gap.start == gap.end or gap.new_start == gap.new_end:
            continue
        anchors = _anchors(before, after, gap)
        if anchors:
            kept += anchors
            gaps += _between(anchors, gap)
        else:
            kept += _searched(before, after, gap)
    return sorted(kept)


def _trim(
    before: Sequence[str], after: Sequence[str], gap: ChangedLines, kept: list[tuple[int, int]]
) -> ChangedLines:
    """The gap without the equal lines at its ends, which are kept."""
    start, end, new_start, new_end = gap
    while start < end and new_start < new_end and before[start] == after[new_start]:
        kept.append((start, new_start))
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and before[end - 1] == after[new_end - 1]:
        end, new_end = end - 1, new_end - 1
        kept.append((end, new_end))
    return ChangedLines(start, end, new_start, new_end)


def _anchors(before: Sequence[str], after: Sequence[str], gap: ChangedLines) -> list[tuple[int, int]]:
    """Lines that occur once on either side of the gap, in the longest order both sides share."""
    old = _single_lines(before, gap.start, gap.end)
    new = _single_lines(after, gap.new_start, gap.new_end)
    return _longest_rising([(index, new[line]) for line, index in old.items() if line in new])


def _single_lines(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    occurrences = Counter(lines[start:end])
    return {lines[index]: index for index in range(start, end) if occurrences[lines[index]] == 1}


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second indexes rise; the first ones rise already."""
    tails: list[int] = []
    tail_pairs: list[int] = []
    previous: list[int] = []
    for number, (_, new) in enumerate(pairs):
        pile = bisect_left(tails, new)
        previous.append(tail_pairs[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [new]
        tail_pairs[pile : pile + 1] = [number]
    run: list[tuple[int, int]] = []
    number = tail_pairs[-1] if tail_pairs else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]


def _between(anchors: list[tuple[int, int]], gap: ChangedLines) -> Iterator[ChangedLines]:
    line, new_line = gap.start, gap.new_start
    for anchor, new_anchor in [*anchors, (gap.end, gap.new_end)]:
        yield ChangedLines(line, anchor, new_line, new_anchor)
        line, new_line = anchor + 1, new_anchor + 1


def _searched(before: Sequence[str], after: Sequence[str], gap: ChangedLines) -> list[tuple[int, int]]:
    old, new = before[gap.start : gap.end], after[gap.new_start : gap.new_end]
    if len(old) * len(new) > _SEARCHED_CELLS:
        return _only_added(old, new, gap)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [
        (gap.start + block.a + step, gap.new_start + block.b + step)
        for block in blocks
        for step in range(block.size)
    ]


def _only_added(old: Sequence[str], new: Sequence[str], gap: ChangedLines) -> list[tuple[int, int]]:
    """Every old line, where the new lines hold them all in their order; else none."""
    kept: list[tuple[int, int]] = []
    position = 0
    for index, line in enumerate(old):
        while position < len(new) and new[position] != line:
            position += 1
        if position == len(new):
            return []
        kept.append((gap.start + index, gap.new_start + position))
        position += 1
    return kept
