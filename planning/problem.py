"""The planning problem and its answer, as frozen values: what is to be placed, where it may go, and where it went.

Every time is an integer number of minutes since `Problem.origin` (for a person: a UTC instant on the grid; for a textbook
instance: any). Intervals are half-open, `[start, end)`. This module decides nothing; it only refuses what has no meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from planning.graph import find_circle

MAX_WEIGHT = 10.0
MAX_HORIZON = 527_040  # minutes in 366 days: it keeps one term of the objective from growing past the next
MAX_MINUTE = 10**12  # further away than any instant that a datetime can hold, near enough for the solver's 64 bits

FixedKind = Literal["pinned", "frozen", "running"]
UnplacedCode = Literal["no_room", "hard_deadline", "no_window", "predecessor", "successor_fixed", "too_long"]
PlanStatus = Literal["draft", "best_found", "optimal"]
Engine = Literal["draft", "search", "cp-sat"]


class ProblemError(ValueError):
    """A problem that has no meaning; the message is one sentence that names the job and the rule."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Minutes `[start, end)`; `end > start`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ProblemError(f"An interval must end after it starts, not {self.start} to {self.end}.")
        _refuse_far("An interval", self.start, self.end)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named set of times in which work is allowed ("Work"); intervals are sorted and do not touch or overlap."""

    name: str
    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        if any(later.start <= earlier.end for earlier, later in pairwise(self.intervals)):
            raise ProblemError(f"The intervals of calendar {self.name!r} must be sorted, and apart from each other.")


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that nothing may be planned over, with the words that a person knows it by ("Standup")."""

    interval: Interval
    label: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A person (capacity 1), a team or a machine. `calendar` names its working times; None means always.

    `max_stretch` minutes of work without a pause ask for `break_minutes` of rest (0: no such rule). Both are carried along,
    but no plan honours them yet.
    """

    id: str
    capacity: int = 1
    calendar: str | None = None
    busy: tuple[Busy, ...] = ()
    max_stretch: int = 0
    break_minutes: int = 0

    def __post_init__(self) -> None:
        if self.capacity < 1 or self.max_stretch < 0 or self.break_minutes < 0:
            raise ProblemError(f"Resource {self.id!r} needs a capacity of at least 1, and no negative stretch or break.")


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of a resource that a job holds while it runs."""

    resource_id: str
    units: int = 1


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The job may start `lag` minutes after the end of `job_id`."""

    job_id: str
    lag: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.lag <= MAX_MINUTE:
            raise ProblemError(f"Waiting for job {self.job_id!r} needs a lag of 0 to {MAX_MINUTE} minutes, not {self.lag}.")


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work of `duration` minutes.

    `release` is the earliest start and `deadline` the latest end: a hard one is a constraint, a soft one costs lateness.
    `weight` is the priority, 0 to 10. `calendar` is a further calendar that the job must respect beside those of its
    resources, `allowed` (None: anywhere) its own hard windows, `preferred` the windows that suit it and
    `suggested_start` the slot that the assistant would pick; the last two are wishes.
    `min_chunk`, `max_chunk`, `max_per_day` and `buffer_after` (minutes) say how a job may be split and what stays free after
    it. They are checked for sense and carried along, but no plan honours them yet: a job is planned as one block.
    """

    id: str
    duration: int
    name: str = ""
    release: int = 0
    deadline: int | None = None
    deadline_is_hard: bool = False
    weight: float = 5.0
    demands: tuple[Demand, ...] = ()
    calendar: str | None = None
    allowed: tuple[Interval, ...] | None = None
    preferred: tuple[Interval, ...] = ()
    suggested_start: int | None = None
    predecessors: tuple[Predecessor, ...] = ()
    min_chunk: int | None = None
    max_chunk: int | None = None
    max_per_day: int | None = None
    buffer_after: int = 0

    def __post_init__(self) -> None:
        if self.duration <= 0:
            raise ProblemError(f"Job {self.id!r} needs a duration above 0 minutes, not {self.duration}.")
        _refuse_far(f"Job {self.id!r}", self.duration, self.release, self.deadline, self.suggested_start)
        if not 0 <= self.weight <= MAX_WEIGHT:  # also refuses NaN
            raise ProblemError(f"Job {self.id!r} needs a weight from 0 to {MAX_WEIGHT:g}, not {self.weight}.")
        limits = (self.min_chunk, self.max_chunk, self.max_per_day)
        if self.buffer_after < 0 or any(limit is not None and limit < 1 for limit in limits):
            raise ProblemError(f"Job {self.id!r} has a negative buffer or a chunk limit below 1 minute.")
        if self.min_chunk is not None and self.max_chunk is not None and self.min_chunk > self.max_chunk:
            raise ProblemError(f"Job {self.id!r} has a smallest chunk above its largest.")


@dataclass(frozen=True, slots=True, order=True)
class Placement:
    """One block: the minutes `[start, end)` given to a job. A job has one, or several when it is split."""

    job_id: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ProblemError(f"A block of job {self.job_id!r} must end after it starts, not {self.start} to {self.end}.")
        _refuse_far(f"A block of job {self.job_id!r}", self.start, self.end)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A block that must stay where it is, and why: pinned by the person, inside the frozen near future, or running now.

    A fixed block is the person's word: it may lie outside working hours or over a busy time, begin before `now`, miss a
    release or a deadline. Everything else goes around it. A job with fixed blocks is wholly placed by them, whatever its
    duration, and two fixed jobs need not keep their order.
    """

    placement: Placement
    kind: FixedKind


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan depends on. Times before 0 are past; nothing is planned before `now` (>= 0) or after `horizon`.

    New blocks start at multiples of `grid`. `day_starts` are the local midnights within the horizon (days of 23 and 25 hours
    included), `current` the blocks of the plan that stands now: leaving one costs a little, more the sooner it is. A job that
    is to be looked at anew is left out of `current`. Raises ProblemError, in one sentence, when it has no meaning.
    """

    jobs: tuple[Job, ...]
    resources: tuple[Resource, ...]
    horizon: int
    now: int = 0
    grid: int = 5
    calendars: tuple[Calendar, ...] = ()
    day_starts: tuple[int, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    current: tuple[Placement, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_frame()
        self._check_names()
        self._check_jobs()
        if circle := find_circle({job.id: [before.job_id for before in job.predecessors] for job in self.jobs}):
            raise ProblemError(f"Job {circle[0]!r} waits for itself: {' after '.join([*circle[:20], circle[0]])}.")
        self._check_fixed()

    def _check_frame(self) -> None:
        if self.now < 0 or self.grid < 1:
            raise ProblemError(f"A problem needs now >= 0 and a grid of at least 1 minute, not {self.now} and {self.grid}.")
        if not self.now < self.horizon <= MAX_HORIZON:
            raise ProblemError(f"The horizon must lie after now ({self.now}) and within {MAX_HORIZON}, not at {self.horizon}.")
        if any(later <= earlier for earlier, later in pairwise(self.day_starts)):
            raise ProblemError("The starts of days must be sorted, each once.")

    def _check_names(self) -> None:
        _refuse_twins("calendar", (calendar.name for calendar in self.calendars))
        _refuse_twins("resource", (resource.id for resource in self.resources))
        _refuse_twins("job", (job.id for job in self.jobs))
        calendars = {None, *(calendar.name for calendar in self.calendars)}
        owners: tuple[Job | Resource, ...] = (*self.resources, *self.jobs)
        for owner in owners:
            if owner.calendar not in calendars:
                raise ProblemError(f"{type(owner).__name__} {owner.id!r} has an unknown calendar, {owner.calendar!r}.")

    def _check_jobs(self) -> None:
        known = {job.id for job in self.jobs}
        capacity = {resource.id: resource.capacity for resource in self.resources}
        for job in self.jobs:
            for demand in job.demands:
                most = capacity.get(demand.resource_id)
                if most is None:
                    raise ProblemError(f"Job {job.id!r} asks for an unknown resource, {demand.resource_id!r}.")
                if not 1 <= demand.units <= most:
                    raise ProblemError(f"Job {job.id!r} may ask for 1 to {most} of {demand.resource_id!r}, not {demand.units}.")
            _refuse_twins(f"resource of job {job.id!r}", (demand.resource_id for demand in job.demands))
            for predecessor in job.predecessors:
                if predecessor.job_id not in known:
                    raise ProblemError(f"Job {job.id!r} waits for an unknown job, {predecessor.job_id!r}.")
            _refuse_twins(f"predecessor of job {job.id!r}", (predecessor.job_id for predecessor in job.predecessors))

    def _check_fixed(self) -> None:
        jobs = {job.id: job for job in self.jobs}
        for placement in (*(entry.placement for entry in self.fixed), *self.current):
            if placement.job_id not in jobs:
                raise ProblemError(f"A fixed or current block belongs to an unknown job, {placement.job_id!r}.")
        steps: dict[str, list[tuple[int, int, str]]] = {resource.id: [] for resource in self.resources}
        for block in (entry.placement for entry in self.fixed):
            for demand in jobs[block.job_id].demands:
                held_by, units = steps[demand.resource_id], demand.units
                held_by += [(block.start, units, block.job_id), (block.end, -units, block.job_id)]
        for resource in self.resources:
            held = 0
            for _, units, job_id in sorted(steps[resource.id]):  # at one instant ends (negative) sort before starts
                held += units
                if held > resource.capacity:
                    raise ProblemError(f"A fixed block of job {job_id!r} overlaps others beyond what {resource.id!r} can hold.")


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A job that the plan leaves out, why (a code), and the job that it waits for where that is the reason."""

    job_id: str
    code: UnplacedCode
    because_of: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs, term by term, in points (lower is better); `total` orders plans. Weights: `planning.objective`."""

    unplaced: int = 0
    tardiness: int = 0
    preference: int = 0
    earliness: int = 0
    spread: int = 0
    moves: int = 0

    @property
    def total(self) -> int:
        return self.unplaced + self.tardiness + self.preference + self.earliness + self.spread + self.moves


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer to a problem: each job is placed, or listed as unplaced with its reason."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...] = ()
    cost: Cost = Cost()
    status: PlanStatus = "draft"
    engine: Engine = "draft"


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"There are two of {what} {name!r}: each may be named once.")
        seen.add(name)


def _refuse_far(what: str, *minutes: int | None) -> None:
    if any(minute is not None and abs(minute) > MAX_MINUTE for minute in minutes):
        raise ProblemError(f"{what} has a time further than {MAX_MINUTE} minutes away.")
