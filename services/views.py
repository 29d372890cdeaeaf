"""What the pages show, as frozen and light values: the templates' whole vocabulary. Instants are aware; `zone` is an IANA name.

Nothing here reads or decides; the services fill these in and the templates only lay them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from repositories import task_rows
from services.away import Missed

Status = Literal["open", "active", "completed", "cancelled"]
Source = Literal["provisional", "planner", "user"]
Actor = Literal["person", "planner", "assistant"]
GroupKey: TypeAlias = task_rows.GroupKey


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of the list. `start_at` to `end_at` is its first block that is not over (None: unplaced), of `block_count`;
    `is_short`: they do not hold all of it. `tracked_minutes` was really worked;
    `repeats` says how it does, where it does."""

    id: int
    title: str
    status: Status
    duration_minutes: int
    priority: float | None = None
    importance: int | None = None
    deadline_at: datetime | None = None
    deadline_is_hard: bool = False
    start_at: datetime | None = None
    end_at: datetime | None = None
    source: Source | None = None
    pinned: bool = False
    reason: str = ""
    late_minutes: int = 0
    tracked_minutes: int = 0
    completed_at: datetime | None = None
    block_count: int = 0
    is_short: bool = False
    project: str | None = None
    labels: tuple[str, ...] = ()
    parent_id: int | None = None
    parent_title: str = ""
    parts_total: int = 0
    parts_done: int = 0
    repeats: str = ""

    @property
    def is_frame(self) -> bool:
        """It has parts: `start_at` to `end_at` is the next block among theirs."""
        return self.parts_total > 0

    @property
    def is_at_risk(self) -> bool:
        """Late by the plan, or with no place in it for all of it."""
        is_missing = self.start_at is None or self.is_short
        return self.late_minutes > 0 or (self.status == "open" and not self.is_frame and is_missing)


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """A part of the list: its first rows, and how many there are in all."""

    key: GroupKey
    label: str
    rows: tuple[TaskRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """A block, an event, a routine or worked time on the timeline: grid lines `from_row` to `to_row` (5 minutes a row, the
    first is 1), and its column `lane` (from 1) of `lanes` where items overlap."""

    kind: Literal["task", "event", "routine"]
    id: int
    title: str
    start_at: datetime
    end_at: datetime
    from_row: int
    to_row: int
    lane: int = 1
    lanes: int = 1
    status: Status = "open"
    source: Source | None = None
    pinned: bool = False
    priority: float | None = None
    reason: str = ""
    late_minutes: int = 0

    @property
    def is_live(self) -> bool:
        """Still to be done."""
        return self.status in {"open", "active"}


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of working hours behind the timeline, in grid lines."""

    from_row: int
    to_row: int


@dataclass(frozen=True, slots=True)
class HourMark:
    """A full hour on the timeline: its grid line and its instant."""

    row: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """One local day from `start_at` to `end_at` in `rows` rows of 5 minutes.

    `planned_minutes` are given to tasks still to be done, of the `capacity_minutes` that hours and events leave for them.
    """

    day: date
    start_at: datetime
    end_at: datetime
    rows: int
    items: tuple[TimelineItem, ...]
    shades: tuple[Shade, ...]
    marks: tuple[HourMark, ...]
    now_row: int | None
    planned_minutes: int
    capacity_minutes: int


@dataclass(frozen=True, slots=True)
class DayLoad:
    """How full a local day is: see `Timeline`."""

    day: date
    planned_minutes: int
    capacity_minutes: int


@dataclass(frozen=True, slots=True)
class Running:
    """The task that runs now, since when, and how many whole minutes were worked on it before this stretch."""

    task: TaskRow
    started_at: datetime
    earlier_minutes: int = 0


@dataclass(frozen=True, slots=True)
class PlannerStatus:
    """What the planner is doing, in one word and one sentence (empty when there is nothing to say)."""

    state: Literal["idle", "waiting", "planning", "failed"]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The page Today. `week` are seven days from today on, or from `day` where that is none of them; `risks` are the first of
    the `at_risk` tasks, `last_run` is what the planner changed last, in words, and `missed` what was not started while the
    person was away."""

    day: date
    today: date
    now: datetime
    zone: str
    running: Running | None
    groups: tuple[TaskGroup, ...]
    timeline: Timeline
    week: tuple[DayLoad, ...]
    planner: PlannerStatus
    risks: tuple[TaskRow, ...]
    at_risk: int
    open_total: int
    last_run: str | None
    missed: Missed | None


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select."""

    value: str
    label: str
    is_selected: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """What the macro of a select takes."""
        return self.value, self.label


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a task's history: when, who (person, planner, assistant) and what, in words."""

    at: datetime
    actor: Actor
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of worked time; `ended_at` None while it runs."""

    started_at: datetime
    ended_at: datetime | None
    minutes: int


@dataclass(frozen=True, slots=True)
class TaskBlock:
    """One block of a task, and whether it is pinned."""

    id: int
    start_at: datetime
    end_at: datetime
    source: Source
    pinned: bool


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How a task repeats, in words ("every Monday at 09:00"), and the next occurrences after it that are not of a past day:
    none when the series is over. `is_timed`: their time of day is fixed."""

    words: str
    upcoming: tuple[datetime, ...]
    is_timed: bool
    is_ended: bool


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """All that the task dialog shows beside its form. `is_split`: its blocks are pinned one by one."""

    row: TaskRow
    parts: tuple[TaskRow, ...]
    blocks: tuple[TaskBlock, ...]
    is_split: bool
    parts_in_order: bool
    version: int
    created_at: datetime
    priority_reason: str
    advice_reason: str
    advice_source: str
    waits_for: tuple[Choice, ...]
    entries: tuple[Entry, ...]
    history: tuple[Change, ...]
    calls: int
    recurrence: Recurrence | None


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A completed task: planned against worked minutes (worked None: never tracked)."""

    id: int
    title: str
    completed_at: datetime
    planned_minutes: int
    actual_minutes: int | None
    priority: float | None


@dataclass(frozen=True, slots=True)
class DoneDay:
    """The completed tasks of one local day."""

    day: date
    rows: tuple[DoneRow, ...]
    planned_minutes: int
    actual_minutes: int
