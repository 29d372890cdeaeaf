"""A person's rows in the kernel's minutes, one by one: the frame, working hours, busy times and jobs.

It translates; what is fixed and how far ahead to look is `services.snapshot`'s, where things go is the kernel's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.advice import Advice, Window
from models import Event, HourRange, Task, TimeEntry
from planning.hours import HourRange as KernelRange
from planning.hours import WeeklyHours, working_intervals
from planning.problem import Busy, Calendar, Demand, Interval, Job, Predecessor

GRID_MINUTES = 5
LEAST_REMAINING_MINUTES = 5
DEFAULT_WEIGHT = 5.0
FARTHEST_ADVISED_DAYS = 7
"""An advised earliest start further away is not obeyed: every plan reaches at least another week beyond it."""
PERSON = "person"
CALENDAR = "Work"


@dataclass(frozen=True, slots=True)
class Frame:
    """Minutes of the problem <-> instants. `origin` lies on the grid, at or before now."""

    origin: datetime

    def minute_before(self, at: datetime) -> int:
        """Whole minutes from the origin, rounded down."""
        return int((at - self.origin).total_seconds() // 60)

    def minute_after(self, at: datetime) -> int:
        """Whole minutes from the origin, rounded up."""
        return -int(-(at - self.origin).total_seconds() // 60)

    def step_after(self, at: datetime) -> int:
        """The first minute on the grid at or after an instant."""
        return -(-self.minute_after(at) // GRID_MINUTES) * GRID_MINUTES

    def instant(self, minute: int) -> datetime:
        return self.origin + timedelta(minutes=minute)


def frame_at(now: datetime) -> Frame:
    """The frame of a run: its origin is `now` cut to the grid."""
    cut = now.replace(second=0, microsecond=0)
    return Frame(cut - timedelta(minutes=cut.minute % GRID_MINUTES))


def remaining_minutes(task: Task, entries: Iterable[TimeEntry]) -> int:
    """What is left of the task's duration after its ended entries, on the grid, at least one step of it."""
    worked = sum(
        int((entry.ended_at - entry.started_at).total_seconds() // 60) for entry in entries if entry.ended_at is not None
    )
    left = max(task.duration_minutes - worked, LEAST_REMAINING_MINUTES)
    return -(-left // GRID_MINUTES) * GRID_MINUTES


def working_spans(
    ranges: Sequence[HourRange], zone: str, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """A person's working time within `[start, end)` as disjoint instants."""
    hours = WeeklyHours(tuple(KernelRange(r.weekday, r.start_minute, r.end_minute) for r in ranges))
    return working_intervals(hours, ZoneInfo(zone), start, end)


def calendar(ranges: Sequence[HourRange], zone: str, frame: Frame, end: datetime) -> Calendar:
    """The person's working hours from the origin to `end`."""
    spans = working_spans(ranges, zone, frame.origin, end)
    minutes = ((frame.minute_after(low), frame.minute_before(high)) for low, high in spans)
    return Calendar(CALENDAR, tuple(Interval(low, high) for low, high in minutes if low < high))


def busy(events: Iterable[Event], frame: Frame) -> tuple[Busy, ...]:
    """The person's events, cut to whole minutes outwards."""
    return tuple(
        Busy(Interval(frame.minute_before(event.start_at), frame.minute_after(event.end_at)), event.title) for event in events
    )


def job(task: Task, left_minutes: int, frame: Frame, waits_for: Iterable[int] = ()) -> Job:
    """The task as a job. What the person said binds; what the assistant advised is a wish, or fills in what was not said."""
    advice = Advice.model_validate(task.advice) if task.advice else Advice(task_id=task.id)
    deadline = task.deadline_at or advice.deadline_at
    earliest = task.earliest_at or _advised_start(advice, deadline, left_minutes, frame)
    return Job(
        id=str(task.id),
        name=task.title,
        duration=left_minutes,
        release=max(0, frame.minute_after(earliest)) if earliest else 0,
        deadline=frame.minute_before(deadline) if deadline else None,
        deadline_is_hard=task.deadline_is_hard and task.deadline_at is not None,
        weight=task.priority if task.priority is not None else DEFAULT_WEIGHT,
        demands=(Demand(PERSON),),
        preferred=_intervals(advice.preferred, frame),
        suggested_start=frame.minute_before(advice.suggested_start) if advice.suggested_start else None,
        predecessors=tuple(Predecessor(str(other)) for other in waits_for),
    )


def _advised_start(advice: Advice, deadline: datetime | None, left_minutes: int, frame: Frame) -> datetime | None:
    """The advised earliest start, unless it could cost the task its place: advice never does that."""
    earliest = advice.earliest_at
    if earliest is None or earliest > frame.origin + timedelta(days=FARTHEST_ADVISED_DAYS):
        return None
    is_too_late = deadline is not None and earliest + timedelta(minutes=left_minutes) > deadline
    return None if is_too_late else earliest


def _intervals(windows: Iterable[Window], frame: Frame) -> tuple[Interval, ...]:
    minutes = ((frame.minute_after(window.start), frame.minute_before(window.end)) for window in windows)
    return tuple(Interval(low, high) for low, high in minutes if low < high)
