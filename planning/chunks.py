"""Cutting a job into blocks: each as long as the free time and the job's limits allow, from a time on.

It knows nothing of costs; it enters blocks in the books only while it works, and leaves them as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from planning.books import Books, Lanes, earliest, fits
from planning.frame import Frame
from planning.timeline import Span, Timeline


def cut(
    frame: Frame, books: Books, number: int, start: int, last_end: int, window: Timeline | None = None
) -> tuple[Span, ...] | None:
    """The blocks of a split job from `start` on, as early as they go, all by `last_end` (and inside `window`); None: no room.

    Earliest and longest first, so it may miss the only way to cut a job into a few tight gaps.
    """
    job, grid, problem = frame.jobs[number], frame.problem.grid, frame.problem
    left, begin = frame.rest[number], start
    low, high = job.chunk_bounds(left)
    lanes = frame.lanes(number, books)
    if window is not None:
        lanes.append((window, 1, 0))
    worked = _worked(frame, frame.pins.get(number, ()))
    blocks: list[Span] = []
    least = low
    while left:
        found = earliest(lanes, begin, least, last_end, grid)
        if found is None:
            break
        room = min(high, left, last_end - found)
        if job.max_per_day is not None:
            room = min(room, job.max_per_day - worked[problem.day_of(found)], problem.next_day(found) - found)
        if room < low:
            begin, least = problem.next_day(found), low
            continue
        longest = _longest(lanes, found, low, room, grid)
        length = _length(longest, left, low, high, grid)
        if length is None:  # nor is any shorter block of use: on to where a longer one fits
            begin, least = found + grid, min(longest + 1, high, left)
            continue
        end = found + length
        blocks.append((found, end))
        books.take(frame.claims[number], found, end)
        worked[problem.day_of(found)] += length
        left, begin, least = left - length, end + max(1, job.buffer_after), low
    for low_end, high_end in blocks:
        books.take(frame.claims[number], low_end, high_end, -1)
    return None if left else tuple(blocks)


def can_stay(frame: Frame, books: Books, number: int, blocks: Sequence[Span], ready: int) -> bool:
    """Whether some blocks, sorted, are the whole rest of a split job and obey every rule, given what has been placed."""
    job, grid = frame.jobs[number], frame.problem.grid
    low, high = job.chunk_bounds(frame.rest[number])
    lengths = [end - start for start, end in blocks]
    if sum(lengths) != frame.rest[number] or min(lengths) < low or max(lengths) > high:
        return False
    if blocks[0][0] < ready or max(end for _, end in blocks) > frame.upper[number] or any(start % grid for start, _ in blocks):
        return False
    worked = _worked(frame, [*frame.pins.get(number, ()), *blocks])
    if job.max_per_day is not None and max(worked.values()) > job.max_per_day:
        return False
    lanes, free_from, entered = frame.lanes(number, books), -1, 0
    for start, end in blocks:
        if start < free_from or not fits(lanes, start, end):
            break
        books.take(frame.claims[number], start, end)
        free_from, entered = end + max(1, job.buffer_after), entered + 1
    for start, end in blocks[:entered]:
        books.take(frame.claims[number], start, end, -1)
    return entered == len(blocks)


def _worked(frame: Frame, blocks: Sequence[Span]) -> Counter[int]:
    """By day: the minutes of some blocks in it."""
    minutes: Counter[int] = Counter()
    for begin, end in blocks:
        start = begin
        while start < end:
            midnight = min(end, frame.problem.next_day(start))
            minutes[frame.problem.day_of(start)] += midnight - start
            start = midnight
    return minutes


def _longest(lanes: Lanes, start: int, least: int, most: int, grid: int) -> int:
    """The longest block from `start` that is free, from `least` (which is) to `most`: on the grid, or one of the two."""
    if fits(lanes, start, start + most):
        return most
    low, high = least // grid, most // grid
    while low < high:
        middle = (low + high + 1) // 2
        if fits(lanes, start, start + middle * grid):
            low = middle
        else:
            high = middle - 1
    return max(least, low * grid)


def _length(longest: int, left: int, low: int, high: int, grid: int) -> int | None:
    """The longest block, of at most `longest`, after which what is left can be cut: on the grid if that is possible."""
    if longest == left:
        return left
    on_grid = range(longest - longest % grid, low - 1, -grid)
    lengths = (length for length in (*on_grid, longest, low) if -(-(left - length) // high) * low <= left - length)
    return next(lengths, None)
