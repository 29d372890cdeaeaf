"""The pauses of a resource that takes breaks: which blocks it has, and where one more leaves it enough rest.

It knows blocks and minutes only; whether the time is free otherwise is the timelines' to say.
"""

from __future__ import annotations

from bisect import bisect_left, insort


class RestLine:
    """The blocks of one resource of capacity 1, searched like a `planning.timeline.Timeline`.

    A run of blocks with less than `pause` minutes between neighbours may be `longest` minutes long, or be one block.
    """

    __slots__ = ("blocks", "grid", "longest", "pause")

    def __init__(self, longest: int, pause: int, grid: int) -> None:
        self.longest, self.pause, self.grid = longest, pause, grid
        self.blocks: list[tuple[int, int]] = []

    def copy(self) -> RestLine:
        twin = RestLine(self.longest, self.pause, self.grid)
        twin.blocks = self.blocks[:]
        return twin

    def take(self, start: int, end: int, units: int) -> None:
        """Add the block `[start, end)`; negative units take it away again."""
        if units > 0:
            insort(self.blocks, (start, end))
        else:
            self.blocks.remove((start, end))

    def fits(self, start: int, end: int, _units: int) -> bool:
        """Whether the run that `[start, end)` would be part of is short enough, or the block alone."""
        low, high = self._run(start, end)
        return (low, high) == (start, end) or high - low <= self.longest

    def earliest(self, start: int, duration: int, units: int, last_end: int) -> int | None:
        """The first start on the grid from `start` on that fits, with an end by `last_end`."""
        begin = start + -start % self.grid
        while begin + duration <= last_end:
            if self.fits(begin, begin + duration, units):
                return begin
            begin = self._later(begin, duration)
            begin += -begin % self.grid
        return None

    def latest(self, start: int, duration: int, units: int, first_start: int) -> int | None:
        """The last start on the grid, at or before `start` and not before `first_start`, that fits."""
        begin = start - start % self.grid
        while begin >= first_start:
            if self.fits(begin, begin + duration, units):
                return begin
            begin = self._sooner(begin, duration)
            begin -= begin % self.grid
        return None

    def _run(self, start: int, end: int) -> tuple[int, int]:
        """The first start and the last end of the run that `[start, end)` would be part of."""
        blocks, pause = self.blocks, self.pause
        right = bisect_left(blocks, (start, start))
        left = right - 1
        while left >= 0 and start - blocks[left][1] < pause:
            start = blocks[left][0]
            left -= 1
        while right < len(blocks) and blocks[right][0] - end < pause:
            end = max(end, blocks[right][1])
            right += 1
        return start, end

    def _later(self, begin: int, duration: int) -> int:
        """The next start after one that does not fit at which something changes: a run is left, cut short or jumped over."""
        right = bisect_left(self.blocks, (begin, begin))
        _, high = self._run(begin, begin + duration)
        turns = [high - self.longest, *(end for _, end in self.blocks[max(0, right - 1) : right + 1])]
        turns += [end + self.pause for _, end in self.blocks[max(0, right - 1) : right]]
        return min((turn for turn in turns if turn > begin), default=begin + self.grid)

    def _sooner(self, begin: int, duration: int) -> int:
        """The next start before one that does not fit at which something changes."""
        right = bisect_left(self.blocks, (begin, begin))
        low, _ = self._run(begin, begin + duration)
        turns = [low + self.longest - duration, *(start - duration for start, _ in self.blocks[max(0, right - 1) : right + 1])]
        turns += [start - self.pause - duration for start, _ in self.blocks[right : right + 1]]
        return max((turn for turn in turns if turn < begin), default=begin - self.grid)
