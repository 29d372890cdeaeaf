"""What one plan changes against another: cost, moves, places lost and won, lateness; and the plan that stands as a yardstick.

It compares; it must not make or judge plans.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from planning.objective import evaluate, prices
from planning.problem import Cost, Placement, Plan, Problem


@dataclass(frozen=True, slots=True)
class Late:
    """A job that ends `minutes` after its deadline; `before` is by how much it did in the old plan (0: it was on time)."""

    job_id: str
    minutes: int
    before: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a new plan changes against the one that stands, when one job is asked about.

    `cost` is the new cost less the old, term by term, in points: its total is what the change costs in all, and is negative
    where it saves. Only other jobs are charged for moving: the asked one is meant to. `moved` are other jobs with blocks
    elsewhere, `lost` and `gained` other jobs that the one plan places and the other leaves out (or does not have), `late` all
    jobs that end later after their deadlines than they did.
    """

    cost: Cost
    moved: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    late: tuple[Late, ...] = ()


def standing(problem: Problem, plan: Plan, without: str) -> Problem:
    """The problem in which a plan is the current one, but for the blocks of one job."""
    fixed = {entry.placement for entry in problem.fixed}
    known = {job.id for job in problem.jobs} - {without}
    return replace(problem, current=tuple(block for block in plan.placements if block.job_id in known and block not in fixed))


def compare(old: Problem, before: Plan, new: Problem, after: Plan, job_id: str) -> Change:
    """What the plan `after` of the problem `new` changes against the plan `before` of `old`, of which `new` is a variant."""
    had, has = _placed(before), _placed(after)
    others = [job.id for job in old.jobs if job.id != job_id]
    was, is_now = lateness(old, before), lateness(new, after)
    return Change(
        cost=_cost(new, before, after, job_id) - _cost(old, before, before, job_id),
        moved=tuple(other for other in others if other in had and other in has and had[other] != has[other]),
        lost=tuple(other for other in others if other in had and other not in has),
        gained=tuple(other for other in others if other in has and other not in had),
        late=tuple(Late(own, late, was.get(own, 0)) for own, late in is_now.items() if late > was.get(own, 0)),
    )


def lateness(problem: Problem, plan: Plan) -> dict[str, int]:
    """By id: the minutes after its deadline at which each job that is placed and late ends."""
    placed = _placed(plan)
    ends = {job.id: max(block.end for block in placed[job.id]) for job in problem.jobs if job.id in placed}
    late = {job.id: ends[job.id] - job.deadline for job in problem.jobs if job.id in ends and job.deadline is not None}
    return {job_id: minutes for job_id, minutes in late.items() if minutes > 0}


def growth(old: Problem, before: Plan, new: Problem, after: Plan, job_id: str, gone: Collection[str] = ()) -> int:
    """By how many points all jobs but those `gone` get dearer; the one asked about counts with all that it costs then."""
    was, is_now = _bills(old, before, before, job_id), _bills(new, before, after, job_id)
    others = sum(points for other, points in was.items() if other != job_id and other not in gone)
    return sum(points for other, points in is_now.items() if other not in gone) - others


def placed_ids(plan: Plan) -> set[str]:
    """The jobs that a plan does not leave out."""
    return {*_placed(plan)}


def _bills(problem: Problem, before: Plan, plan: Plan, job_id: str) -> dict[str, int]:
    """By id: the points of each job in a plan, with `before` as the plan that stands."""
    placed = _placed(plan)
    priced = zip(problem.jobs, prices(standing(problem, before, job_id)), strict=True)
    return {
        job.id: price.of(sorted((block.start, block.end) for block in placed[job.id])).total
        if job.id in placed
        else price.unplaced
        for job, price in priced
    }


def _placed(plan: Plan) -> dict[str, set[Placement]]:
    """The blocks of the jobs that a plan does not leave out, by id."""
    left_out = {entry.job_id for entry in plan.unplaced}
    placed: dict[str, set[Placement]] = {}
    for block in plan.placements:
        if block.job_id not in left_out:
            placed.setdefault(block.job_id, set()).add(block)
    return placed


def _cost(problem: Problem, before: Plan, plan: Plan, job_id: str) -> Cost:
    return evaluate(standing(problem, before, job_id), plan.placements, plan.unplaced)
