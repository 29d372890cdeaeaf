"""Where one job goes, given what has been placed: the cheapest of the few places worth a look.

It chooses for one job at a time; the order of the jobs is not its concern, and it enters nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from planning.books import Books, Lanes, earliest, fits, latest
from planning.chunks import cut
from planning.frame import NEVER, Frame
from planning.objective import TARDINESS
from planning.timeline import Span, Timeline, intersection


def best_place(frame: Frame, books: Books, number: int, ready: int, is_modest: bool) -> tuple[Span, ...] | None:
    """The cheapest of the places worth a look from `ready` on: the earliest, and (not for a modest job) those nearest to its
    wishes; None: there is none.

    Places that leave time for the hard bounds of successors go first; without one, any place that the job itself may have.
    """
    if number in frame.split:
        return _best_cut(frame, books, number, ready, is_modest)
    lanes = frame.lanes(number, books)
    price = frame.prices[number]
    duration, grid = price.duration, frame.problem.grid
    last_end = frame.limit[number]
    first = books.first(frame.kinds[number], lanes, ready, duration, last_end, grid)
    if first is None and last_end < frame.upper[number]:
        last_end = frame.upper[number]
        first = books.first(frame.kinds[number], lanes, ready, duration, last_end, grid)
    if first is None:
        return None
    has_wishes = price.suggested is not None or price.current or price.preferred
    if has_wishes and not is_modest:
        first = min(_wished(frame, lanes, number, first, last_end), key=lambda start: (_regret(frame, number, start), start))
    return ((first, first + duration),)


def _best_cut(frame: Frame, books: Books, number: int, ready: int, is_modest: bool) -> tuple[Span, ...] | None:
    """Of a split job: its blocks as early as they go, from its suggested start on, and inside its preferred windows."""
    price, problem = frame.prices[number], frame.problem
    for last_end in dict.fromkeys((frame.limit[number], frame.upper[number])):
        first = cut(frame, books, number, ready, last_end)
        if first is None:
            continue
        places = [first]
        if price.suggested is not None and price.suggested > first[0][0] and not is_modest:
            places.append(cut(frame, books, number, price.suggested, last_end) or first)
        if price.preferred and not is_modest:
            spans = intersection([(problem.now, problem.horizon)], price.preferred)
            window = Timeline(spans, 1, problem.now, problem.horizon, problem.grid)
            places.append(cut(frame, books, number, ready, last_end, window) or first)
        return min(places, key=lambda blocks: (frame.cost(number, blocks), blocks))
    return None


def _wished(frame: Frame, lanes: Lanes, number: int, first: int, last_end: int) -> Iterator[int]:
    """The earliest start, and the starts nearest to the suggestion (and to the deadline before it), in the first open preferred
    window, and where it is now."""
    price, grid = frame.prices[number], frame.problem.grid
    duration = price.duration
    yield first
    if price.suggested is not None and price.suggested > first:
        in_time = frame.due[number] - duration
        for target in (price.suggested, in_time) if first < in_time < price.suggested else (price.suggested,):
            before = latest(lanes, min(target, last_end - duration), duration, first, grid)
            after = earliest(lanes, target, duration, last_end, grid)
            yield from (start for start in (before, after) if start is not None)
    for low, high in price.preferred:
        start = earliest(lanes, max(first, low), duration, min(high, last_end), grid) if high > first else None
        if start is not None:
            yield start
            break
    current = price.current_start
    is_open = current is not None and first < current <= last_end - duration and current % grid == 0
    if current is not None and is_open and fits(lanes, current, current + duration):
        yield current


def _regret(frame: Frame, number: int, start: int) -> int:
    """The price of a start, and the lateness that it forces on the job's successors."""
    price, due = frame.prices[number], frame.due[number]
    is_pulled = due < (NEVER if price.deadline is None else price.deadline)
    late = max(0, start + price.duration - max(due, frame.problem.now)) if is_pulled else 0
    return price.at(start) + TARDINESS * frame.pull[number] * late
