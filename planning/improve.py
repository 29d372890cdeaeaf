"""CP-SAT from the best plan so far, with a complete hint: better plans for small problems, and proofs.

It is the only file that knows ortools; it must not run without a plan to start from (cold, it is worse than the draft).
Nothing but `planning.engine` imports it, so that a process that only drafts never loads the solver.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ortools.sat.python import cp_model

from planning.frame import Frame
from planning.layout import fixed_cost, from_blocks, from_plan, to_plan
from planning.narrow import movable, narrowed, needed
from planning.objective import EARLINESS, LAST_DAY, TARDINESS
from planning.problem import Plan, Problem
from planning.quota import Quota
from planning.timeline import Span, Timeline

MOST_JOBS = 60
"""Free jobs beyond which CP-SAT adds nothing to a second of local search (measured)."""
MOST_PAIRS = 20_000
"""Pairs of a job and an interval of one of its budgets beyond which making the model takes longer than it is worth."""
HINT_CONFLICTS = 1_000
"""Conflicts within which a strict question is answered near its hint."""


@dataclass(frozen=True, slots=True)
class Task:
    """The variables of one free job: its start in steps of the grid, whether it is placed, its block, and its hinted start."""

    number: int
    step: cp_model.IntVar
    is_placed: cp_model.IntVar
    block: cp_model.IntervalVar
    hint: int | None


@dataclass
class Model:
    """The problem as CP-SAT sees it: variables, then constraints, then the objective; `start` is repeated as a hint.

    The jobs of `needed` (ids) must be placed: others that stay in the plan wait for them. With `is_strict` all must that can,
    and be on time, and nothing else counts. `domains` are the starts, in steps, that one line leaves to blocks of one length.
    """

    frame: Frame
    start: Plan
    needed: frozenset[str] = frozenset()
    is_strict: bool = False
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    tasks: dict[int, Task] = field(default_factory=dict)
    charges: list[cp_model.LinearExprT] = field(default_factory=list)
    domains: dict[tuple[int, int, int], cp_model.Domain] = field(default_factory=dict)

    def build(self) -> None:
        hints = {block.job_id: block.start for block in self.start.placements}
        for number in self.frame.free:
            self.tasks[number] = self._variables(number, hints.get(self.frame.jobs[number].id))
        for place, resource in enumerate(self.frame.problem.resources):
            if resource.capacity == 1:
                self._one_at_a_time(place)
            else:
                self._within_capacity(place, resource.capacity)
        for place, quota in enumerate(self.frame.books.quotas):
            self._within_budget(place, quota)
        for task in self.tasks.values():
            self._after_predecessors(task)
        for task in () if self.is_strict else self.tasks.values():
            self._charge_unplaced(task)
            self._charge_lateness(task)
            self._charge_distance(task)
            self._charge_window(task)
            self._charge_move(task)
        if self.charges:
            self.cp.minimize(sum(self.charges))

    def places(self, solver: cp_model.CpSolver) -> dict[str, tuple[Span, ...]]:
        """By job id: the block in which a solution places it."""
        found: dict[str, tuple[Span, ...]] = {}
        for task in self.tasks.values():
            if solver.value(task.is_placed):
                start = solver.value(task.step) * self.grid
                found[self.frame.jobs[task.number].id] = ((start, start + self.frame.prices[task.number].duration),)
        return found

    @property
    def grid(self) -> int:
        return self.frame.problem.grid

    def _variables(self, number: int, hint: int | None) -> Task:
        """A job is an optional block of fixed length whose start lies where all that it needs is open."""
        duration = self.frame.prices[number].duration
        domain = self._open_steps(number)
        step = self.cp.new_int_var_from_domain(domain, f"step {number}") if domain.size() else self.cp.new_constant(0)
        is_placed = self.cp.new_bool_var(f"placed {number}")
        if not domain.size():
            self.cp.add(is_placed == 0)
        elif self.is_strict or self.frame.jobs[number].id in self.needed:
            self.cp.add(is_placed == 1)
        minutes = self.grid * step
        length = duration + self.frame.jobs[number].buffer_after
        block = self.cp.new_optional_fixed_size_interval_var(minutes, length, is_placed, f"block {number}")
        if domain.size():
            self.cp.add_hint(step, domain.min() if hint is None else hint // self.grid)
        self.cp.add_hint(is_placed, int(hint is not None))
        return Task(number, step, is_placed, block, hint)

    def _open_steps(self, number: int) -> cp_model.Domain:
        """The starts, in steps of the grid, at which all that a job needs is open, for its buffer too where that counts.

        A strict question wants it on time, unless that cannot be: one overdue job must not keep the others from it."""
        frame, duration = self.frame, self.frame.prices[number].duration
        domain, deadline = self._steps([(frame.lower[number], frame.upper[number])], duration), frame.jobs[number].deadline
        for line, units, after in frame.lanes(number, frame.books):
            if isinstance(line, Timeline):
                key = (id(line), units, duration + after)
                if key not in self.domains:
                    self.domains[key] = self._steps(line.spans(units), duration + after)
                domain = domain.intersection_with(self.domains[key])
        if not self.is_strict or deadline is None:
            return domain
        on_time = domain.intersection_with(self._steps([(frame.lower[number], deadline)], duration))
        return on_time if on_time.size() else domain

    def _steps(self, spans: list[Span], duration: int) -> cp_model.Domain:
        """The starts, in steps of the grid, of blocks that lie inside one of the spans."""
        steps = ([-(-low // self.grid), (high - duration) // self.grid] for low, high in spans)
        return cp_model.Domain.from_intervals([bounds for bounds in steps if bounds[0] <= bounds[1]])

    def _one_at_a_time(self, place: int) -> None:
        """A person does one thing at a time; fixed blocks have left the domains already."""
        self.cp.add_no_overlap(
            [task.block for task in self.tasks.values() if any(need == place for need, _ in self.frame.demands[task.number])]
        )

    def _within_capacity(self, place: int, capacity: int) -> None:
        """The blocks on a larger resource never hold more units than it has left beside fixed blocks and closed times."""
        frame, blocks, units = self.frame, list[cp_model.IntervalVar](), list[int]()
        for task in self.tasks.values():
            for need, count in frame.demands[task.number]:
                if need == place:
                    blocks.append(task.block)
                    units.append(count)
        line = (frame.books.whole or frame.books.open)[place]
        for start, end, level in zip(line.starts, [*line.starts[1:], line.high], line.levels, strict=True):
            if level < capacity and start < end:
                blocks.append(self.cp.new_fixed_size_interval_var(start, end - start, "held"))
                units.append(min(capacity, capacity - level))
        self.cp.add_cumulative(blocks, units, capacity)

    def _within_budget(self, place: int, quota: Quota) -> None:
        """In each interval of a budget, the blocks that start there take no more than fixed blocks have left."""
        tasks = [task for task in self.tasks.values() if place in self.frame.claims[task.number].budgets]
        for allowance, left in zip(quota.allowances, quota.left, strict=True):
            spent: list[cp_model.LinearExprT] = []
            low, high = (-(-minute // self.grid) for minute in (allowance.interval.start, allowance.interval.end))
            within = cp_model.Domain(low, high - 1)
            for task in tasks:
                starts_here = self.cp.new_bool_var(f"{task.number} within budget {place} from {low}")
                elsewhere = self.cp.add_linear_expression_in_domain(task.step, within.complement())
                elsewhere.only_enforce_if(task.is_placed, ~starts_here)
                self.cp.add_hint(starts_here, int(task.hint is not None and within.contains(task.hint // self.grid)))
                spent.append(self.frame.prices[task.number].duration * starts_here)
            self.cp.add(sum(spent) <= max(0, left))

    def _after_predecessors(self, task: Task) -> None:
        """A job starts after its predecessors and their lags, and only if they are placed; fixed ones are in the domain."""
        for before, lag in self.frame.predecessors[task.number]:
            if before not in self.tasks:
                continue
            other = self.tasks[before]
            ready = self.grid * other.step + self.frame.prices[before].duration + lag
            self.cp.add(self.grid * task.step >= ready).only_enforce_if(task.is_placed)
            self.cp.add_implication(task.is_placed, other.is_placed)

    def _charge_unplaced(self, task: Task) -> None:
        """A job left out costs more than anything else about it."""
        self.charges.append(self.frame.prices[task.number].unplaced * (1 - task.is_placed))

    def _charge_lateness(self, task: Task) -> None:
        """Each minute from now to the end costs a little, in the last day before the deadline more, after it far more."""
        price = self.frame.prices[task.number]
        marks = [(EARLINESS, price.now)]
        if price.deadline is not None:
            last_day, late = max(price.deadline - LAST_DAY, price.now), max(price.deadline, price.now)
            marks += [(price.weights.spread, last_day), (TARDINESS, late)]
        for points, mark in marks:
            self._charge_minutes(task, points * price.urgency, [(1, price.duration - mark)])

    def _charge_distance(self, task: Task) -> None:
        """Each minute away from the suggested start costs, on either side."""
        price = self.frame.prices[task.number]
        if price.suggested is not None:
            self._charge_minutes(task, price.weights.suggestion * price.urgency, [(1, -price.suggested), (-1, price.suggested)])

    def _charge_window(self, task: Task) -> None:
        """A job with preferred windows pays once for a block that lies in none of them."""
        price = self.frame.prices[task.number]
        if price.preferred:
            inside = self._steps(list(price.preferred), price.duration)
            is_hinted = task.hint is not None and not inside.contains(task.hint // self.grid)
            self._charge_unless(task, inside, price.weights.outside_preferred * price.urgency, is_hinted)

    def _charge_move(self, task: Task) -> None:
        """A job that leaves its place in the current plan pays once."""
        price = self.frame.prices[task.number]
        if price.current_start is not None:
            step, off_grid = divmod(price.current_start, self.grid)
            same = cp_model.Domain.from_intervals([] if off_grid else [[step, step]])
            self._charge_unless(task, same, price.current[price.current_start], task.hint not in {None, price.current_start})

    def _charge_minutes(self, task: Task, points: int, lines: list[tuple[int, int]]) -> None:
        """`points` for each minute of the largest of `sign * start + offset` and 0, if the job is placed."""
        minutes = self.cp.new_int_var(0, 2 * self.frame.problem.horizon, f"minutes of {task.number}")
        for sign, offset in lines:
            self.cp.add(minutes >= sign * self.grid * task.step + offset).only_enforce_if(task.is_placed)
        self.charges.append(points * minutes)
        hint = task.hint
        self.cp.add_hint(minutes, 0 if hint is None else max(0, *(sign * hint + offset for sign, offset in lines)))

    def _charge_unless(self, task: Task, domain: cp_model.Domain, points: int, is_hinted: bool) -> None:
        """`points` for a placed job whose start lies outside `domain`."""
        is_outside = self.cp.new_bool_var(f"outside of {task.number}")
        self.cp.add_linear_expression_in_domain(task.step, domain).only_enforce_if(task.is_placed, ~is_outside)
        self.charges.append(points * is_outside)
        self.cp.add_hint(is_outside, int(is_hinted))


def improve(
    problem: Problem,
    start: Plan,
    *,
    effort: float,
    seconds: float,
    moving: Collection[int] | None = None,
    frame: Frame | None = None,
    is_strict: bool = False,
) -> Plan:
    """The better of `start` and what CP-SAT finds from it by moving some jobs (by index; None: all, unless they are too many).

    Split jobs, and jobs on resources that take breaks, stay where `start` has them. `effort` is deterministic time (about
    seconds of one core): the same problem, start and effort give the same plan; `seconds` of wall-clock is a safety net only.
    The status is "optimal" only when the solver has proven that no plan on the grid costs less by moving these jobs; its
    objective is that of `planning.objective`, term by term. With `is_strict` it only asks for any plan in which all these jobs
    are placed and on time, which is far easier. `frame` saves making the problem's frame anew.
    """
    frame = frame or Frame(problem)
    wanted = [number for number in movable(frame) if moving is None or number in moving]
    if effort <= 0 or seconds <= 0 or not wanted or (moving is None and not is_strict and len(wanted) > MOST_JOBS):
        return start
    budgets = (frame.problem.budgets[place] for number in wanted for place in frame.claims[number].budgets)
    if sum(len(budget.allowances) for budget in budgets) > MOST_PAIRS:
        return start
    model = Model(Frame(narrowed(frame, start, wanted)), start, needed(frame, start, wanted), is_strict)
    model.build()
    solver = _solver(problem, effort, seconds, is_strict)
    outcome = solver.solve(model.cp)
    if outcome not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return start
    places = {frame.index[job_id]: blocks for job_id, blocks in model.places(solver).items()}
    kept = {number: blocks for number, blocks in from_plan(frame, start).items() if number not in {*wanted}}
    layout = from_blocks(frame, {**kept, **places})
    is_whole = moving is not None or len(wanted) == len(frame.free)
    is_proven = not is_strict and is_whole and outcome == cp_model.OPTIMAL
    if layout.cost >= start.cost.total - fixed_cost(frame):
        return replace(start, status="optimal") if is_proven else start
    return replace(to_plan(frame, layout, "cp-sat"), status="optimal" if is_proven else "best_found")


def _solver(problem: Problem, effort: float, seconds: float, is_strict: bool) -> cp_model.CpSolver:
    """One worker, for the sake of reproducible plans. A strict question is asked near the hint: of four with 200 jobs at 97 %
    of the time, all were answered in 0.03 s; the usual search answered two in 3 s."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = problem.seed % (1 << 31)
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = seconds
    if is_strict:
        solver.parameters.linearization_level = 0
        solver.parameters.repair_hint = True
        solver.parameters.hint_conflict_limit = HINT_CONFLICTS
    return solver
