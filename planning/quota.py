"""What a time budget has left in each of its intervals, searched like a `planning.timeline.Timeline`.

It counts minutes only; which jobs a budget is about is the frame's to say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from planning.jobs import Allowance


class Quota:
    """The minutes left of one budget, by interval. A block counts, whole, where it starts; elsewhere there is no limit."""

    __slots__ = ("allowances", "grid", "left", "starts")

    def __init__(self, allowances: Sequence[Allowance], grid: int) -> None:
        self.allowances, self.grid = allowances, grid
        self.starts = [allowance.interval.start for allowance in allowances]
        self.left = [allowance.minutes for allowance in allowances]

    def copy(self) -> Quota:
        twin = Quota.__new__(Quota)
        twin.allowances, twin.grid, twin.starts, twin.left = self.allowances, self.grid, self.starts, self.left[:]
        return twin

    def take(self, start: int, end: int, units: int) -> None:
        """Count the block `[start, end)`; negative units give it back."""
        place = self._place(start)
        if place is not None:
            self.left[place] -= units * (end - start)

    def fits(self, start: int, end: int, _units: int) -> bool:
        """Whether the interval in which `[start, end)` starts has as much left."""
        place = self._place(start)
        return place is None or self.left[place] >= end - start

    def earliest(self, start: int, duration: int, units: int, last_end: int) -> int | None:
        """The first start on the grid from `start` on that fits, with an end by `last_end`."""
        begin = start + -start % self.grid
        while begin + duration <= last_end:
            if self.fits(begin, begin + duration, units):
                return begin
            begin = self.allowances[bisect_right(self.starts, begin) - 1].interval.end
            begin += -begin % self.grid
        return None

    def latest(self, start: int, duration: int, units: int, first_start: int) -> int | None:
        """The last start on the grid, at or before `start` and not before `first_start`, that fits."""
        begin = start - start % self.grid
        while begin >= first_start:
            if self.fits(begin, begin + duration, units):
                return begin
            begin = self.starts[bisect_right(self.starts, begin) - 1] - 1
            begin -= begin % self.grid
        return None

    def _place(self, minute: int) -> int | None:
        """The interval that a minute belongs to."""
        place = bisect_right(self.starts, minute) - 1
        return place if place >= 0 and minute < self.allowances[place].interval.end else None
