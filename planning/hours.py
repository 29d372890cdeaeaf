"""Weekly working hours with exceptions by date, turned into UTC intervals for any IANA zone, daylight saving included.

It reads no clock and knows no problem; it must not guess a zone, and a time that a clock skips is never worked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 24 * 60

MinuteRange: TypeAlias = tuple[int, int]
"""Minutes since local midnight, start and end; an end at or before the start lies on the next day."""

Span: TypeAlias = tuple[datetime, datetime]
"""Aware UTC instants, half-open."""


class HoursError(ValueError):
    """Hours without meaning; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class HourRange:
    """Working time on one day of the week (0: Monday), in minutes since local midnight.

    `end_minute` may be 1440; at or before `start_minute` it lies on the next day (22:00 to 06:00). `week` is the week of the
    cycle that it belongs to (from 0), where weeks take turns.
    """

    weekday: int
    start_minute: int
    end_minute: int
    week: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6 or self.week < 0:
            raise HoursError(f"A weekday is 0 (Monday) to 6 (Sunday) of a week from 0 on, not {self.weekday} of {self.week}.")
        _check_range((self.start_minute, self.end_minute))


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A week of working time, and the dates that differ: a date in `exceptions` has these ranges instead (none: a day off).

    With `cycle_weeks` above 1 so many weeks take turns; the first is the one that holds the date `cycle_from`.
    """

    ranges: tuple[HourRange, ...] = ()
    exceptions: Mapping[date, tuple[MinuteRange, ...]] = field(default_factory=dict)
    cycle_weeks: int = 1
    cycle_from: date = date(2024, 1, 1)

    def __post_init__(self) -> None:
        if self.cycle_weeks < 1 or any(r.week >= self.cycle_weeks for r in self.ranges):
            raise HoursError(f"A cycle of {self.cycle_weeks} weeks has no such week.")
        for ranges in self.exceptions.values():
            for minutes in ranges:
                _check_range(minutes)

    def on(self, day: date) -> tuple[MinuteRange, ...]:
        """The ranges that begin on a local date."""
        if day in self.exceptions:
            return self.exceptions[day]
        week, weekday = self.week_of(day), day.weekday()
        return tuple((r.start_minute, r.end_minute) for r in self.ranges if (r.week, r.weekday) == (week, weekday))

    def week_of(self, day: date) -> int:
        """Which week of the cycle a local date lies in, from 0."""
        first = self.cycle_from.toordinal() - self.cycle_from.weekday()
        return (day.toordinal() - first) // 7 % self.cycle_weeks


def working_intervals(hours: WeeklyHours, zone: ZoneInfo, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The working time within `[start, end)` (aware), as sorted, disjoint, merged UTC intervals.

    Ranges are wall-clock times: on a day of 23 hours a range that holds the skipped hour is an hour shorter, on a day of 25
    an hour longer; a range begins and ends when the clocks first reach its times.
    """
    spans = sorted(
        span
        for day in _local_days(zone, start, end, days_before=1)
        for minutes in hours.on(day)
        if (span := _clip(_span(day, minutes, zone), start, end)) is not None
    )
    return tuple(_merged(spans))


def local_midnights(zone: ZoneInfo, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) within `[start, end)` at which a local date begins, also where midnight itself is skipped."""
    midnights = (to_utc(day, 0, zone) for day in _local_days(zone, start, end))
    return tuple(sorted({midnight for midnight in midnights if start <= midnight < end}))


def to_utc(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The first instant at which the clocks of a zone reach `minute` minutes past the midnight of `day` (1440: the next day).

    A time that occurs twice means its first occurrence, a time that is skipped the instant of the skip.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 (a wall time, given its zone below)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first if first <= second else _transition(second, first, zone)  # PEP 495: in a gap fold=1 is the earlier


def _transition(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant in `(low, high]` at which the zone's offset changes, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _span(day: date, minutes: MinuteRange, zone: ZoneInfo) -> Span:
    start, end = minutes
    return to_utc(day, start, zone), to_utc(day, end if end > start else end + MINUTES_PER_DAY, zone)


def _local_days(zone: ZoneInfo, start: datetime, end: datetime, days_before: int = 0) -> Iterator[date]:
    day = start.astimezone(zone).date() - timedelta(days=days_before)
    last = end.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _clip(span: Span, start: datetime, end: datetime) -> Span | None:
    low, high = max(span[0], start.astimezone(UTC)), min(span[1], end.astimezone(UTC))
    return (low, high) if low < high else None


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Sorted spans, those that touch or overlap as one."""
    held: Span | None = None
    for span in spans:
        if held is not None and span[0] <= held[1]:
            held = (held[0], max(held[1], span[1]))
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def _check_range(minutes: MinuteRange) -> None:
    start, end = minutes
    if not (0 <= start < MINUTES_PER_DAY and 0 <= end <= MINUTES_PER_DAY):
        raise HoursError(f"A range of hours lies within 0 to {MINUTES_PER_DAY} minutes, not {start} to {end}.")
