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
    left = seconds - (clock() - begin)
    best = shorten(project, best, seconds=left, workers=WORKERS, effort=effort)
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
