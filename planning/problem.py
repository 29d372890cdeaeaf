"""The planning problem and its answer, as frozen values: what is to be placed, where it may go, and where it went.

Every time is an integer number of minutes since `Problem.origin` (for a person: a UTC instant on the grid; for a textbook
instance: any). Intervals are half-open, `[start, end)`. This module decides nothing; it only refuses what has no meaning.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Literal

from planning.graph import find_circle
from planning.jobs import (
    MAX_HORIZON,
    MAX_MINUTE,
    MAX_WEIGHT,
    Allowance,
    Budget,
    Busy,
    Calendar,
    Demand,
    Fixed,
    FixedKind,
    Interval,
    Job,
    Placement,
    Predecessor,
    ProblemError,
    Resource,
)
from planning.taste import NORMAL, Emphasis, Taste

__all__ = [
    "MAX_HORIZON",
    "MAX_MINUTE",
    "MAX_WEIGHT",
    "Allowance",
    "Budget",
    "Busy",
    "Calendar",
    "Cost",
    "Demand",
    "Emphasis",
    "Engine",
    "Fixed",
    "FixedKind",
    "Interval",
    "Job",
    "Objective",
    "Placement",
    "Plan",
    "PlanStatus",
    "Predecessor",
    "Problem",
    "ProblemError",
    "Resource",
    "Taste",
    "Unplaced",
    "UnplacedCode",
    "unfixed_minutes",
]

MINUTES_PER_DAY = 1440
MOST_BLOCKS = 15_000
"""Blocks that all jobs together may need at least: a second of list scheduling, and no calendar of a person."""

Objective = Literal["person", "makespan"]
UnplacedCode = Literal["no_room", "hard_deadline", "no_window", "predecessor", "successor_fixed", "too_long", "budget"]
PlanStatus = Literal["draft", "best_found", "optimal"]
Engine = Literal["draft", "search", "cp-sat"]


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan depends on. Times before 0 are past; nothing is planned before `now` (>= 0) or after `horizon`.

    New blocks start at multiples of `grid`. `day_starts` are the local midnights within the horizon (days of 23 and 25 hours
    included), `current` the blocks of the plan that stands now: leaving one costs a little, more the sooner it is. A job that
    is to be looked at anew is left out of `current`. `objective` says what a good plan is: a person's (`planning.objective`),
    or the shortest project ("makespan"); `taste` which of the person's wishes count more or less than usual. Raises
    ProblemError, in one sentence, when it has no meaning.
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
    objective: Objective = "person"
    budgets: tuple[Budget, ...] = ()
    taste: Taste = NORMAL

    def __post_init__(self) -> None:
        self._check_frame()
        self._check_names()
        self._check_jobs()
        if circle := find_circle({job.id: [before.job_id for before in job.predecessors] for job in self.jobs}):
            raise ProblemError(f"Job {circle[0]!r} waits for itself: {' after '.join([*circle[:20], circle[0]])}.")
        self._check_fixed()

    @property
    def fewest_blocks(self) -> int:
        """The least number of blocks that can hold all jobs: how large the problem is."""
        return sum(job.fewest_blocks for job in self.jobs)

    def pins(self) -> dict[str, list[Placement]]:
        """The fixed blocks of each job that has any, by its id."""
        found: dict[str, list[Placement]] = {}
        for entry in self.fixed:
            found.setdefault(entry.placement.job_id, []).append(entry.placement)
        return found

    def day_of(self, minute: int) -> int:
        """The number of the day that a minute belongs to; without `day_starts`, days are multiples of 1440 minutes."""
        return bisect_right(self.day_starts, minute) if self.day_starts else minute // MINUTES_PER_DAY

    def next_day(self, minute: int) -> int:
        """The first minute of the day after the one that a minute belongs to (MAX_MINUTE after the last known)."""
        if not self.day_starts:
            return (minute // MINUTES_PER_DAY + 1) * MINUTES_PER_DAY
        later = bisect_right(self.day_starts, minute)
        return self.day_starts[later] if later < len(self.day_starts) else MAX_MINUTE

    def _check_frame(self) -> None:
        if not (self.now >= 0 and 1 <= self.grid <= MAX_HORIZON):
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
        if self.fewest_blocks > MOST_BLOCKS:
            first = max(self.jobs, key=lambda job: job.fewest_blocks)
            needed = f"The jobs need {self.fewest_blocks} blocks, job {first.id!r} the most"
            raise ProblemError(f"{needed}; {MOST_BLOCKS} can be planned.")
        _refuse_twins("budget", (budget.name for budget in self.budgets))
        for budget in self.budgets:
            _refuse_twins(f"job of budget {budget.name!r}", budget.job_ids)
            if unknown := [job_id for job_id in budget.job_ids if job_id not in known]:
                raise ProblemError(f"Budget {budget.name!r} is about an unknown job, {unknown[0]!r}.")

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
    cuts: int = 0
    makespan: int = 0

    @property
    def total(self) -> int:
        person = self.tardiness + self.preference + self.earliness + self.spread + self.moves + self.cuts
        return self.unplaced + person + self.makespan

    def __sub__(self, other: Cost) -> Cost:
        """The difference, term by term; a term that has shrunk is negative."""
        return Cost(*(own - its for own, its in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer to a problem: each job is placed, or listed as unplaced with its reason (next to its fixed blocks, if any)."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...] = ()
    cost: Cost = Cost()
    status: PlanStatus = "draft"
    engine: Engine = "draft"


def unfixed_minutes(job: Job, pins: Iterable[Placement]) -> int:
    """The minutes of a job that its fixed blocks leave to be planned: only a job that may be split has any beside them."""
    lengths = [block.end - block.start for block in pins]
    if not lengths:
        return job.duration
    return max(0, job.duration - sum(lengths)) if job.is_split else 0


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"There are two of {what} {name!r}: each may be named once.")
        seen.add(name)
