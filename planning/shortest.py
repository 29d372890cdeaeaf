"""CP-SAT on a project: shorter schedules from the best one known, and a proven bound on how short any can be.

Beside `planning.improve` the only file that knows ortools; it must not run without a schedule to start from, whose length is
its horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from planning.project import Project


@dataclass(frozen=True, slots=True)
class Shortest:
    """The shortest schedule known, as starts in steps, and a length (in steps) that none can be below."""

    starts: list[int]
    bound: int


def shorten(
    project: Project, best: Shortest, *, seconds: float, workers: int, effort: float | None = None, is_local: bool = False
) -> Shortest:
    """The better of `best` and what CP-SAT finds with so many workers in `seconds`, and the better of the bounds.

    With an `effort`, in deterministic time, the same project and start give the same schedule. With `is_local` all workers do
    large-neighbourhood search from `best` (Shaw 1998), and none searches for a proof.
    """
    if project.end(best.starts) <= best.bound or seconds <= 0:
        return best
    model, starts = _model(project, best)
    solver = _solver(project, seconds, workers, effort)
    solver.parameters.use_lns_only = is_local
    outcome = solver.solve(model)
    if outcome == cp_model.INFEASIBLE:  # nothing is shorter than the start
        return Shortest(best.starts, project.end(best.starts))
    bound = max(best.bound, round(solver.best_objective_bound))
    if outcome not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Shortest(best.starts, bound)
    found = [solver.value(start) for start in starts]
    return Shortest(min(found, best.starts, key=project.end), bound)


def _solver(project: Project, seconds: float, workers: int, effort: float | None) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = project.frame.problem.seed % (1 << 31)
    solver.parameters.max_time_in_seconds = seconds
    if effort is not None:
        solver.parameters.interleave_search = workers > 1
        solver.parameters.max_deterministic_time = effort
    return solver


def _model(project: Project, best: Shortest) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """The starts between the chains before and after each job, precedence, resources, and the end to be made early."""
    cp, horizon = cp_model.CpModel(), project.end(best.starts)
    starts = [cp.new_int_var_from_domain(_domain(project, job, horizon), f"start {job}") for job in range(len(project.length))]
    blocks = [
        cp.new_fixed_size_interval_var(start, length, f"block {job}")
        for job, (start, length) in enumerate(zip(starts, project.length, strict=True))
    ]
    for job, before in enumerate(project.before):
        for other, delay in before:
            cp.add(starts[job] >= starts[other] + delay)
    for place, resource in enumerate(project.frame.problem.resources):
        _within_capacity(project, cp, blocks, place, resource.capacity)
    makespan = cp.new_int_var(best.bound, horizon, "makespan")
    for job, (start, length) in enumerate(zip(starts, project.length, strict=True)):
        if not project.after[job]:
            cp.add(makespan >= start + length)
        cp.add_hint(start, best.starts[job])
    cp.add_hint(makespan, horizon)
    cp.minimize(makespan)
    return cp, starts


def _domain(project: Project, job: int, horizon: int) -> cp_model.Domain:
    """The starts from which a job can run through and its followers end by the horizon."""
    last = min(horizon - project.tail[job], project.last_end[job] - project.length[job])
    guards, need, length = project.packing.guards, project.needs[job], project.length[job]
    spans: list[list[int]] = []
    since = project.first[job]
    for step in range(since, last + length + 1):
        is_blocked = step == last + length or (project.free[step] - need) & guards != guards
        if is_blocked:
            if step - length >= since:
                spans.append([since, step - length])
            since = step + 1
    return cp_model.Domain.from_intervals(spans)


def _within_capacity(project: Project, cp: cp_model.CpModel, blocks: list[cp_model.IntervalVar], place: int, most: int) -> None:
    """The blocks on a resource never hold more units than are free beside fixed blocks and closed times."""
    demands = [next((u for p, u in project.frame.demands[number] if p == place), 0) for number in project.numbers]
    own = [(block, units) for block, units in zip(blocks, demands, strict=True) if units]
    line, grid = project.frame.books.open[place], project.frame.problem.grid
    for start, end, level in zip(line.starts, [*line.starts[1:], line.high], line.levels, strict=True):
        low, high = start // grid, -(-end // grid)
        if level < most and low < high:
            own.append((cp.new_fixed_size_interval_var(low, high - low, "held"), min(most, most - level)))
    if own:
        cp.add_cumulative([block for block, _ in own], [units for _, units in own], most)
