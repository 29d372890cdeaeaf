"""What there is to plan and to plan it with, piece by piece: intervals, calendars, resources, jobs and their blocks.

Every value refuses what has no meaning by itself; what only the whole can refuse is `planning.problem`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

MAX_WEIGHT = 10.0
MAX_HORIZON = 527_040  # minutes in 366 days: it keeps one term of the objective from growing past the next
MAX_BLOCKS = 1_000  # of one job
MAX_MINUTE = 10**12  # further away than any instant that a datetime can hold, near enough for the solver's 64 bits

FixedKind = Literal["pinned", "frozen", "running"]


class ProblemError(ValueError):
    """A problem that has no meaning; the message is one sentence that names the job and the rule."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Minutes `[start, end)`; `end > start`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if -MAX_MINUTE <= self.start < self.end <= MAX_MINUTE:  # there may be millions
            return
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

    After a stretch of at most `max_stretch` minutes of work there are `break_minutes` without any (0: no such rule). A stretch
    is a run of blocks with less than `break_minutes` between them, from the start of its first to the end of its last. One
    block may be longer than `max_stretch` when there is a break on both sides of it. The rule is a person's: it needs a
    capacity of 1. What interrupts work, a busy time or a night, counts as rest: lunch is one too.
    """

    id: str
    capacity: int = 1
    calendar: str | None = None
    busy: tuple[Busy, ...] = ()
    max_stretch: int = 0
    break_minutes: int = 0

    def __post_init__(self) -> None:
        if not (
            1 <= self.capacity <= MAX_MINUTE and all(0 <= own <= MAX_MINUTE for own in (self.max_stretch, self.break_minutes))
        ):
            raise ProblemError(f"Resource {self.id!r} needs a capacity of at least 1, and no negative stretch or break.")
        if self.has_breaks and self.capacity > 1:
            raise ProblemError(f"Resource {self.id!r} takes breaks, which only a resource of capacity 1 can.")

    @property
    def has_breaks(self) -> bool:
        """Whether long stretches of work on it must be followed by a break."""
        return self.max_stretch > 0 and self.break_minutes > 0


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
    A job with any of `min_chunk`, `max_chunk` and `max_per_day` (minutes) may be split: into blocks of at least the first
    and at most the second (blocks that touch count as one), and no more than the third on any day; others are one block.
    During `buffer_after` minutes after each block its resources do nothing else and have no busy time, though the hours may
    be over.
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
        if not self.duration > 0:  # refuses NaN too, as the next do
            raise ProblemError(f"Job {self.id!r} needs a duration above 0 minutes, not {self.duration}.")
        _refuse_far(f"Job {self.id!r}", self.duration, self.release, self.deadline, self.suggested_start, self.buffer_after)
        if not 0 <= self.weight <= MAX_WEIGHT:
            raise ProblemError(f"Job {self.id!r} needs a weight from 0 to {MAX_WEIGHT:g}, not {self.weight}.")
        limits = (self.min_chunk, self.max_chunk, self.max_per_day)
        if not self.buffer_after >= 0 or any(limit is not None and not limit >= 1 for limit in limits):
            raise ProblemError(f"Job {self.id!r} has a negative buffer or a chunk limit below 1 minute.")
        if self.min_chunk is not None and self.max_chunk is not None and self.min_chunk > self.max_chunk:
            raise ProblemError(f"Job {self.id!r} has a smallest chunk above its largest.")
        if self.fewest_blocks > MAX_BLOCKS:
            raise ProblemError(f"Job {self.id!r} would need more than {MAX_BLOCKS} blocks.")

    @property
    def is_split(self) -> bool:
        """Whether it may be placed in several blocks."""
        return not (self.min_chunk is None and self.max_chunk is None and self.max_per_day is None)

    @property
    def fewest_blocks(self) -> int:
        """The least number of blocks that can hold it."""
        return -(-self.duration // self.chunk_bounds(self.duration)[1]) if self.is_split else 1

    def chunk_bounds(self, length: int) -> tuple[int, int]:
        """The shortest and the longest block when `length` minutes of it are to be placed.

        The shortest is `min_chunk`, or less where `length` could not be cut into such blocks otherwise: then the fewest
        blocks that can hold it, of equal size, decide. So what is left of a job can always be cut.
        """
        longest = min(limit for limit in (length, self.max_chunk, self.max_per_day) if limit is not None)
        fewest = -(-length // longest)
        return min(self.min_chunk or 1, length // fewest), longest


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
class Allowance:
    """The minutes that a budget allows in one interval (a week: those that are left of it, when some have been spent)."""

    interval: Interval
    minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.minutes <= MAX_MINUTE:
            raise ProblemError(f"An allowance needs 0 to {MAX_MINUTE} minutes, not {self.minutes}.")


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many minutes of some jobs together in each of some intervals (weeks), which are sorted and do not overlap.

    A block counts, whole, in the interval in which it starts, one over the border of two weeks in the first; in none, it is
    free. Fixed blocks count and may exceed the budget; then nothing more is planned there.
    """

    name: str
    job_ids: tuple[str, ...]
    allowances: tuple[Allowance, ...]

    def __post_init__(self) -> None:
        if any(later.interval.start < earlier.interval.end for earlier, later in pairwise(self.allowances)):
            raise ProblemError(f"The intervals of budget {self.name!r} must be sorted, and not overlap.")

    def among(self, known: Collection[str]) -> Budget:
        """The same for those of its jobs that are known."""
        return Budget(self.name, tuple(job_id for job_id in self.job_ids if job_id in known), self.allowances)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A block that must stay where it is, and why: pinned by the person, inside the frozen near future, or running now.

    A fixed block is the person's word: it may lie outside working hours or over a busy time, begin before `now`, miss a
    release or a deadline. Everything else goes around it. Of a job that may be split, fixed blocks cover as much as they are
    long, and the rest is planned; any other job with fixed blocks is wholly placed by them, whatever its duration. Two fixed
    jobs need not keep their order.
    """

    placement: Placement
    kind: FixedKind


def _refuse_far(what: str, *minutes: int | None) -> None:
    if any(minute is not None and not abs(minute) <= MAX_MINUTE for minute in minutes):
        raise ProblemError(f"{what} has a time further than {MAX_MINUTE} minutes away.")
