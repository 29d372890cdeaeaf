"""The repairs in which other jobs give way: they move, one is dropped, one gets a later deadline, one is unpinned.

Each answers with what it found by solving again, or nothing; ranking is `planning.repairs`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planning.case import Case, Repair, changed
from planning.changes import lateness
from planning.places import Blocks, Places
from planning.problem import Fixed, Plan, Problem
from planning.remedies import SHORTER, extension_charge

UNPIN = 2_000
"""Points x urgency of the pinned job: the person has said where it is to be."""
CROWDED = 8
"""Places that push others aside which are tried."""
DROPS = 6
"""Jobs that are tried to be dropped, those first whose work is worth least."""
PINS = 12
"""Pinned blocks that are tried."""


def move_others(case: Case) -> Iterator[Repair]:
    """Others give way and keep a place, though some may become late; or there is room as it is."""
    places = case.places(case.problem)
    if places.is_free:
        plan = case.best(case.problem, places, [*places.free()[:1], *places.crowded()[:CROWDED]])
        if plan is not None:
            yield case.repair("move_others", case.problem, plan, 0)


def drop_job(case: Case) -> Iterator[Repair]:
    """One job of lower weight that nothing waits for is dropped: the one whose work is worth least."""
    places = case.places(case.problem)
    tried = 0
    for other in _lesser(case, places) if places.is_free else ():
        if tried == DROPS or case.left <= 0:
            return
        if not _makes_room(places, other) and places.frame.rest[other] < places.frame.rest[places.number]:
            continue
        tried += 1
        job = places.frame.jobs[other]
        without = _without(case.problem, job.id)
        room = case.places(without)
        plan = case.best(without, room, [*room.free()[:2], *room.crowded()[:2]], gone=job.id)
        if plan is not None:
            charge = SHORTER * case.urgency(job) * job.duration
            yield case.repair("drop_job", without, plan, charge, job_id=job.id)
            return


def _lesser(case: Case, places: Places) -> list[int]:
    """The placed jobs that could be dropped, the work worth least first."""
    frame = places.frame
    lesser = (
        other
        for other in places.rivals
        if frame.jobs[other].weight < case.asked.weight and not frame.successors[other] and other not in frame.pins
    )
    return sorted(lesser, key=lambda other: (frame.prices[other].urgency * frame.rest[other], other))


def _makes_room(places: Places, other: int) -> bool:
    """Whether there is a free place once another job is taken out."""
    frame = places.frame
    claim = frame.claims[other]
    for start, end in places.kept[other]:
        places.books.take(claim, start, end, -1)
    found = places.has_free()
    for start, end in places.kept[other]:
        places.books.take(claim, start, end)
    return found


def _without(problem: Problem, job_id: str) -> Problem:
    """The problem without a job that nothing waits for and nothing fixes."""
    jobs = tuple(job for job in problem.jobs if job.id != job_id)
    known = {job.id for job in jobs}
    return replace(
        problem,
        jobs=jobs,
        current=tuple(block for block in problem.current if block.job_id != job_id),
        budgets=tuple(budget.among(known) for budget in problem.budgets),
    )


def extend_other(case: Case) -> Iterator[Repair]:
    """One other job goes after its deadline, which is moved for it."""
    places, found = case.places(case.problem), list[Repair]()
    if not places.is_free:
        return
    for blocks in places.crowded()[:CROWDED]:
        others = [other for other in places.displaced(blocks) if places.frame.jobs[other].deadline is not None]
        if len(others) == 1 and case.left > 0:
            found += _after_deadline(case, blocks, others[0])
    yield from sorted(found, key=lambda repair: repair.harm)[:1]


def _after_deadline(case: Case, blocks: Blocks, other: int) -> Iterator[Repair]:
    """The job at a place, and the other one as soon after its deadline as can be."""
    job = case.problem.jobs[other]
    if job.deadline is None:
        return
    free = changed(case.problem, replace(job, deadline=None, deadline_is_hard=False))
    plan = case.best(free, case.places(free), [blocks])
    end = max((block.end for block in plan.placements if block.job_id == job.id), default=0) if plan is not None else 0
    if plan is None or end <= job.deadline:
        return
    later = changed(case.problem, replace(job, deadline=end))
    if set(lateness(later, plan)) <= set(lateness(case.problem, case.plan)):
        charge = extension_charge(case, job, end - job.deadline)
        yield case.repair("extend_other", later, plan, charge, job_id=job.id, minutes=end - job.deadline)


def unpin(case: Case) -> Iterator[Repair]:
    """One pinned block, the job's own or another's in its way, may move."""
    found: list[Repair] = []
    for entry in _pins(case)[:PINS]:
        if case.left <= 0:
            break
        job_id = entry.placement.job_id
        loose = replace(case.problem, fixed=tuple(own for own in case.problem.fixed if own is not entry))
        places = case.places(loose)
        plan = _unpinned(case, loose, places, places.frame.index[job_id])
        if plan is not None and entry.placement not in plan.placements:
            charge = UNPIN * places.frame.prices[places.frame.index[job_id]].urgency
            found.append(case.repair("unpin", loose, plan, charge, job_id=job_id, block=entry.placement))
    yield from sorted(found, key=lambda repair: repair.harm)[:1]


def _pins(case: Case) -> list[Fixed]:
    """The pinned blocks on the resources of the job, of its kin and its own, the least urgent first."""
    jobs = {job.id: job for job in case.problem.jobs}
    needed = {demand.resource_id for demand in case.target.demands}
    kin = {case.target.id, *(before.job_id for before in case.target.predecessors)}
    kin |= {job.id for job in jobs.values() if any(before.job_id == case.target.id for before in job.predecessors)}
    near = (
        entry
        for entry in case.problem.fixed
        if entry.kind == "pinned"
        and (entry.placement.job_id in kin or any(need.resource_id in needed for need in jobs[entry.placement.job_id].demands))
    )
    return sorted(near, key=lambda entry: (jobs[entry.placement.job_id].weight, entry.placement))


def _unpinned(case: Case, loose: Problem, places: Places, other: int) -> Plan | None:
    """A plan in which the job has a place that the unpinned one gives free."""
    if not places.is_free:
        return None
    if other == places.number:
        return case.best(loose, places, places.free()[:2])
    crowded = (blocks for blocks in places.crowded() if other in places.displaced(blocks))
    return case.best(loose, places, [*crowded][:2])
