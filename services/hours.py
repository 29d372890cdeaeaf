"""A person's hours as the kernel's values: named sets, weeks that take turns, dates that differ.

It reads and translates; the forms are `services.settings`' business, the arithmetic is `planning.hours`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from db import AsyncSession
from models import HourException, HourRange, HourSet
from planning.hours import HourRange as KernelRange
from planning.hours import MinuteRange, Span, WeeklyHours, working_intervals
from repositories.hours import HourRepository

MINUTES_A_DAY = 1440
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class NamedHours:
    """A set of hours by its name."""

    id: int
    name: str
    weekly: WeeklyHours

    @property
    def daily_minutes(self) -> float:
        """Working minutes of a day, on average over the cycle."""
        total = sum((r.end_minute - r.start_minute) % MINUTES_A_DAY or MINUTES_A_DAY for r in self.weekly.ranges)
        return total / (DAYS_A_WEEK * self.weekly.cycle_weeks)

    @property
    def longest_minutes(self) -> int:
        """The longest stretch of a usual day."""
        lengths = ((r.end_minute - r.start_minute) % MINUTES_A_DAY or MINUTES_A_DAY for r in self.weekly.ranges)
        return max(lengths, default=0)


async def load(session: AsyncSession, user_id: int, since: datetime, until: datetime | None = None) -> tuple[NamedHours, ...]:
    """All sets of a person, the usual one first, with what differs on the dates around `since` to `until` (None: for ever)."""
    repository = HourRepository(session)
    last = until.date() + timedelta(days=1) if until else None
    exceptions = await repository.list_exceptions(user_id, since.date() - timedelta(days=2), last)
    return tuple(_named(item, ranges, exceptions) for item, ranges in await repository.list_with_ranges(user_id))


def spans(hours: Sequence[NamedHours], zone: str, start: datetime, end: datetime) -> tuple[Span, ...]:
    """When work is possible in any of the sets within `[start, end)`, as sorted and disjoint instants."""
    found = sorted(span for item in hours for span in working_intervals(item.weekly, ZoneInfo(zone), start, end))
    merged: list[Span] = []
    for low, high in found:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def clipped(found: Iterable[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """What of sorted spans lies within `[start, end)`."""
    return tuple((max(low, start), min(high, end)) for low, high in found if low < end and start < high)


def covered_minutes(low: datetime, high: datetime, taken: Iterable[Span]) -> int:
    """Whole minutes of `[low, high)` that lie under at least one span."""
    covered, reached = 0, low
    for start, end in sorted(taken):
        first, last = max(start, reached, low), min(end, high)
        covered += max(0, int((last - first).total_seconds() // 60))
        reached = max(reached, end)
    return covered


def _named(item: HourSet, ranges: Sequence[HourRange], exceptions: Sequence[HourException]) -> NamedHours:
    own = _by_date(row for row in exceptions if row.hour_set_id == item.id)
    shared = _by_date(row for row in exceptions if row.hour_set_id is None)
    weekly = WeeklyHours(
        ranges=tuple(KernelRange(r.weekday, r.start_minute, r.end_minute, r.week) for r in ranges if r.week < item.cycle_weeks),
        exceptions=shared | own,
        cycle_weeks=item.cycle_weeks,
        cycle_from=item.cycle_from_on or date(2024, 1, 1),
    )
    return NamedHours(item.id, item.name, weekly)


def _by_date(rows: Iterable[HourException]) -> dict[date, tuple[MinuteRange, ...]]:
    """Each date's stretches; none for a day off."""
    found: dict[date, tuple[MinuteRange, ...]] = {}
    for row in rows:
        stretches = found.setdefault(row.falls_on, ())
        if row.start_minute is not None and row.end_minute is not None:
            found[row.falls_on] = (*stretches, (row.start_minute, row.end_minute))
    return found
