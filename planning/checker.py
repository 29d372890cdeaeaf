"""Proves a plan: every hard rule of the problem, checked from nothing but the problem and the plan.

It knows nothing of how plans are made and imports only `planning.problem`; it must not repair or judge quality.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from planning.checker_rests import check_breaks, check_buffers, check_cuts
from planning.problem import Job, Placement, Plan, Problem, unfixed_minutes
from planning.violations import Blocks, Rule, Violation, broken, covers, meets, merge, minutes

__all__ = ["Rule", "Violation", "check"]


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
    pins = problem.pins()
    free = [job for job in problem.jobs if unfixed_minutes(job, pins.get(job.id, ()))]
    planned = {job.id: _without(blocks.get(job.id, ()), pins.get(job.id, ())) for job in free}
    listed = Counter(entry.job_id for entry in plan.unplaced)
    return (
        *_check_complete(problem, listed, {job_id: own for job_id, own in blocks.items() if planned.get(job_id, own)}, pins),
        *_check_fixed(pins, blocks, planned),
        *_check_lengths(free, planned, pins, listed),
        *check_cuts(problem, free, blocks, planned),
        *_check_blocks(problem, free, planned),
        *_check_windows(problem, free, planned),
        *_check_capacity(problem, jobs, blocks),
        *check_buffers(problem, jobs, blocks, planned),
        *check_breaks(problem, jobs, blocks, planned),
        *_check_budgets(problem, blocks, planned),
        *_check_precedence(free, blocks, planned, listed),
        *_check_precedence_to_fixed(problem, planned, pins),
    )


def _without(blocks: Iterable[Placement], pins: Iterable[Placement]) -> list[Placement]:
    """The blocks of a job that are not its fixed ones, each of which counts once, by start."""
    return sorted((Counter(blocks) - Counter(pins)).elements())


def _check_complete(problem: Problem, listed: Counter[str], planned: Blocks, pins: Blocks) -> Iterator[Violation]:
    """Each job is placed or listed as unplaced, once, and never both; a rest may be, next to its fixed blocks."""
    for job in problem.jobs:
        if listed[job.id] > 1:
            yield Violation("unplaced_twice", job.id, f"Job {job.id!r} is listed as unplaced {listed[job.id]} times.")
        if listed[job.id] and job.id in planned:
            yield Violation("placed_and_unplaced", job.id, f"Job {job.id!r} is both placed and listed as unplaced.")
        if not listed[job.id] and job.id not in planned and job.id not in pins:
            yield Violation("missing", job.id, f"Job {job.id!r} is neither placed nor listed as unplaced.")


def _check_fixed(pins: Blocks, blocks: Blocks, planned: Blocks) -> Iterator[Violation]:
    """A job has all its fixed blocks, and no others unless it has a rest to be planned."""
    for job_id, own in pins.items():
        if Counter(own) - Counter(blocks.get(job_id, ())) or (job_id not in planned and len(blocks[job_id]) != len(own)):
            yield Violation("fixed", job_id, f"The fixed blocks of job {job_id!r} have changed.")


def _check_lengths(free: Iterable[Job], planned: Blocks, pins: Blocks, listed: Counter[str]) -> Iterator[Violation]:
    """The blocks of a job that is not left out are as long as what is to be planned of it; one that may not be split is one."""
    for job in free:
        own, rest = planned[job.id], unfixed_minutes(job, pins.get(job.id, ()))
        if len(own) > 1 and not job.is_split:
            yield Violation("one_block", job.id, f"Job {job.id!r} has {len(own)} blocks instead of one.")
        elif (own or (job.id in pins and not listed[job.id])) and (total := sum(map(minutes, own))) != rest:
            yield Violation("duration", job.id, f"Job {job.id!r} takes {total} minutes instead of {rest}.")


def _check_blocks(problem: Problem, free: Iterable[Job], blocks: Blocks) -> Iterator[Violation]:
    """Blocks lie on the grid, after now and their job's release, before its hard deadline and the horizon."""
    for job in free:
        for block in blocks[job.id]:
            if block.start % problem.grid:
                yield broken("grid", block, f"does not start on the grid of {problem.grid} minutes")
            if block.start < problem.now:
                yield broken("now", block, f"starts before now, {problem.now}")
            if block.start < job.release:
                yield broken("release", block, f"starts before its release, {job.release}")
            if job.deadline_is_hard and job.deadline is not None and block.end > job.deadline:
                yield broken("deadline", block, f"ends after its hard deadline, {job.deadline}")
            if block.end > problem.horizon:
                yield broken("horizon", block, f"ends after the horizon, {problem.horizon}")


def _check_windows(problem: Problem, free: Iterable[Job], blocks: Blocks) -> Iterator[Violation]:
    """A block lies inside the calendars of its job and its resources and inside its job's windows, and over no busy time."""
    calendars = {calendar.name: merge(calendar.intervals) for calendar in problem.calendars}
    busy = {resource.id: merge(entry.interval for entry in resource.busy) for resource in problem.resources}
    hours = {resource.id: resource.calendar for resource in problem.resources}
    for job in free:
        allowed = merge(job.allowed) if job.allowed is not None and blocks[job.id] else None
        for block in blocks[job.id]:
            if job.calendar is not None and not covers(calendars[job.calendar], block):
                yield broken("job_calendar", block, f"leaves the calendar {job.calendar!r}")
            if allowed is not None and not covers(allowed, block):
                yield broken("allowed", block, "leaves the windows that its job allows")
            for resource_id in (demand.resource_id for demand in job.demands):
                calendar = hours[resource_id]
                if calendar is not None and not covers(calendars[calendar], block):
                    yield broken("resource_calendar", block, f"leaves the calendar {calendar!r} of resource {resource_id!r}")
                if meets(busy[resource_id], block):
                    yield broken("busy", block, f"lies over a busy time of resource {resource_id!r}")


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


def _check_budgets(problem: Problem, blocks: Blocks, planned: Blocks) -> Iterator[Violation]:
    """In no interval of a budget do more minutes of its jobs start than it allows, unless all of them are fixed."""
    unfixed = {block for own in planned.values() for block in own} if problem.budgets else set()
    for budget in problem.budgets:
        begins = [allowance.interval.start for allowance in budget.allowances]
        started: dict[int, list[Placement]] = defaultdict(list)
        for block in (block for job_id in budget.job_ids for block in blocks.get(job_id, ())):
            started[bisect_right(begins, block.start) - 1].append(block)
        for place, allowance in enumerate(budget.allowances):
            within = [block for block in started[place] if block.start < allowance.interval.end]
            own = sorted(block for block in within if block in unfixed)
            if own and (total := sum(map(minutes, within))) > allowance.minutes:
                what = f"is one of {total} minutes of budget {budget.name!r} where {allowance.minutes} are allowed"
                yield broken("budget", own[0], what)


def _check_precedence(free: Iterable[Job], blocks: Blocks, planned: Blocks, listed: Counter[str]) -> Iterator[Violation]:
    """A job starts after all its predecessors have ended and their lags have passed, and not at all when one is unplaced."""
    for job in free:
        if not planned[job.id]:
            continue
        start = planned[job.id][0].start
        for predecessor in job.predecessors:
            if predecessor.job_id not in blocks or listed[predecessor.job_id]:
                message = f"Job {job.id!r} is placed although its predecessor {predecessor.job_id!r} is not."
                yield Violation("predecessor_unplaced", job.id, message)
            elif start < (ready := max(block.end for block in blocks[predecessor.job_id]) + predecessor.lag):
                message = f"Job {job.id!r} starts at {start}, but its predecessor {predecessor.job_id!r} allows {ready}."
                yield Violation("precedence", job.id, message)


def _check_precedence_to_fixed(problem: Problem, planned: Blocks, pins: Blocks) -> Iterator[Violation]:
    """What is planned of a job that a fixed block waits for ends in time for it."""
    for job in problem.jobs:
        for predecessor in job.predecessors:
            own = planned.get(predecessor.job_id)
            if job.id not in pins or not own:
                continue
            start = min(block.start for block in pins[job.id])
            if max(block.end for block in own) + predecessor.lag > start:
                message = f"Job {predecessor.job_id!r} ends too late for its fixed successor {job.id!r} at {start}."
                yield Violation("precedence", predecessor.job_id, message)
