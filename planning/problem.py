"""The planning problem and its answer, as frozen values: what is to be placed, where it may go, and where it went.

Every time is an integer number of minutes since `Problem.origin` (for a person: a UTC instant on the grid; for a textbook
instance: any). Intervals are half-open, `[start, end)`. This module decides nothing; it only refuses what has no meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_WEIGHT = 10.0

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


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named set of times in which work is allowed ("Work"); intervals are sorted and do not touch or overlap."""

    name: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that nothing may be planned over, with the words that a person knows it by ("Standup")."""

    interval: Interval
    label: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A person (capacity 1), a team or a machine. `calendar` names its working times; None means always.

    `max_stretch` minutes of work without a pause ask for `break_minutes` of rest (0: no such rule).
    """

    id: str
    capacity: int = 1
    calendar: str | None = None
    busy: tuple[Busy, ...] = ()
    max_stretch: int = 0
    break_minutes: int = 0


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


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work of `duration` minutes.

    `release` is the earliest start and `deadline` the latest end: a hard one is a constraint, a soft one costs lateness.
    `weight` is the priority, 0 to 10. `calendar` is a further calendar that the job must respect beside those of its
    resources, `allowed` (None: anywhere) its own hard windows, `preferred` the windows that suit it and
    `suggested_start` the slot that the assistant would pick; the last two are wishes.
    A job is one block unless `max_chunk` is set: then chunks of `min_chunk` to `max_chunk` minutes, at most
    `max_per_day` minutes of them in a day. `buffer_after` minutes after each block stay free.
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


@dataclass(frozen=True, slots=True, order=True)
class Placement:
    """One block: the minutes `[start, end)` given to a job. A job has one, or several when it is split."""

    job_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A block that must stay where it is, and why: pinned by the person, inside the frozen near future, or running now.

    A fixed block is the person's word: it may lie outside working hours or over a busy time. Everything else goes around it.
    A job with fixed blocks is wholly placed by them.
    """

    placement: Placement
    kind: FixedKind


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan depends on. Times before 0 are past; nothing is planned before `now` (>= 0) or after `horizon`.

    `day_starts` are the local midnights within the horizon (days of 23 and 25 hours included), `current` the blocks of the
    plan that stands now: leaving one costs a little, more the sooner it is. Raises ProblemError when it has no meaning.
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
