"""When a person's time is taken: events, and what they accepted that comes back every week, in their local wall time.

It reads and translates; what may be accepted is `services.context`' business, where work goes is the kernel's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from assistant.context import DAYS, Day, KindTime, Routine
from db import AsyncSession
from planning.hours import HourRange, Span, WeeklyHours, working_intervals
from repositories.events import EventRepository


@dataclass(frozen=True, slots=True)
class TakenTime:
    """A time at which nothing may be planned: an event, or one occurrence of a routine."""

    kind: Literal["event", "routine"]
    id: int
    title: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The events of a stretch of time, and what holds in every week."""

    events: tuple[TakenTime, ...] = ()
    routines: tuple[tuple[int, Routine], ...] = ()
    kind_times: tuple[KindTime, ...] = ()

    def routine_times(self, zone: str, start_at: datetime, end_at: datetime) -> tuple[TakenTime, ...]:
        """The occurrences of the routines within `[start_at, end_at)`. On a day on which the clocks skip an hour or have one
        twice they are where the clocks say, as working hours are."""
        return tuple(
            TakenTime("routine", routine_id, routine.title, low, high)
            for routine_id, routine in self.routines
            for low, high in _spans(routine, zone, start_at, end_at)
        )

    def between(self, zone: str, start_at: datetime, end_at: datetime) -> tuple[TakenTime, ...]:
        """Events and routines together, by start."""
        found = (*self.events, *self.routine_times(zone, start_at, end_at))
        return tuple(sorted(found, key=lambda item: (item.start_at, item.end_at, item.kind, item.id)))


async def load(session: AsyncSession, user_id: int, start_at: datetime, end_at: datetime) -> Taken:
    """All that takes a person's time within `[start_at, end_at)`: one statement."""
    rows = await EventRepository(session).list_taken(user_id, start_at, end_at)
    events = (TakenTime("event", row.id, row.title, row.start_at, row.end_at) for row in rows if row.kind == "event")
    return Taken(
        events=tuple(sorted(events, key=lambda item: (item.start_at, item.id))),
        routines=tuple((row.id, Routine.model_validate(row.value)) for row in rows if row.kind == "routine"),
        kind_times=tuple(KindTime.model_validate(row.value) for row in rows if row.kind == "window"),
    )


def weekly_of(days: Sequence[Day], start_minute: int, end_minute: int) -> WeeklyHours:
    """A time of the day on some days of the week, as the kernel's hours."""
    return WeeklyHours(tuple(HourRange(DAYS.index(day), start_minute, end_minute) for day in days))


def _spans(routine: Routine, zone: str, start_at: datetime, end_at: datetime) -> tuple[Span, ...]:
    return working_intervals(weekly_of(routine.days, routine.start, routine.end), ZoneInfo(zone), start_at, end_at)
