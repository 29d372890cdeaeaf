"""The kernel beside other ways to plan, on the same generated problems: what each plan costs, as shares of the draft's cost.

Usage: python -m benchmarks.compare [--seconds S] [--seeds N] [--tasks N ...]. Beside the draft and the kernel: CP-SAT without a
plan to start from, earliest due date first fit with due dates pulled back through the dependencies, and PyJobShop where it is
installed. Every plan is checked and priced by the kernel's objective.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

from ortools.sat.python import cp_model

from benchmarks.generate import loaded, planted, unsplit
from benchmarks.problem import late
from planning.checker import check
from planning.draft import draft
from planning.engine import solve
from planning.frame import Frame
from planning.improve import Model
from planning.objective import evaluate
from planning.problem import Placement, Plan, Problem, Unplaced
from planning.timeline import Span, difference, intersection, merged

Rival = Callable[[Problem, float], Plan]


def drafted(problem: Problem, _seconds: float) -> Plan:
    return draft(problem)


def kernel(problem: Problem, seconds: float) -> Plan:
    return solve(problem, seconds=seconds, effort=seconds, clock=time.monotonic)


def cold(problem: Problem, seconds: float) -> Plan:
    """CP-SAT on the kernel's own model, with two workers and no plan to start from."""
    model = Model(Frame(problem), Plan(()))
    model.build()
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return _priced(problem, {})
    return _priced(problem, {job_id: blocks[0][0] for job_id, blocks in model.places(solver).items()})


def due_first(problem: Problem, _seconds: float) -> Plan:
    """Earliest due date first fit: due dates pulled back through the dependencies, then each job at its first free time."""
    jobs = {job.id: job for job in problem.jobs}
    due = {job.id: problem.horizon if job.deadline is None else job.deadline for job in problem.jobs}
    for _ in jobs:
        changed = False
        for job in problem.jobs:
            for before in job.predecessors:
                if due[job.id] - job.duration < due[before.job_id]:
                    due[before.job_id], changed = due[job.id] - job.duration, True
        if not changed:
            break
    free, starts, waiting = open_time(problem), dict[str, int](), sorted(jobs, key=due.__getitem__)
    while waiting:
        job_id = next(i for i in waiting if not any(before.job_id in waiting for before in jobs[i].predecessors))
        waiting.remove(job_id)
        job = jobs[job_id]
        if any(before.job_id not in starts for before in job.predecessors):
            continue
        ready = max([job.release, *(starts[b.job_id] + jobs[b.job_id].duration for b in job.predecessors)])
        latest = job.deadline if job.deadline is not None and job.deadline_is_hard else problem.horizon
        for low, high in free:
            start = max(low, ready)
            start += -start % problem.grid
            if start + job.duration <= min(high, latest):
                starts[job_id] = start
                free = difference(free, [(start, start + job.duration)])
                break
    return _priced(problem, starts)


def pyjobshop(problem: Problem, seconds: float) -> Plan:
    """PyJobShop with OR-Tools and two workers, for the least weighted tardiness."""
    library: ModuleType = importlib.import_module("pyjobshop")
    model, grid = library.Model(), problem.grid
    closed = difference([(0, problem.horizon)], open_time(problem))
    machine = model.add_machine(breaks=[(low // grid, -(-high // grid)) for low, high in closed])
    tasks = {}
    for job in problem.jobs:
        due = max(0, (problem.horizon if job.deadline is None else job.deadline) // grid)
        last = job.deadline if job.deadline is not None and job.deadline_is_hard else problem.horizon
        own = model.add_job(weight=round(10 + 9 * job.weight), due_date=due)
        tasks[job.id] = model.add_task(job=own, earliest_start=-(-job.release // grid), latest_end=last // grid)
        model.add_mode(tasks[job.id], machine, -(-job.duration // grid))
    for job in problem.jobs:
        for before in job.predecessors:
            model.add_end_before_start(tasks[before.job_id], tasks[job.id])
    model.set_objective(weight_total_tardiness=1)
    result = model.solve(time_limit=seconds, display=False, num_workers=2)
    scheduled = result.best.tasks
    return _priced(problem, {job_id: task.start * grid for job_id, task in zip(tasks, scheduled, strict=False)})


def open_time(problem: Problem) -> list[Span]:
    """When the one person of a generated problem may work."""
    resource = problem.resources[0]
    hours = [(interval.start, interval.end) for calendar in problem.calendars for interval in calendar.intervals]
    busy = merged((entry.interval.start, entry.interval.end) for entry in resource.busy)
    return intersection(difference(hours, busy), [(problem.now, problem.horizon)])


def _priced(problem: Problem, starts: dict[str, int]) -> Plan:
    """The plan with these starts; the others are left out."""
    placements = tuple(
        Placement(job.id, starts[job.id], starts[job.id] + job.duration) for job in problem.jobs if job.id in starts
    )
    unplaced = tuple(Unplaced(job.id, "no_room") for job in problem.jobs if job.id not in starts)
    plan = Plan(placements, unplaced, evaluate(problem, placements, unplaced))
    if violations := check(problem, plan):
        raise RuntimeError(violations[0].message)
    return plan


def instances(seeds: int, tasks: Sequence[int]) -> Iterator[tuple[str, list[Problem]]]:
    """Groups of problems, with a name each."""
    for count in tasks:
        for load in (0.6, 0.9, 1.3):
            yield f"load {load:.0%}, {count}", [unsplit(loaded(seed, count, load)) for seed in range(1, seeds + 1)]
        for fullness in (0.7, 0.97):
            yield f"planted {fullness:.0%}, {count}", [planted(seed, count, fullness) for seed in range(1, seeds + 1)]
            yield (
                f"overloaded {fullness:.0%}, {count}",
                [planted(seed, count, fullness, is_overloaded=True) for seed in range(1, seeds + 1)],
            )


def rivals() -> dict[str, Rival]:
    found: dict[str, Rival] = {"draft": drafted, "kernel": kernel, "cold CP-SAT": cold, "EDD": due_first}
    if importlib.util.find_spec("pyjobshop") is not None:
        found["PyJobShop"] = pyjobshop
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.compare", description="The kernel beside other ways to plan.")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tasks", type=int, nargs="+", default=[50, 200])
    options = parser.parse_args(arguments)
    known = rivals()
    print("Median cost as a share of the draft's (jobs late / left out, in the median):")
    print(f"| problems | {' | '.join(known)} | kernel beats cold CP-SAT |")
    print("| --- " * (len(known) + 2) + "|")
    for name, problems in instances(options.seeds, options.tasks):
        plans = {rival: [plan(problem, options.seconds) for problem in problems] for rival, plan in known.items()}
        cells = [_cell(problems, plans["draft"], own) for own in plans.values()]
        wins = sum(a.cost.total <= b.cost.total for a, b in zip(plans["kernel"], plans["cold CP-SAT"], strict=True))
        print(f"| {name} | {' | '.join(cells)} | {wins} of {len(problems)} |", flush=True)


def _cell(problems: Sequence[Problem], base: Sequence[Plan], plans: Sequence[Plan]) -> str:
    shares = [plan.cost.total / first.cost.total for plan, first in zip(plans, base, strict=True)]
    tardy = statistics.median(late(problem, plan) for problem, plan in zip(problems, plans, strict=True))
    return f"{statistics.median(shares):.3g} ({tardy:g}/{statistics.median(len(plan.unplaced) for plan in plans):g})"


if __name__ == "__main__":
    main()
