"""Proves a plan: every hard rule of the problem, checked from nothing but the problem and the plan.

It knows nothing of how plans are made and imports only `planning.problem`; it must not repair or judge quality.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planning.problem import Interval, Job, Placement, Plan, Problem

Rule = Literal[
    "allowed",
    "busy",
    "capacity",
    "deadline",
    "duration",
    "fixed",
    "grid",
    "horizon",
    "job_calendar",
    "missing",
    "now",
    "one_block",
    "placed_and_unplaced",
    "precedence",
    "predecessor_unplaced",
    "release",
    "resource_calendar",
    "unknown_job",
    "unplaced_twice",
]
Blocks: TypeAlias = dict[str, list[Placement]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks, the job that breaks it, and a sentence for the log."""

    rule: Rule
    job_id: str
    message: str


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """All violations of a plan; none: it is valid. Takes O(n log n) time for n blocks and windows."""
    jobs = {job.id: job for job in problem.jobs}
    blocks: Blocks = defaultdict(list)
    for placement in plan.placements:
        blocks[placement.job_id].append(placement)
    unknown = [job_id for job_id in {*blocks, *(entry.job_id for entry in plan.unplaced)} if job_id not in jobs]
    if unknown:
        return tuple(
            Violation("unknown_job", job_id, f"The plan names an unknown job, {job_id!r}.") for job_id in sorted(unknown)
        )
    fixed = {entry.placement.job_id for entry in problem.fixed}
    free = [job for job in problem.jobs if job.id not in fixed]
    return (
        *_check_complete(problem, plan, blocks),
        *_check_fixed(problem, blocks),
        *_check_blocks(problem, free, blocks),
        *_check_windows(problem, free, blocks),
        *_check_capacity(problem, jobs, blocks),
        *_check_precedence(free, blocks),
        *_check_precedence_to_fixed(problem, blocks, fixed),
    )


def _check_complete(problem: Problem, plan: Plan, blocks: Blocks) -> Iterator[Violation]:
    """Each job is placed or listed as unplaced, once, and never both."""
    listed = Counter(entry.job_id for entry in plan.unplaced)
    for job in problem.jobs:
        if listed[job.id] > 1:
            yield Violation("unplaced_twice", job.id, f"Job {job.id!r} is listed as unplaced {listed[job.id]} times.")
        if listed[job.id] and job.id in blocks:
            yield Violation("placed_and_unplaced", job.id, f"Job {job.id!r} is both placed and listed as unplaced.")
        if not listed[job.id] and job.id not in blocks:
            yield Violation("missing", job.id, f"Job {job.id!r} is neither placed nor listed as unplaced.")


def _check_fixed(problem: Problem, blocks: Blocks) -> Iterator[Violation]:
    """A job with fixed blocks has exactly these."""
    expected: Blocks = defaultdict(list)
    for entry in problem.fixed:
        expected[entry.placement.job_id].append(entry.placement)
    for job_id, placements in expected.items():
        if sorted(placements) != sorted(blocks.get(job_id, [])):
            yield Violation("fixed", job_id, f"The fixed blocks of job {job_id!r} have changed.")


def _check_blocks(problem: Problem, free: Iterable[Job], blocks: Blocks) -> Iterator[Violation]:
    """A job is one block of its duration, on the grid, after now and its release, before its hard deadline and the horizon."""
    for job in free:
        placed = blocks.get(job.id, [])
        if len(placed) > 1:
            yield Violation("one_block", job.id, f"Job {job.id!r} has {len(placed)} blocks instead of one.")
        for block in placed:
            if block.end - block.start != job.duration:
                yield _broken("duration", block, f"takes {block.end - block.start} minutes instead of {job.duration}")
            if block.start % problem.grid:
                yield _broken("grid", block, f"does not start on the grid of {problem.grid} minutes")
            if block.start < problem.now:
                yield _broken("now", block, f"starts before now, {problem.now}")
            if block.start < job.release:
                yield _broken("release", block, f"starts before its release, {job.release}")
            if job.deadline_is_hard and job.deadline is not None and block.end > job.deadline:
                yield _broken("deadline", block, f"ends after its hard deadline, {job.deadline}")
            if block.end > problem.horizon:
                yield _broken("horizon", block, f"ends after the horizon, {problem.horizon}")


def _check_windows(problem: Problem, free: Iterable[Job], blocks: Blocks) -> Iterator[Violation]:
    """A block lies inside the calendars of its job and its resources and inside its job's windows, and over no busy time."""
    calendars = {calendar.name: _merge(calendar.intervals) for calendar in problem.calendars}
    busy = {resource.id: _merge(entry.interval for entry in resource.busy) for resource in problem.resources}
    hours = {resource.id: resource.calendar for resource in problem.resources}
    for job in free:
        allowed = None if job.allowed is None else _merge(job.allowed)
        for block in blocks.get(job.id, []):
            if job.calendar is not None and not _covers(calendars[job.calendar], block):
                yield _broken("job_calendar", block, f"leaves the calendar {job.calendar!r}")
            if allowed is not None and not _covers(allowed, block):
                yield _broken("allowed", block, "leaves the windows that its job allows")
            for resource_id in (demand.resource_id for demand in job.demands):
                calendar = hours[resource_id]
                if calendar is not None and not _covers(calendars[calendar], block):
                    yield _broken("resource_calendar", block, f"leaves the calendar {calendar!r} of resource {resource_id!r}")
                if _meets(busy[resource_id], block):
                    yield _broken("busy", block, f"lies over a busy time of resource {resource_id!r}")


def _check_capacity(problem: Problem, jobs: dict[str, Job], blocks: Blocks) -> Iterator[Violation]:
    """At no minute do jobs hold more of a resource than there is; the problem itself vouches for its fixed blocks."""
    steps: dict[str, list[tuple[int, int, str]]] = {resource.id: [] for resource in problem.resources}
    for job_id, placements in blocks.items():
        for demand in jobs[job_id].demands:
            for block in placements:
                steps[demand.resource_id].append((block.start, demand.units, job_id))
                steps[demand.resource_id].append((block.end, -demand.units, job_id))
    for resource in problem.resources:
        held = 0
        for minute, units, job_id in sorted(steps[resource.id]):  # ends are negative and sort first
            held += units
            if held > resource.capacity:
                over = f"holds resource {resource.id!r} beyond its capacity of {resource.capacity} at {minute}"
                yield Violation("capacity", job_id, f"Job {job_id!r} {over}.")


def _check_precedence(free: Iterable[Job], blocks: Blocks) -> Iterator[Violation]:
    """A job starts after all its predecessors have ended and their lags have passed, and not at all when one is unplaced."""
    for job in free:
        if job.id not in blocks:
            continue
        start = min(block.start for block in blocks[job.id])
        for predecessor in job.predecessors:
            if predecessor.job_id not in blocks:
                message = f"Job {job.id!r} is placed although its predecessor {predecessor.job_id!r} is not."
                yield Violation("predecessor_unplaced", job.id, message)
            elif start < (ready := max(block.end for block in blocks[predecessor.job_id]) + predecessor.lag):
                message = f"Job {job.id!r} starts at {start}, but its predecessor {predecessor.job_id!r} allows {ready}."
                yield Violation("precedence", job.id, message)


def _check_precedence_to_fixed(problem: Problem, blocks: Blocks, fixed: set[str]) -> Iterator[Violation]:
    """A job that a fixed job waits for ends in time for it, unless it is fixed itself."""
    for job in problem.jobs:
        if job.id not in fixed or job.id not in blocks:
            continue
        start = min(block.start for block in blocks[job.id])
        for predecessor in job.predecessors:
            if predecessor.job_id in fixed or predecessor.job_id not in blocks:
                continue
            if max(block.end for block in blocks[predecessor.job_id]) + predecessor.lag > start:
                message = f"Job {predecessor.job_id!r} ends too late for its fixed successor {job.id!r} at {start}."
                yield Violation("precedence", predecessor.job_id, message)


def _broken(rule: Rule, block: Placement, what: str) -> Violation:
    return Violation(rule, block.job_id, f"The block {block.start} to {block.end} of job {block.job_id!r} {what}.")


def _merge(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def _covers(merged: list[Interval], block: Placement) -> bool:
    """Whether a block lies inside one of some merged intervals."""
    index = _last_before(merged, block.start + 1)
    return index >= 0 and merged[index].end >= block.end


def _meets(merged: list[Interval], block: Placement) -> bool:
    """Whether a block has a minute in common with one of some merged intervals."""
    index = _last_before(merged, block.end)
    return index >= 0 and merged[index].end > block.start


def _last_before(merged: list[Interval], minute: int) -> int:
    """The index of the last interval that starts before a minute, -1 when there is none."""
    low, high = 0, len(merged)
    while low < high:
        middle = (low + high) // 2
        if merged[middle].start < minute:
            low = middle + 1
        else:
            high = middle
    return low - 1
