"""Why each block is where it is, as facts: computed from the problem and the plan, whoever made it.

It answers with ids, names and minutes; it must not write sentences for people (the service does, in the person's zone).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from planning.books import earliest
from planning.frame import Frame
from planning.layout import from_blocks, from_plan
from planning.problem import FixedKind, Plan, Problem

PlacedKind = FixedKind | Literal["suggested", "first_free", "preferred", "kept", "later"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts behind one placed job.

    `kind`: why it is fixed; or that it starts where the assistant suggested (to the grid); or that, the rest of the plan
    given, there is no earlier free start; or that there is one, but this one lies in a preferred window, or is where the job
    was already; or none of these ("later": the plan as a whole costs less so). `length` is its minutes of work. `calendars`
    are the hours that bind it. What ends right before it, on a resource that it needs: another job, a busy time (by its
    label), or neither. `waits_for`: the predecessors but for which it could start earlier, `budgets`: the names of its budgets
    when it could but for them. `slack` is the minutes from its end to its deadline (negative: late).
    """

    job_id: str
    kind: PlacedKind
    start: int
    end: int
    length: int
    calendars: tuple[str, ...] = ()
    after_job: str | None = None
    after_busy: str | None = None
    waits_for: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ()
    deadline: int | None = None
    slack: int | None = None


def explain(problem: Problem, plan: Plan) -> dict[str, Explanation]:
    """The facts for each job that a valid plan places, by job id. Takes a few milliseconds for a hundred jobs."""
    frame = Frame(problem)
    return _Explainer(frame, plan).all()


class _Explainer:
    def __init__(self, frame: Frame, plan: Plan) -> None:
        self.frame = frame
        self.spans: dict[int, tuple[int, int]] = {}
        self.lengths: dict[int, int] = {}
        self.endings: dict[tuple[int, int], int] = {}  # (resource, minute) -> the job that ends there
        for block in plan.placements:
            number = frame.index[block.job_id]
            low, high = self.spans.get(number, (block.start, block.end))
            self.spans[number] = (min(low, block.start), max(high, block.end))
            self.lengths[number] = self.lengths.get(number, 0) + block.end - block.start
            for place, _ in frame.demands[number]:
                self.endings[place, block.end] = number
        self.free = from_plan(frame, plan)
        self.books = from_blocks(frame, self.free).books
        self.kinds = {frame.index[entry.placement.job_id]: entry.kind for entry in frame.problem.fixed}
        for number in self.free:
            self.kinds.pop(number, None)  # what floats beside a fixed block has its own reason
        self.busy_ends = [
            {busy.interval.end: busy.label for busy in resource.busy} for resource in frame.problem.resources
        ]  # by resource: minute -> label

    def all(self) -> dict[str, Explanation]:
        return {self.frame.jobs[number].id: self._one(number) for number in self.spans}

    def _one(self, number: int) -> Explanation:
        job, (start, end) = self.frame.jobs[number], self.spans[number]
        first = self.free[number][0] if number in self.free else (start, end)
        after_job, after_busy = self._right_before(number, first[0])
        return Explanation(
            job_id=job.id,
            kind=self._kind(number, *first),
            start=start,
            end=end,
            length=self.lengths[number],
            calendars=self._calendars(number),
            after_job=after_job,
            after_busy=after_busy,
            waits_for=() if number in self.kinds else self._waits_for(number, first[0]),
            budgets=() if number in self.kinds else self._budgets(number, first[0]),
            deadline=job.deadline,
            slack=None if job.deadline is None else job.deadline - end,
        )

    def _kind(self, number: int, start: int, end: int) -> PlacedKind:
        if number in self.kinds:
            return self.kinds[number]
        price, grid = self.frame.prices[number], self.frame.problem.grid
        if price.suggested is not None and abs(price.suggested - start) < grid:
            return "suggested"
        if self._earlier_start(number, self._ready(number), start) is None:
            return "first_free"
        if any(low <= start and end <= high for low, high in price.preferred):
            return "preferred"
        return "kept" if start in price.current else "later"

    def _ready(self, number: int, without: Collection[int] = ()) -> int:
        """The earliest start that the predecessors (but for some) allow."""
        before = ((number, lag) for number, lag in self.frame.predecessors[number] if number not in without)
        ends = (self.spans[number][1] + lag for number, lag in before if number in self.spans)
        return max([self.frame.problem.now, self.frame.jobs[number].release, *ends])

    def _earlier_start(self, number: int, ready: int, start: int, *, has_budgets: bool = True) -> int | None:
        """A start from `ready` on and before `start` that is free when the job itself is taken out of the plan."""
        if ready >= start:
            return None
        frame, claim, spans = self.frame, self.frame.claims[number], self.free[number]
        duration = spans[0][1] - spans[0][0]
        self.books.take(claim, *spans[0], -1)  # of a split job only the first block is asked for: the others stay
        lanes = frame.lanes(number, self.books if has_budgets else self.books.unbudgeted())
        found = earliest(lanes, ready, duration, start + duration - 1, frame.problem.grid)
        self.books.take(claim, *spans[0])
        return found

    def _waits_for(self, number: int, start: int) -> tuple[str, ...]:
        """The predecessors that end last, when there is a free start before this one but for them."""
        ends = {before: self.spans[before][1] + lag for before, lag in self.frame.predecessors[number] if before in self.spans}
        last = max(ends.values(), default=0)
        binding = [before for before, end in ends.items() if end == last]
        if not binding or self._earlier_start(number, self._ready(number), start) is not None:
            return ()
        if self._earlier_start(number, self._ready(number, without=binding), start) is None:
            return ()
        return tuple(sorted(self.frame.jobs[before].id for before in binding))

    def _budgets(self, number: int, start: int) -> tuple[str, ...]:
        """The budgets of a job, when there is a free start before this one but for them."""
        budgets, ready = self.frame.claims[number].budgets, self._ready(number)
        if not budgets or self._earlier_start(number, ready, start) is not None:
            return ()
        if self._earlier_start(number, ready, start, has_budgets=False) is None:
            return ()
        return tuple(self.frame.problem.budgets[place].name for place in budgets)

    def _calendars(self, number: int) -> tuple[str, ...]:
        job = self.frame.jobs[number]
        if number in self.kinds:
            return ()
        resources = (self.frame.problem.resources[place].calendar for place, _ in self.frame.demands[number])
        return tuple(dict.fromkeys(name for name in (*resources, job.calendar) if name is not None))

    def _right_before(self, number: int, start: int) -> tuple[str | None, str | None]:
        """What ends within one step of the grid before a start: the other job, the label of the busy time."""
        job = busy = None
        for place, _ in self.frame.demands[number]:
            for minute in range(start, start - self.frame.problem.grid, -1):
                other = self.endings.get((place, minute))
                if other is not None and other != number and job is None:
                    job = self.frame.jobs[other].id
                busy = busy or self.busy_ends[place].get(minute)
        return job, busy
