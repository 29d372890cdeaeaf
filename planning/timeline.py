"""Free capacity over time as a step function, with the searches that placing needs, and the interval algebra under it.

It knows minutes and units only; it must not know jobs, costs or plans.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Minutes `[start, end)`."""


class Timeline:
    """Free units of one resource on `[low, high)`; outside there are none. Neighbouring steps always differ in level.

    `passed` has, by duration and units, starts `[low, high)` of which a search has found none free: the next one need not look
    at them again, so that filling a timeline stays near linear.
    """

    __slots__ = ("grid", "high", "levels", "low", "passed", "starts")

    def __init__(self, spans: Iterable[Span], level: int, low: int, high: int, grid: int) -> None:
        """`level` units within `spans` (sorted, apart from each other), 0 elsewhere; searches answer multiples of `grid`."""
        self.low, self.high, self.grid = low, high, grid
        self.starts, self.levels = [low], [0]
        self.passed: dict[Span, Span] = {}
        for start, end in spans:
            self.take(start, end, -level)

    def copy(self) -> Timeline:
        twin = Timeline.__new__(Timeline)
        twin.low, twin.high, twin.grid = self.low, self.high, self.grid
        twin.starts, twin.levels = self.starts[:], self.levels[:]
        twin.passed = self.passed.copy()
        return twin

    def take(self, start: int, end: int, units: int) -> None:
        """Hold `units` during `[start, end)`; negative units give back. What lies outside `[low, high)` is ignored."""
        start, end = max(start, self.low), min(end, self.high)
        if start >= end:
            return
        if units < 0:
            self._forget(start, end)
        first, last = self._cut(start), self._cut(end)
        starts, levels = self.starts, self.levels
        for step in range(first, last):
            levels[step] -= units
        for step in (last, first):
            if step > 0 and levels[step] == levels[step - 1]:
                del starts[step], levels[step]

    def fits(self, start: int, end: int, units: int) -> bool:
        """Whether `units` are free during all of `[start, end)`."""
        if start < self.low or end > self.high:
            return False
        return self._blocked(start, end, units) is None

    def earliest(self, start: int, duration: int, units: int, last_end: int) -> int | None:
        """The first start on the grid from `start` on, with `units` free for `duration` minutes and an end by `last_end`."""
        last_end = min(last_end, self.high)
        start = max(start, self.low)
        low, high = self.passed.get((duration, units), (start, start))
        found = self._first(high if low <= start < high else start, duration, units, last_end)
        if start <= high:
            until = found if found is not None else max(high if low <= start else start, last_end - duration + 1)
            self.passed[duration, units] = (min(low, start), until)
        return found

    def latest(self, start: int, duration: int, units: int, first_start: int) -> int | None:
        """The last start on the grid, at or before `start` and not before `first_start`, with `units` free for `duration`."""
        begin = min(start, self.high - duration)
        begin -= begin % self.grid
        first_start = max(first_start, self.low)
        while begin >= first_start:
            blocked = self._blocked(begin, begin + duration, units)
            if blocked is None:
                return begin
            begin = min(begin - 1, blocked - duration)
            begin -= begin % self.grid
        return None

    def spans(self, units: int) -> list[Span]:
        """Where at least `units` are free: sorted, disjoint, merged."""
        ends = [*self.starts[1:], self.high]
        return merged((start, end) for start, end, level in zip(self.starts, ends, self.levels, strict=True) if level >= units)

    def _first(self, start: int, duration: int, units: int, last_end: int) -> int | None:
        starts, levels, grid = self.starts, self.levels, self.grid
        step = bisect_right(starts, start) - 1
        count = len(starts)
        while step < count:
            if levels[step] < units:
                step += 1
                continue
            begin = max(start, starts[step])
            begin += -begin % grid
            end = begin + duration
            if end > last_end:
                return None
            step += 1
            while step < count and starts[step] < end and levels[step] >= units:
                step += 1
            if step == count or starts[step] >= end:
                return begin
        return None

    def _forget(self, start: int, end: int) -> None:
        """Look again at the starts that a change in `[start, end)` may have made free."""
        for key, (low, high) in [*self.passed.items()]:
            if low < end and high > start - key[0] + 1:
                self.passed[key] = (low, max(low, start - key[0] + 1))

    def _blocked(self, start: int, end: int, units: int) -> int | None:
        """The start of the first step that reaches into `[start, end)` with fewer than `units` free."""
        starts, levels = self.starts, self.levels
        step = bisect_right(starts, start) - 1
        while step < len(starts) and starts[step] < end:
            if levels[step] < units:
                return starts[step]
            step += 1
        return None

    def _cut(self, at: int) -> int:
        """The step that starts at `at`, made if there is none."""
        starts = self.starts
        step = bisect_left(starts, at)
        if step == len(starts) or starts[step] != at:
            starts.insert(step, at)
            self.levels.insert(step, self.levels[step - 1] if at < self.high else 0)
        return step


def merged(spans: Iterable[Span]) -> list[Span]:
    """Any spans as sorted ones, those that touch or overlap as one; empty ones vanish."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def intersection(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """What lies in both of two sorted, disjoint sequences."""
    result: list[Span] = []
    a = b = 0
    while a < len(left) and b < len(right):
        low, high = max(left[a][0], right[b][0]), min(left[a][1], right[b][1])
        if low < high:
            result.append((low, high))
        if left[a][1] < right[b][1]:
            a += 1
        else:
            b += 1
    return result


def difference(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """What lies in `left` and not in `right`, both sorted and disjoint."""
    if not left:
        return []
    edges = [left[0][0], *(edge for span in right for edge in span), left[-1][1]]
    gaps = [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]
    return intersection(left, gaps)
