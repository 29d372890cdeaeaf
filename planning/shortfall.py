"""Why a job found no place: the first of the possible reasons that holds.

It explains what a layout left out; it must not place anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from planning.books import Books, open_spans
from planning.chunks import cut
from planning.frame import Frame
from planning.problem import Unplaced
from planning.timeline import Span


def why_unplaced(frame: Frame, books: Books, blocks: Sequence[tuple[Span, ...] | None], number: int) -> Unplaced:
    """The reason for one job, given the free times that a layout has left and the blocks of the jobs that it placed.

    In this order: a predecessor is unplaced; but for its budgets it would have a place; no time at all is open to it; no open
    stretch is long enough; a fixed successor or the hard deadline comes too early, even in an empty plan or with the room that
    is left; all the room is taken.
    """
    job = frame.jobs[number]
    ready = frame.lower[number]
    for before, lag in frame.predecessors[number]:
        spans = blocks[before]
        if before in frame.fixed:
            continue
        if spans is None:
            return Unplaced(job.id, "predecessor", frame.jobs[before].id)
        ready = max(ready, frame.end(before, spans) + lag)
    horizon = frame.problem.horizon
    if frame.claims[number].budgets and _is_over_budget(frame, books, number, ready):
        return Unplaced(job.id, "budget")
    if not _has_place(frame, frame.books, number, ready, horizon):
        return Unplaced(job.id, "too_long" if _is_open(frame, number, ready) else "no_window")
    if frame.upper[number] < horizon:
        is_late_at_best = not _has_place(frame, frame.books, number, ready, frame.upper[number])
        if is_late_at_best or _has_place(frame, books, number, ready, horizon):
            return _bounded(frame, number)
    return Unplaced(job.id, "no_room")


def _is_over_budget(frame: Frame, books: Books, number: int, ready: int) -> bool:
    """Whether budgets alone keep a job from the room that is left, or from any in an empty plan."""
    if _has_place(frame, books.unbudgeted(), number, ready, frame.upper[number]):
        return True
    horizon, empty = frame.problem.horizon, frame.books
    return not _has_place(frame, empty, number, ready, horizon) and _has_place(
        frame, empty.unbudgeted(), number, ready, horizon
    )


def _has_place(frame: Frame, books: Books, number: int, ready: int, last_end: int) -> bool:
    if number in frame.split:
        return cut(frame, books, number, ready, last_end) is not None
    lanes, duration = frame.lanes(number, books), frame.jobs[number].duration
    return books.first(frame.kinds[number], lanes, ready, duration, last_end, frame.problem.grid) is not None


def _is_open(frame: Frame, number: int, ready: int) -> bool:
    """Whether all that a job needs is open at any time from `ready` on."""
    key = (frame.kinds[number], ready)
    if key not in frame.open_from:
        frame.open_from[key] = bool(open_spans(frame.lanes(number, frame.books), ready, frame.problem.horizon))
    return frame.open_from[key]


def _bounded(frame: Frame, number: int) -> Unplaced:
    """Names what sets the latest end of a job: the fixed successor that comes first, or else its own hard deadline."""
    job = frame.jobs[number]
    for after, lag in frame.successors[number]:
        if after in frame.pins and frame.pins[after][0][0] - lag == frame.upper[number]:
            return Unplaced(job.id, "successor_fixed", frame.jobs[after].id)
    return Unplaced(job.id, "hard_deadline")
