"""A problem made ready for placing: indices instead of ids, merged windows, bounds that follow from fixed blocks and deadlines.

It is computed once and read by all engines; it must not place anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from planning.objective import JobPrice, prices
from planning.problem import Interval, Job, Placement, Problem, Resource
from planning.timeline import Span, Timeline, difference, intersection, merged

NEVER = 1 << 60
"""Later than any minute of a problem: a bound that does not bind."""

Lanes: TypeAlias = list[tuple[Timeline, int]]
"""What a job needs free at once: timelines, and how many units of each."""


@dataclass
class Frame:
    """All lists are by the index of a job in `problem.jobs`."""

    problem: Problem
    index: dict[str, int] = field(init=False)
    prices: list[JobPrice] = field(init=False)
    predecessors: list[list[tuple[int, int]]] = field(init=False)
    successors: list[list[tuple[int, int]]] = field(init=False)
    fixed: dict[int, Span] = field(init=False)

    def __post_init__(self) -> None:
        jobs = self.problem.jobs
        self.index = {job.id: number for number, job in enumerate(jobs)}
        self.prices = prices(self.problem)
        self.predecessors = [[(self.index[p.job_id], p.lag) for p in job.predecessors] for job in jobs]
        self.successors = [[] for _ in jobs]
        for number, before in enumerate(self.predecessors):
            for predecessor, lag in before:
                self.successors[predecessor].append((number, lag))
        self.fixed = {}
        for block in (entry.placement for entry in self.problem.fixed):
            number = self.index[block.job_id]
            low, high = self.fixed.get(number, (block.start, block.end))
            self.fixed[number] = (min(low, block.start), max(high, block.end))

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
                if after in self.fixed:
                    ends[number] = min(ends[number], self.fixed[after][0] - lag)
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
    def open_times(self) -> list[Timeline]:
        """By resource: its free units before anything is placed but the fixed blocks."""
        problem = self.problem
        calendars = {calendar.name: calendar.intervals for calendar in problem.calendars}
        places = {resource.id: place for place, resource in enumerate(problem.resources)}
        timelines = [self._timeline(resource, calendars) for resource in problem.resources]
        for block in (entry.placement for entry in problem.fixed):
            for demand in self.jobs[self.index[block.job_id]].demands:
                timelines[places[demand.resource_id]].take(block.start, block.end, demand.units)
        return timelines

    @cached_property
    def demands(self) -> list[list[tuple[int, int]]]:
        """By job: the indices of its resources, and units."""
        places = {resource.id: place for place, resource in enumerate(self.problem.resources)}
        return [[(places[demand.resource_id], demand.units) for demand in job.demands] for job in self.jobs]

    @cached_property
    def windows(self) -> list[Timeline | None]:
        """By job: where its own calendar and allowed windows let it be; None: anywhere. Jobs with the same share one."""
        known: dict[tuple[str | None, tuple[Interval, ...] | None], Timeline | None] = {(None, None): None}
        calendars = {calendar.name: calendar.intervals for calendar in self.problem.calendars}
        for job in self.jobs:
            key = (job.calendar, job.allowed)
            if key not in known:
                spans = self._whole
                if job.calendar is not None:
                    spans = intersection(spans, _spans(calendars[job.calendar]))
                if job.allowed is not None:
                    spans = intersection(spans, _spans(job.allowed))
                known[key] = self._steps(spans, 1)
        return [known[job.calendar, job.allowed] for job in self.jobs]

    def lanes(self, number: int, timelines: Sequence[Timeline]) -> Lanes:
        """What a job needs free at once, when its resources are as in `timelines`."""
        needed = [(timelines[place], units) for place, units in self.demands[number]]
        window = self.windows[number]
        return needed if window is None else [*needed, (window, 1)]

    def placement(self, number: int, start: int) -> Placement:
        job = self.jobs[number]
        return Placement(job.id, start, start + job.duration)

    @property
    def _whole(self) -> list[Span]:
        return [(self.problem.now, self.problem.horizon)]

    def _steps(self, spans: list[Span], level: int) -> Timeline:
        return Timeline(spans, level, self.problem.now, self.problem.horizon, self.problem.grid)

    def _timeline(self, resource: Resource, calendars: dict[str, tuple[Interval, ...]]) -> Timeline:
        spans = self._whole
        if resource.calendar is not None:
            spans = intersection(spans, _spans(calendars[resource.calendar]))
        taken = merged((busy.interval.start, busy.interval.end) for busy in resource.busy)
        return self._steps(difference(spans, taken), resource.capacity)

    def _pulled_back(self, ends: list[int]) -> list[int]:
        """Latest ends, each made early enough for the latest ends of the job's successors."""
        pulled = ends[:]
        for number in reversed(self.topological):
            for after, lag in self.successors[number]:
                if after not in self.fixed:
                    pulled[number] = min(pulled[number], pulled[after] - self.jobs[after].duration - lag)
        return pulled


def _spans(intervals: Sequence[Interval]) -> list[Span]:
    return merged((interval.start, interval.end) for interval in intervals)


def earliest(lanes: Lanes, start: int, duration: int, last_end: int, grid: int) -> int | None:
    """The first start on the grid, from `start` on, at which all lanes are free for `duration`, with an end by `last_end`."""
    if len(lanes) == 1:
        timeline, units = lanes[0]
        return timeline.earliest(start, duration, units, last_end)
    begin = start + -start % grid
    while begin + duration <= last_end:
        agreed = begin
        for timeline, units in lanes:
            found = timeline.earliest(agreed, duration, units, last_end)
            if found is None:
                return None
            agreed = found
        if agreed == begin:
            return begin
        begin = agreed
    return None


def latest(lanes: Lanes, start: int, duration: int, first_start: int, grid: int) -> int | None:
    """The last start on the grid, at or before `start` and from `first_start` on, at which all lanes are free."""
    begin = start - start % grid
    while begin >= first_start:
        agreed = begin
        for timeline, units in lanes:
            found = timeline.latest(agreed, duration, units, first_start)
            if found is None:
                return None
            agreed = found
        if agreed == begin:
            return begin
        begin = agreed
    return None


def fits(lanes: Lanes, start: int, end: int) -> bool:
    """Whether all lanes are free during `[start, end)`."""
    return all(timeline.fits(start, end, units) for timeline, units in lanes)
