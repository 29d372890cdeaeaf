"""Earliest and latest times, float, and the critical path of a project, with or without a plan.

It knows durations, lags, releases and what is fixed, not resources or hours: it tells how far a job may slip before the end
does, were there people enough. Source: the critical path method, Kelley and Walker 1959.
"""

from __future__ import annotations

from dataclasses import dataclass

from planning.frame import Frame
from planning.problem import Plan, Problem


@dataclass(frozen=True, slots=True)
class Times:
    """Of one job, in minutes: the earliest and latest start and end; `total_float` is how far it may slip without moving the
    end of the project, `free_float` without moving any job that waits for it."""

    job_id: str
    earliest_start: int
    earliest_end: int
    latest_start: int
    latest_end: int
    total_float: int
    free_float: int

    @property
    def is_critical(self) -> bool:
        return self.total_float <= 0


def times(problem: Problem, plan: Plan | None = None) -> dict[str, Times]:
    """The times of each job, by id; with a plan, of each job that it places, from where it is, up to the end of the plan.

    A job in several blocks counts from its first start to its last end. A float below 0 says by how much a job is in conflict
    with what is fixed.
    """
    frame = Frame(problem)
    starts, ends = _planned(frame, plan) if plan is not None else _earliest(frame)
    last = max(ends.values(), default=0)
    latest: dict[int, int] = {}
    for number in (number for number in reversed(frame.topological) if number in starts):
        followers = [(other, lag) for other, lag in frame.successors[number] if other in starts]
        bounds = (latest[other] - (ends[other] - starts[other]) - lag for other, lag in followers)
        latest[number] = min([last, *bounds])
        if number in frame.fixed:
            latest[number] = min(latest[number], ends[number])
    found: dict[str, Times] = {}
    for number in sorted(starts):
        after = [starts[other] - lag for other, lag in frame.successors[number] if other in starts]
        found[frame.jobs[number].id] = Times(
            job_id=frame.jobs[number].id,
            earliest_start=starts[number],
            earliest_end=ends[number],
            latest_start=latest[number] - (ends[number] - starts[number]),
            latest_end=latest[number],
            total_float=latest[number] - ends[number],
            free_float=min([last, *after]) - ends[number],
        )
    return found


def critical_path(problem: Problem, plan: Plan | None = None) -> tuple[str, ...]:
    """The ids of one chain of jobs without float, each waiting for the one before it, that ends last; empty: no jobs."""
    known, frame = times(problem, plan), Frame(problem)
    if not known:
        return ()
    number = frame.index[max(known.values(), key=lambda own: (own.earliest_end, -frame.index[own.job_id])).job_id]
    path = [number]
    while True:
        start = known[frame.jobs[number].id].earliest_start
        before = [
            other
            for other, lag in frame.predecessors[number]
            if (own := known.get(frame.jobs[other].id)) is not None and own.earliest_end + lag == start
        ]
        if not before:
            return tuple(frame.jobs[own].id for own in reversed(path))
        number = min(before)
        path.append(number)


def _earliest(frame: Frame) -> tuple[dict[int, int], dict[int, int]]:
    """Starts and ends when each job begins as soon as its predecessors and its release allow."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for number in frame.topological:
        if number in frame.fixed:
            starts[number], ends[number] = frame.fixed[number]
            continue
        ready = (ends[before] + lag for before, lag in frame.predecessors[number])
        starts[number] = max([frame.lower[number], *ready])
        ends[number] = starts[number] + frame.rest[number]
    return starts, ends


def _planned(frame: Frame, plan: Plan) -> tuple[dict[int, int], dict[int, int]]:
    """Starts and ends as a plan has them."""
    left_out = {entry.job_id for entry in plan.unplaced}
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for block in plan.placements:
        number = frame.index[block.job_id]
        if block.job_id not in left_out:
            starts[number] = min(block.start, starts.get(number, block.start))
            ends[number] = max(block.end, ends.get(number, block.end))
    return starts, ends
