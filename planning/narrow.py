"""A part of a problem as a problem of its own: some jobs may move, all others stay where a plan has them.

It asks the same question about fewer jobs, which an exact engine can answer; it solves nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from planning.frame import Frame
from planning.problem import Fixed, Job, Plan, Problem


def movable(frame: Frame) -> list[int]:
    """The free jobs that CP-SAT can move: one block each, on resources that take no breaks. It leaves the others alone."""
    resting = {place for place, line in enumerate(frame.books.rests) if line is not None}
    return [
        number
        for number in frame.free
        if number not in frame.split and not any(place in resting for place, _ in frame.demands[number])
    ]


def narrowed(frame: Frame, plan: Plan, moving: Collection[int]) -> Problem:
    """The problem in which only the jobs of `moving` are free; what is left out and may not move, and all that waits for it,
    is gone, but for its fixed blocks."""
    problem = frame.problem
    loose = {frame.jobs[number].id for number in moving}
    lost = _lost(frame, {entry.job_id for entry in plan.unplaced} - loose)
    pinned = {entry.placement.job_id for entry in problem.fixed}
    jobs = [_unsplit(job) if job.id in lost else job for job in problem.jobs if job.id not in lost or job.id in pinned]
    known = {job.id for job in jobs}
    kept = {entry.placement for entry in problem.fixed}
    stays = (block for block in plan.placements if block.job_id not in loose and block not in kept)
    return replace(
        problem,
        jobs=tuple(
            replace(job, predecessors=tuple(before for before in job.predecessors if before.job_id not in lost - pinned))
            for job in jobs
        ),
        fixed=(*problem.fixed, *(Fixed(block, "frozen") for block in stays)),
        current=tuple(block for block in problem.current if block.job_id not in lost),
        budgets=tuple(budget.among(known) for budget in problem.budgets),
    )


def _lost(frame: Frame, left_out: Collection[str]) -> set[str]:
    """The jobs left out, and all that wait for them and have not been fixed wholly."""
    lost: set[str] = set()
    for number in frame.topological:
        job = frame.jobs[number]
        is_stuck = number not in frame.fixed and any(before.job_id in lost for before in job.predecessors)
        if is_stuck or job.id in left_out:
            lost.add(job.id)
    return lost


def _unsplit(job: Job) -> Job:
    """The job as one that its fixed blocks place wholly."""
    return replace(job, min_chunk=None, max_chunk=None, max_per_day=None)


def needed(frame: Frame, plan: Plan, moving: Collection[int]) -> frozenset[str]:
    """The ids of the jobs of `moving` that placed jobs wait for which may not move."""
    placed = {block.job_id for block in plan.placements} - {entry.job_id for entry in plan.unplaced}
    staying = {number for number in frame.free if frame.jobs[number].id in placed} - {*moving}
    return frozenset(
        frame.jobs[number].id for number in moving if any(after in staying for after, _ in frame.successors[number])
    )
