"""The repairs that change the job itself, or the time there is: a later deadline, extra time, a shorter job, a split one.

Each answers with what it found by solving again, or nothing; ranking is `planning.repairs`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planning.case import Case, Extra, Repair, changed
from planning.changes import lateness
from planning.frame import NEVER
from planning.places import Places
from planning.problem import Calendar, Interval, Job, Plan, Problem
from planning.timeline import Span, difference, intersection, merged

EXTENSION = 5
"""Points x urgency for each minute by which a deadline is moved: a day later is as bad as an hour less work."""
HARDNESS = 4
"""How much worse it is to move a hard deadline: others may count on it."""
EXTRA_TIME = 50
"""Points x urgency for each minute of work in extra time: two minutes of a Saturday for one minute less work."""
SHORTER = 100
"""Points x urgency for each minute of work given up."""
SPLIT = 1_000
"""Points x urgency for cutting what should be one piece, beside what the plan pays for each cut."""
LEAST_SHARE = 4
"""A job is not shortened to less than this part of it: it would be another job."""
LEAST_CHUNK = 15
"""Minutes of the shortest chunk that a job is split into."""
PARTS = (2, 3, 4, 6)
"""Into how many parts a job is split, at most one after the other."""
SOONER = 3
"""Places that push others aside which are tried for an earlier end than the first gap has."""


def extend_deadline(case: Case) -> Iterator[Repair]:
    """The smallest extension found: the first gap, or pushing others aside, whichever harms less."""
    job, found = case.target, list[Repair]()
    if job.deadline is None:
        return
    for end, plan in _ends(case, job):
        later = changed(case.problem, replace(job, deadline=end))
        if end > job.deadline and case.is_solved_by(later, plan):
            charge = extension_charge(case, job, end - job.deadline)
            found.append(case.repair("extend_deadline", later, plan, charge, minutes=end - job.deadline))
    yield from sorted(found, key=lambda repair: repair.harm)[:1]


def extension_charge(case: Case, job: Job, minutes: int) -> int:
    return EXTENSION * (HARDNESS if job.deadline_is_hard else 1) * case.urgency(job) * minutes


def _ends(case: Case, job: Job) -> Iterator[tuple[int, Plan]]:
    """Ends of the job were there no deadline, with a plan for each; of a fixed job, the end that it has."""
    places = case.places(changed(case.problem, replace(job, deadline=None, deadline_is_hard=False)), NEVER)
    if not places.is_free:
        yield job.deadline + lateness(case.problem, case.plan).get(job.id, 0) if job.deadline is not None else 0, case.plan
        return

    def end(blocks: tuple[Span, ...]) -> int:
        return places.frame.end(places.number, blocks)

    gaps = sorted(places.free(), key=end)[:1]
    first = end(gaps[0]) if gaps else NEVER
    sooner = sorted((blocks for blocks in places.crowded() if end(blocks) < first), key=end)[:SOONER]
    for blocks in (*gaps, *sooner):
        if case.left <= 0:
            return
        case.left -= 1
        later = replace(job, deadline=end(blocks))
        plan = Places(changed(case.problem, later), case.plan, job.id).solved(blocks)
        if plan is not None:
            yield end(blocks), plan


def extra_time(case: Case) -> Iterator[Repair]:
    """Each of the extra times given, when the plan then uses it."""
    names = _calendar_names(case.problem, case.target)
    for extra in case.extra:
        if case.left <= 0:
            return
        opened = _opened(case.problem, names, extra)
        places = case.places(opened)
        if not places.is_free:
            return
        plan = case.best(opened, places, [*places.free()[:2], *places.crowded()[:2]])
        if plan is None:
            continue
        minutes = _minutes_in(case.problem, names, extra, plan)
        if minutes:
            charge = EXTRA_TIME * case.urgency(case.target) * minutes
            yield case.repair("extra_time", opened, plan, charge, minutes=minutes, name=extra.name)


def _calendar_names(problem: Problem, job: Job) -> set[str]:
    """The calendars that bind a job."""
    needed = {demand.resource_id for demand in job.demands}
    bound = {resource.calendar for resource in problem.resources if resource.id in needed} | {job.calendar}
    return {name for name in bound if name is not None}


def _opened(problem: Problem, names: set[str], extra: Extra) -> Problem:
    """The problem in which some calendars have extra time."""
    calendars = (
        Calendar(own.name, tuple(Interval(*span) for span in merged(_spans((*own.intervals, *extra.intervals)))))
        if own.name in names
        else own
        for own in problem.calendars
    )
    return replace(problem, calendars=tuple(calendars))


def _minutes_in(problem: Problem, names: set[str], extra: Extra, plan: Plan) -> int:
    """The minutes of unfixed work in what of the extra time was closed before."""
    fixed = {entry.placement for entry in problem.fixed}
    work = merged((block.start, block.end) for block in plan.placements if block not in fixed)
    closed: list[Span] = []
    for own in problem.calendars:
        if own.name in names:
            closed += difference(merged(_spans(extra.intervals)), _spans(own.intervals))
    return sum(high - low for low, high in intersection(work, merged(closed)))


def _spans(intervals: tuple[Interval, ...]) -> list[Span]:
    return [(interval.start, interval.end) for interval in intervals]


def shorten(case: Case) -> Iterator[Repair]:
    """The longest that the job may be, in steps of the grid, to fit in beside the others, by bisection."""
    job, grid = case.target, case.problem.grid
    pinned = sum(block.end - block.start for block in case.problem.pins().get(job.id, ()))
    low, high = max(-(-job.duration // LEAST_SHARE), pinned + 1, 1), job.duration - 1
    low, high = -(-low // grid), high // grid
    best: tuple[int, Problem, Places] | None = None
    while low <= high and case.left > 1:
        middle = (low + high + (best is None and high == job.duration // grid)) // 2
        shorter = changed(case.problem, replace(job, duration=middle * grid))
        places = case.places(shorter)
        if places.is_free and places.has_free():
            best, low = (middle * grid, shorter, places), middle + 1
        else:
            high = middle - 1
    if best is None:
        return
    minutes, shorter, places = best
    plan = case.best(shorter, places, places.free()[:2])
    if plan is not None:
        charge = SHORTER * case.urgency(job) * (job.duration - minutes)
        yield case.repair("shorten", shorter, plan, charge, minutes=minutes)


def split(case: Case) -> Iterator[Repair]:
    """The longest chunks into which the job must be cut to fit in beside the others."""
    job, grid = case.target, case.problem.grid
    now = job.chunk_bounds(job.duration)[0] if job.is_split else job.duration
    lengths = (-(-job.duration // parts // grid) * grid for parts in PARTS)
    for length in dict.fromkeys(length for length in lengths if LEAST_CHUNK <= length < now):
        cut = changed(case.problem, replace(job, min_chunk=length))
        places = case.places(cut)
        plan = case.best(cut, places, places.free()[:2]) if places.is_free else None
        if plan is not None:
            yield case.repair("split", cut, plan, SPLIT * case.urgency(job), minutes=length)
            return
