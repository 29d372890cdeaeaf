"""One pass of the kernel: draft, search, improve, renew, check, and the better plan each time.

It sizes the effort and judges nothing itself; it must not return a plan that the checker refuses, and reads no clock but the
one it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planning.anneal import Annealing
from planning.checker import check
from planning.draft import drafted
from planning.frame import NEVER, Frame
from planning.improve import improve
from planning.layout import plan_cost
from planning.makespan import shortest
from planning.problem import Plan, Problem
from planning.renew import Renewal
from planning.search import Walk

ITERATIONS_PER_JOB = 10
"""A stage of local search of a small problem tries this many plans for each job."""
MOST_LAYOUTS = 1_000
"""The jobs that a stage of local search may place in all, iterations times jobs: a hundredth of a second in pure Python."""
FEWEST_ITERATIONS = 4
STAGES = 10
"""Stages in one unit of effort, which is about a second; each goes on where the one before ended, so more are never worse."""
WHOLE_AFTER = 5
"""The stage, of each unit, after which CP-SAT looks at the whole of a small problem."""
CP_SAT_TIME = 0.1
"""Deterministic time of that look: 0.1 takes 0.2 to 0.4 s, and 0.25 was measured to find next to nothing more."""
STRICT_TIME = 0.1
"""Deterministic time in which CP-SAT may look for any plan with nothing late or left out: found in 0.05 s or not at all."""
STRICT_JOBS = 1_500
CHANGES = 10_000
"""Changes that a stage of annealing tries: 0.05 s with 200 jobs."""
RENEW_EVERY = 3
"""Stages from one round of large-neighbourhood search to the next."""
SAFETY = 0.9
"""The share of the wall-clock limit after which no stage begins."""
FEW = 0.1
"""The share of jobs without a place in the current plan up to which a plan counts as settled."""
SETTLED_SIZES = (3, 3, 3, 4, 8, 16)
"""Jobs set free around a new one, itself included, one try after the other: with three, at most two others move."""


class InvalidPlanError(RuntimeError):
    """The kernel has made a plan that its own checker refuses: a defect; the message names the rules broken."""


def _stopped() -> float:
    """A clock that stands still: without a real one there is no wall-clock limit, only the counted ones."""
    return 0.0


def _never() -> bool:
    return False


def _silent(_share: float) -> None:
    return None


def solve(
    problem: Problem,
    *,
    seconds: float,
    effort: float = 1.0,
    clock: Callable[[], float] = _stopped,
    should_end: Callable[[], bool] = _never,
    tell: Callable[[float], None] = _silent,
) -> Plan:
    """The best plan found for a problem: never worse than the draft, never invalid, and no worse for more effort.

    The work is counted in iterations and deterministic time, of which one unit of `effort` is about a second's worth, so the
    same problem gives the same plan; `seconds` by `clock` (a monotonic one) is a safety net for slow machines. When the current
    plan still stands as a whole, and a fresh draft would not beat it even after the charge for moves, it is returned as it is:
    where nothing changed, nothing moves. If it leaves jobs out, the search may still find room for one, but moves nothing for
    less. A few new jobs in a plan that stands are put into it, and little else is looked at. Once `should_end` says so, the
    best plan so far is returned; `tell` hears before each stage which share of the work (0 to 1) is done. Raises
    InvalidPlanError for a defect.
    """
    if problem.objective == "makespan":
        return _proven(problem, shortest(problem, seconds=seconds, clock=clock, effort=effort).plan)
    begin = clock()

    def left() -> float:
        return 0.0 if should_end() else SAFETY * seconds - (clock() - begin)

    def is_over() -> bool:
        return left() <= 0

    frame = Frame(problem)
    first = drafted(frame, is_over)
    if _is_settled(frame, first):
        grown = _inserted(frame, first, left)
        if grown is not None:
            return _proven(problem, grown, first)
    has_choice = problem.current and not is_over()
    start = min(first, _fresh_draft(problem, is_over), key=lambda plan: plan.cost.total) if has_choice else first
    stands = start is first and _is_current(problem, first)
    if stands and not first.unplaced:
        return _proven(problem, replace(first, status="best_found"))
    best = _staged(frame, start, max(1, round(effort * STAGES)), left, tell)
    if stands and best.cost.unplaced >= first.cost.unplaced:
        best = first
    if best.status == "draft":
        best = replace(best, status="best_found")
    return _proven(problem, best, first)


def _staged(frame: Frame, start: Plan, stages: int, left: Callable[[], float], tell: Callable[[float], None]) -> Plan:
    """The best plan after so many stages of local search, each with a round of large-neighbourhood search."""
    best = start
    if left() <= 0:
        return best
    if (start.unplaced or start.cost.tardiness) and len(frame.free) <= STRICT_JOBS:
        best = improve(frame.problem, start, effort=STRICT_TIME, seconds=left(), frame=frame, is_strict=True)
    walk, renewal, annealing = Walk(frame, best), Renewal(frame), Annealing(frame)
    for stage in range(stages):
        if left() <= 0 or best.status == "optimal":
            break
        tell(stage / stages)
        walk.run(_iterations(frame.problem), lambda: left() <= 0)
        best = walk.better_than(best)
        annealed = annealing.run(best, CHANGES, lambda: left() <= 0)
        if annealed is not best:
            best = annealed
            walk.take_up(best)
        if stage % STAGES == WHOLE_AFTER:
            best = improve(frame.problem, best, effort=CP_SAT_TIME, seconds=left(), frame=frame)
        renewed = renewal.run(best, 1, left) if stage % RENEW_EVERY == 0 and best.status != "optimal" else best
        if renewed.cost.total < best.cost.total:
            best = renewed
            walk.take_up(best)
    return best


def _is_settled(frame: Frame, first: Plan) -> bool:
    """Whether all of the current plan still stands in the draft, and only few jobs are new."""
    new = len(frame.free) - len(frame.staying)
    return 0 < new <= FEW * len(frame.free) and {*frame.problem.current} <= {*first.placements}


def _inserted(frame: Frame, first: Plan, left: Callable[[], float]) -> Plan | None:
    """A settled plan with the new jobs in it: where the draft has them, or better by moving a few others: each try begins
    with the draft, and more may move as long as a new job is late. None: one is left out all the same."""
    new = [number for number in frame.free if not frame.prices[number].current]
    renewal, plan = Renewal(frame), first
    for size in SETTLED_SIZES:
        renewal.size = size
        plan = min(plan, renewal.run(first, len(new), left, around=new), key=lambda found: found.cost.total)
        left_out = {entry.job_id for entry in plan.unplaced}
        ends = {block.job_id: block.end for block in plan.placements}
        due = {job.id: job.deadline for number in new if (job := frame.jobs[number]).deadline is not None}
        if all(ends.get(job_id, NEVER) <= deadline for job_id, deadline in due.items() if deadline is not None):
            break
    is_placed = not any(frame.jobs[number].id in left_out for number in new)
    return replace(plan, status="best_found") if is_placed else None


def _fresh_draft(problem: Problem, is_over: Callable[[], bool]) -> Plan:
    """The draft made as if there were no current plan, at the price that it has because there is one."""
    return plan_cost(problem, drafted(Frame(replace(problem, current=())), is_over))


def _is_current(problem: Problem, plan: Plan) -> bool:
    """Whether a plan holds nothing but fixed blocks and blocks of the current plan."""
    return {*plan.placements} <= {*problem.current, *(entry.placement for entry in problem.fixed)}


def _iterations(problem: Problem) -> int:
    jobs = max(1, len(problem.jobs))
    return max(FEWEST_ITERATIONS, min(ITERATIONS_PER_JOB * jobs, MOST_LAYOUTS // jobs))


def _proven(problem: Problem, *plans: Plan) -> Plan:
    """The first plan that the checker accepts."""
    for plan in plans:
        violations = check(problem, plan)
        if not violations:
            return plan
    raise InvalidPlanError(f"No plan passed the checker: {'; '.join(violation.message for violation in violations[:5])}")
