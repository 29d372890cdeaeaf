"""One pass of the kernel: draft, search, improve, check, and the better plan each time.

It sizes the effort and judges nothing itself; it must not return a plan that the checker refuses, and reads no clock but the
one it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planning.checker import check
from planning.draft import draft
from planning.improve import improve
from planning.layout import plan_cost
from planning.makespan import shortest
from planning.problem import Plan, Problem
from planning.search import search

ITERATIONS_PER_JOB = 100
"""Local search of a small problem tries this many plans for each job."""
MOST_LAYOUTS = 80_000
"""The jobs that local search may place in all, iterations times jobs: under half a second in pure Python."""
FEWEST_ITERATIONS = 40
CP_SAT_TIME = 0.1
"""Deterministic time of CP-SAT: 0.1 takes 0.2 to 0.4 s, and 0.25 was measured to find next to nothing more."""
SEARCH_SHARE = 0.6
"""The share of the wall-clock limit after which local search stops, were it to come to that."""


class InvalidPlanError(RuntimeError):
    """The kernel has made a plan that its own checker refuses: a defect; the message names the rules broken."""


def _stopped() -> float:
    """A clock that stands still: without a real one there is no wall-clock limit, only the counted ones."""
    return 0.0


def solve(problem: Problem, *, seconds: float, effort: float = 1.0, clock: Callable[[], float] = _stopped) -> Plan:
    """The best plan found for a problem: never worse than the draft, never invalid.

    The work is counted in iterations and deterministic time, which `effort` multiplies, so the same problem gives the same
    plan; `seconds` by `clock` (a monotonic one) is a safety net for slow machines. When the current plan still stands as a
    whole, and a fresh draft would not beat it even after the charge for moves, it is returned as it is: where nothing changed,
    nothing moves. If it leaves jobs out, the search may still find room for one, but moves nothing for less. Raises
    InvalidPlanError for a defect.
    """
    if problem.objective == "makespan":
        plan = shortest(problem, seconds=seconds, clock=clock, effort=effort).plan
        return _proven(problem, plan)
    begin = clock()

    def spent() -> float:
        return clock() - begin

    first = draft(problem)
    start = min(first, _fresh_draft(problem), key=lambda plan: plan.cost.total)
    stands = start is first and _is_current(problem, first)
    if stands and not first.unplaced:
        return _proven(problem, replace(first, status="best_found"))
    found = search(
        problem, start, iterations=_iterations(problem, effort), should_stop=lambda: spent() > SEARCH_SHARE * seconds
    )
    best = improve(problem, found, effort=effort * CP_SAT_TIME, seconds=seconds - spent())
    if stands and best.cost.unplaced >= first.cost.unplaced:
        best = first
    if best.status == "draft":
        best = replace(best, status="best_found")
    return _proven(problem, best, first)


def _fresh_draft(problem: Problem) -> Plan:
    """The draft made as if there were no current plan, at the price that it has because there is one."""
    if not problem.current:
        return draft(problem)
    return plan_cost(problem, draft(replace(problem, current=())))


def _is_current(problem: Problem, plan: Plan) -> bool:
    """Whether a plan holds nothing but fixed blocks and blocks of the current plan."""
    return {*plan.placements} <= {*problem.current, *(entry.placement for entry in problem.fixed)}


def _iterations(problem: Problem, effort: float) -> int:
    jobs = max(1, len(problem.jobs))
    return max(1, round(effort * max(FEWEST_ITERATIONS, min(ITERATIONS_PER_JOB * jobs, MOST_LAYOUTS // jobs))))


def _proven(problem: Problem, *plans: Plan) -> Plan:
    """The first plan that the checker accepts."""
    for plan in plans:
        violations = check(problem, plan)
        if not violations:
            return plan
    raise InvalidPlanError(f"No plan passed the checker: {'; '.join(violation.message for violation in violations[:5])}")
