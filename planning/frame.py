"""A problem made ready for placing: indices instead of ids, merged windows, bounds that follow from fixed blocks and deadlines.

It is computed once and read by all engines; it must not place anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from planning.books import Books, Claim, Lanes
from planning.objective import JobPrice, prices
from planning.problem import Interval, Job, Placement, Problem, Resource, unfixed_minutes
from planning.quota import Quota
from planning.rest import RestLine
from planning.timeline import Span, Timeline, difference, intersection, merged

NEVER = 1 << 60
"""Later than any minute of a problem: a bound that does not bind."""


@dataclass
class Frame:
    """All lists are by the index of a job in `problem.jobs`. `pins` are the fixed blocks of the jobs that have any, `fixed` the
    spans of those that they place wholly, `rest` the minutes of each job that are still to be placed, `open_from`
    whether all that a kind of jobs needs is open at any time from a minute on, where that has been asked."""

    problem: Problem
    index: dict[str, int] = field(init=False)
    prices: list[JobPrice] = field(init=False)
    predecessors: list[list[tuple[int, int]]] = field(init=False)
    successors: list[list[tuple[int, int]]] = field(init=False)
    pins: dict[int, list[Span]] = field(init=False)
    rest: list[int] = field(init=False)
    fixed: dict[int, Span] = field(init=False)
    open_from: dict[tuple[Hashable, int], bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        jobs = self.problem.jobs
        self.index = {job.id: number for number, job in enumerate(jobs)}
        self.prices = prices(self.problem)
        self.predecessors = [[(self.index[p.job_id], p.lag) for p in job.predecessors] for job in jobs]
        self.successors = [[] for _ in jobs]
        for number, before in enumerate(self.predecessors):
            for predecessor, lag in before:
                self.successors[predecessor].append((number, lag))
        pins = self.problem.pins()
        self.rest = [unfixed_minutes(job, pins[job.id]) if job.id in pins else job.duration for job in jobs]
        self.pins = {
            self.index[job_id]: sorted((block.start, block.end) for block in blocks) for job_id, blocks in pins.items()
        }
        self.fixed = {number: _span(blocks) for number, blocks in self.pins.items() if self.rest[number] == 0}

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.problem.jobs

    @cached_property
    def free(self) -> list[int]:
        """The jobs that are to be placed."""
        return [number for number in range(len(self.jobs)) if number not in self.fixed]

    @cached_property
    def topological(self) -> list[int]:
        """All jobs, each after its predecessors."""
        waiting = [len(before) for before in self.predecessors]
        order = [number for number, count in enumerate(waiting) if count == 0]
        for number in order:  # grows while it is walked
            for successor, _ in self.successors[number]:
                waiting[successor] -= 1
                if waiting[successor] == 0:
                    order.append(successor)
        return order

    @cached_property
    def has_precedence(self) -> bool:
        return any(self.predecessors)

    @cached_property
    def lower(self) -> list[int]:
        """The earliest start of each job as far as now, its release and its fixed predecessors say."""
        starts = [max(self.problem.now, job.release) for job in self.jobs]
        for before, (_, end) in self.fixed.items():
            for after, lag in self.successors[before]:
                starts[after] = max(starts[after], end + lag)
        return starts

    @cached_property
    def upper(self) -> list[int]:
        """The latest end of each job as far as the horizon, its hard deadline and its fixed successors say."""
        ends = [
            min(self.problem.horizon, job.deadline)
            if job.deadline_is_hard and job.deadline is not None
            else self.problem.horizon
            for job in self.jobs
        ]
        for number in self.free:
            for after, lag in self.successors[number]:
                if after in self.pins:
                    ends[number] = min(ends[number], self.pins[after][0][0] - lag)
        return ends

    @cached_property
    def limit(self) -> list[int]:
        """The latest end that leaves each chain of successors the time it needs before its own `upper`; at most `upper`."""
        return self._pulled_back(self.upper)

    @cached_property
    def due(self) -> list[int]:
        """The deadline of each job, or an earlier one that its successors' deadlines ask for; NEVER when there is none."""
        return self._pulled_back([NEVER if job.deadline is None else job.deadline for job in self.jobs])

    @cached_property
    def pull(self) -> list[int]:
        """The highest urgency of a job and all that wait for it."""
        highest = [price.urgency for price in self.prices]
        for number in reversed(self.topological):
            highest[number] = max(highest[number], *(highest[after] for after, _ in self.successors[number]), 0)
        return highest

    @cached_property
    def staying(self) -> list[int]:
        """The free jobs that have a place in the current plan, earliest first."""
        places = [(start, number) for number in self.free if (start := self.prices[number].current_start) is not None]
        return [number for _, number in sorted(places)]

    @cached_property
    def wishful(self) -> list[int]:
        """The free jobs with a start that they would like better than the earliest."""
        prices = self.prices
        return [number for number in self.free if prices[number].suggested is not None or prices[number].preferred]

    @cached_property
    def split(self) -> frozenset[int]:
        """The free jobs that may be placed in several blocks."""
        return frozenset(number for number in self.free if self.jobs[number].is_split)

    @cached_property
    def books(self) -> Books:
        """What is free before anything is placed but the fixed blocks. To be copied."""
        problem = self.problem
        calendars = {calendar.name: calendar.intervals for calendar in problem.calendars}
        last_buffer = max((job.buffer_after for job in self.jobs), default=0)
        books = Books(
            [self._timeline(resource, self._hours(resource, calendars), 0) for resource in problem.resources],
            [
                self._timeline(resource, [(problem.now, problem.horizon + last_buffer)], last_buffer)
                for resource in (problem.resources if last_buffer else ())
            ],
            [
                RestLine(resource.max_stretch, resource.break_minutes, problem.grid) if resource.has_breaks else None
                for resource in problem.resources
            ],
            [Quota(budget.allowances, problem.grid) for budget in problem.budgets],
        )
        for number, blocks in self.pins.items():
            for start, end in blocks:
                books.take(self.claims[number], start, end)
        return books

    @cached_property
    def demands(self) -> list[list[tuple[int, int]]]:
        """By job: the indices of its resources, and units."""
        places = {resource.id: place for place, resource in enumerate(self.problem.resources)}
        return [[(places[demand.resource_id], demand.units) for demand in job.demands] for job in self.jobs]

    @cached_property
    def claims(self) -> list[Claim]:
        """By job: what its blocks are entered under in the books."""
        budgets: dict[str, list[int]] = {}
        for place, budget in enumerate(self.problem.budgets):
            for job_id in budget.job_ids:
                budgets.setdefault(job_id, []).append(place)
        return [
            Claim(demands, job.buffer_after, budgets.get(job.id, ()))
            for job, demands in zip(self.jobs, self.demands, strict=True)
        ]

    @cached_property
    def windows(self) -> list[Timeline | None]:
        """By job: where its own calendar and allowed windows let it be; None: anywhere. Jobs with the same share one."""
        known: dict[tuple[str | None, tuple[Interval, ...] | None], Timeline | None] = {(None, None): None}
        calendars = {calendar.name: calendar.intervals for calendar in self.problem.calendars}
        windows: list[Timeline | None] = []
        for job in self.jobs:
            key = (job.calendar, job.allowed)  # hashed as seldom as can be: it may have thousands of windows
            window = known.get(key)
            if window is None and key != (None, None):
                spans = self._whole
                if job.calendar is not None:
                    spans = intersection(spans, _spans(calendars[job.calendar]))
                if job.allowed is not None:
                    spans = intersection(spans, _spans(job.allowed))
                window = known[key] = self._steps(spans, 1)
            windows.append(window)
        return windows

    @cached_property
    def openings(self) -> list[Timeline | None]:
        """By job: its windows as far as its resources are open in them before anything is placed; None: it has none.

        So a window that is too short beside the hours of a resource is passed over at a glance."""
        known: dict[tuple[int, tuple[tuple[int, int], ...]], Timeline] = {}
        openings: list[Timeline | None] = []
        for number, window in enumerate(self.windows):
            key = (id(window), tuple(self.demands[number]))
            if window is not None and key not in known:
                spans = window.spans(1)
                for place, units in self.demands[number]:
                    spans = intersection(spans, self.books.open[place].spans(units))
                known[key] = self._steps(spans, 1)
            openings.append(None if window is None else known[key])
        return openings

    @cached_property
    def kinds(self) -> list[Hashable]:
        """By job: what stands for its length and all that it needs free; jobs of one kind may start at the same times."""
        return [
            (
                *(id(self.openings[number]), self.prices[number].duration, claim.buffer),
                *(tuple(claim.demands), tuple(claim.budgets), number if number in self.pins else None),
            )
            for number, claim in enumerate(self.claims)
        ]

    def lanes(self, number: int, books: Books) -> Lanes:
        """What a job needs free at once, when the resources are as in `books`; the rest of a pinned job keeps off its pins."""
        needed = books.lanes(self.claims[number])
        if (window := self.openings[number]) is not None:
            needed.append((window, 1, 0))
        if number in self.pins:
            grid = self.problem.grid
            kept_off = merged((start - grid, end + grid) for start, end in self.pins[number])
            needed.append((self._steps(difference(self._whole, kept_off), 1), 1, 0))
        return needed

    def blocks(self, number: int, spans: Sequence[Span]) -> list[Placement]:
        return [Placement(self.jobs[number].id, start, end) for start, end in spans]

    def cost(self, number: int, spans: Sequence[Span]) -> int:
        """The price of a job whose unfixed part is placed as said."""
        price = self.prices[number]
        if number in self.split:
            return price.of(sorted([*spans, *self.pins.get(number, ())])).total
        return price.at(spans[0][0])

    def end(self, number: int, spans: Sequence[Span]) -> int:
        """When a job ends whose unfixed part is placed as said."""
        return max(spans[-1][1], self.pins[number][-1][1]) if number in self.pins else spans[-1][1]

    @property
    def _whole(self) -> list[Span]:
        return [(self.problem.now, self.problem.horizon)]

    def _steps(self, spans: list[Span], level: int) -> Timeline:
        return Timeline(spans, level, self.problem.now, self.problem.horizon, self.problem.grid)

    def _hours(self, resource: Resource, calendars: dict[str, tuple[Interval, ...]]) -> list[Span]:
        if resource.calendar is None:
            return self._whole
        return intersection(self._whole, _spans(calendars[resource.calendar]))

    def _timeline(self, resource: Resource, hours: list[Span], beyond: int) -> Timeline:
        """The units of a resource within some hours, without its busy times, up to `beyond` minutes after the horizon."""
        taken = merged((busy.interval.start, busy.interval.end) for busy in resource.busy)
        problem = self.problem
        return Timeline(difference(hours, taken), resource.capacity, problem.now, problem.horizon + beyond, problem.grid)

    def _pulled_back(self, ends: list[int]) -> list[int]:
        """Latest ends, each made early enough for the latest ends of the job's successors."""
        pulled = ends[:]
        for number in reversed(self.topological):
            for after, lag in self.successors[number]:
                if after not in self.fixed:
                    pulled[number] = min(pulled[number], pulled[after] - self.rest[after] - lag)
        return pulled


def _spans(intervals: Sequence[Interval]) -> list[Span]:
    return merged((interval.start, interval.end) for interval in intervals)


def _span(blocks: Sequence[Span]) -> Span:
    return blocks[0][0], max(end for _, end in blocks)
