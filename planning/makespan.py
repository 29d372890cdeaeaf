"""One pass of the kernel for a project: list scheduling, evolution, CP-SAT, and the shorter schedule each time.

It sizes the effort; it must not return a plan that the checker refuses, and reads no clock but the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from planning.checker import check
from planning.draft import draft
from planning.evolve import evolve, lower_bound
from planning.frame import Frame
from planning.layout import from_blocks, to_plan
from planning.problem import Plan, Problem
from planning.project import Project
from planning.shortest import Shortest, shorten

CHILDREN = 1_000
"""Orders that evolution tries for one unit of effort."""
MOST_CHILDREN = 1_000_000
EVOLVE_SHARE = 0.3
"""The share of the wall-clock time that evolution takes before CP-SAT goes on from its best."""
PROOF_SHARE = 0.15
"""The share of CP-SAT's time in which it looks for a proof too; what is not proven by then is only made shorter."""
SMALL = 40
"""Jobs up to which a proof is worth all the time."""
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Bounded:
    """The plan of a project, and the minute before which no plan can end."""

    plan: Plan
    lower_bound: int


def shortest(problem: Problem, *, seconds: float, clock: Callable[[], float], effort: float | None = None) -> Bounded:
    """The shortest plan found for a problem whose objective is the makespan, and what is proven about it.

    With an `effort` the work is counted (about seconds), and the same problem gives the same plan; without one it takes
    `seconds` by `clock`. A problem with jobs left out, split jobs, buffers or breaks keeps its draft.
    """
    first = replace(draft(problem), status="best_found")
    frame = Frame(problem)
    if first.unplaced or not Project.fits(frame):
        return Bounded(first, 0)
    begin, project, grid = clock(), Project(frame), problem.grid
    bound = lower_bound(project)
    starts = {frame.index[block.job_id]: block.start // grid for block in first.placements}
    known = [starts[number] for number in project.numbers]

    def is_over() -> bool:
        return clock() - begin > EVOLVE_SHARE * seconds

    children = MOST_CHILDREN if effort is None else max(1, round(effort * CHILDREN))
    best = Shortest(evolve(project, known, children=children, should_stop=is_over), bound)
    share = PROOF_SHARE if len(project.length) > SMALL else 1.0
    for part, is_local in ((share, False), (1.0 - share, True)):
        if part == 0.0:
            break
        left = seconds - (clock() - begin)
        counted = None if effort is None else part * effort
        best = shorten(
            project, best, seconds=left if is_local else part * left, workers=WORKERS, effort=counted, is_local=is_local
        )
    plan, last_fixed = _plan(project, best), max((end for _, end in frame.fixed.values()), default=0)
    lower = max(min(plan.cost.makespan, best.bound * grid - (grid - 1)), last_fixed)
    is_optimal = lower >= plan.cost.makespan or project.end(best.starts) <= best.bound
    plan = replace(plan, status="optimal" if is_optimal else "best_found")
    return Bounded(first if check(problem, plan) else plan, lower)


def _plan(project: Project, best: Shortest) -> Plan:
    frame, grid = project.frame, project.frame.problem.grid
    blocks = {
        number: ((start * grid, start * grid + frame.rest[number]),)
        for number, start in zip(project.numbers, best.starts, strict=True)
    }
    return to_plan(frame, from_blocks(frame, blocks), "cp-sat")
