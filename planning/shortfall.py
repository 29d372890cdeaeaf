"""Why a job found no place: the first of the possible reasons that holds.

It explains what a layout left out; it must not place anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from planning.frame import Frame, Lanes, earliest
from planning.problem import Unplaced
from planning.timeline import Timeline, intersection


def why_unplaced(frame: Frame, timelines: Sequence[Timeline], starts: Sequence[int | None], number: int) -> Unplaced:
    """The reason for one job, given the free times that a layout has left and the starts of the jobs that it placed.

    In this order: a predecessor is unplaced; no time at all is open to it; no open stretch is long enough; a fixed successor
    or the hard deadline comes too early, even in an empty plan or with the room that is left; all the room is taken.
    """
    job = frame.jobs[number]
    ready = frame.lower[number]
    for before, lag in frame.predecessors[number]:
        start = starts[before]
        if before in frame.fixed:
            continue
        if start is None:
            return Unplaced(job.id, "predecessor", frame.jobs[before].id)
        ready = max(ready, start + frame.jobs[before].duration + lag)
    grid, horizon = frame.problem.grid, frame.problem.horizon
    empty = frame.lanes(number, frame.open_times)
    if earliest(empty, ready, job.duration, horizon, grid) is None:
        return Unplaced(job.id, "too_long" if _has_open_time(frame, empty, ready) else "no_window")
    if frame.upper[number] < horizon:
        left = frame.lanes(number, timelines)
        is_late_at_best = earliest(empty, ready, job.duration, frame.upper[number], grid) is None
        if is_late_at_best or earliest(left, ready, job.duration, horizon, grid) is not None:
            return _bounded(frame, number)
    return Unplaced(job.id, "no_room")


def _has_open_time(frame: Frame, lanes: Lanes, ready: int) -> bool:
    spans = [(ready, frame.problem.horizon)] if ready < frame.problem.horizon else []
    for timeline, units in lanes:
        spans = intersection(spans, timeline.spans(units))
    return bool(spans)


def _bounded(frame: Frame, number: int) -> Unplaced:
    """Names what sets the latest end of a job: the fixed successor that comes first, or else its own hard deadline."""
    job = frame.jobs[number]
    for after, lag in frame.successors[number]:
        if after in frame.fixed and frame.fixed[after][0] - lag == frame.upper[number]:
            return Unplaced(job.id, "successor_fixed", frame.jobs[after].id)
    return Unplaced(job.id, "hard_deadline")
