"""Weekly hours in UTC: plain weeks, nights, exceptions, and every kind of clock change (G8 for the kernel)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planning.hours import HourRange, HoursError, WeeklyHours, local_midnights, to_utc, working_intervals
from tests.support.tries import tries

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",  # its winter is the daylight saving
    "America/New_York",
    "America/St_Johns",  # half-hour zone
    "Asia/Kolkata",
    "Asia/Kathmandu",  # quarter-hour zone
    "Australia/Lord_Howe",  # shifts by half an hour
    "Africa/Casablanca",  # a pause in Ramadan
    "Africa/Cairo",  # changed its rules in 2023, at midnight
    "America/Havana",  # midnight occurs twice
    "Asia/Beirut",  # midnight is skipped
    "Pacific/Apia",
    "America/Sao_Paulo",
)
EVERY_DAY = tuple(HourRange(weekday, 9 * 60, 17 * 60) for weekday in range(7))


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc,arg-type]


def minutes(spans: tuple[tuple[datetime, datetime], ...]) -> list[float]:
    return [(end - start).total_seconds() / 60 for start, end in spans]


class TestWeek:
    def test_plain(self) -> None:
        # Monday 2 March 2026, Berlin is one hour ahead
        hours = WeeklyHours((HourRange(0, 540, 720), HourRange(0, 780, 1020)))
        spans = working_intervals(hours, BERLIN, utc(2026, 3, 1), utc(2026, 3, 9))
        assert spans == (
            (utc(2026, 3, 2, 8), utc(2026, 3, 2, 11)),
            (utc(2026, 3, 2, 12), utc(2026, 3, 2, 16)),
        )

    def test_clipped(self) -> None:
        spans = working_intervals(WeeklyHours(EVERY_DAY), BERLIN, utc(2026, 3, 2, 10), utc(2026, 3, 3, 9))
        assert spans == ((utc(2026, 3, 2, 10), utc(2026, 3, 2, 16)), (utc(2026, 3, 3, 8), utc(2026, 3, 3, 9)))

    def test_night_from_the_day_before(self) -> None:
        # Sunday 22:00 to Monday 06:00, asked for from Monday on
        spans = working_intervals(WeeklyHours((HourRange(6, 1320, 360),)), ZoneInfo("UTC"), utc(2026, 3, 2), utc(2026, 3, 3))
        assert spans == ((utc(2026, 3, 2), utc(2026, 3, 2, 6)),)

    def test_around_the_clock_is_one_interval(self) -> None:
        hours = WeeklyHours(tuple(HourRange(weekday, 0, 1440) for weekday in range(7)))
        assert working_intervals(hours, BERLIN, utc(2026, 3, 1), utc(2026, 4, 1)) == ((utc(2026, 3, 1), utc(2026, 4, 1)),)

    def test_exceptions(self) -> None:
        hours = WeeklyHours(EVERY_DAY, {date(2026, 3, 3): (), date(2026, 3, 4): ((600, 660), (640, 700))})
        spans = working_intervals(hours, ZoneInfo("UTC"), utc(2026, 3, 3), utc(2026, 3, 5))
        assert spans == ((utc(2026, 3, 4, 10), utc(2026, 3, 4, 11, 40)),)

    @pytest.mark.parametrize("fields", [(7, 0, 60), (-1, 0, 60), (0, -1, 60), (0, 1440, 60), (0, 0, 1441)])
    def test_invalid(self, fields: tuple[int, int, int]) -> None:
        with pytest.raises(HoursError):
            HourRange(*fields)

    def test_invalid_exception(self) -> None:
        with pytest.raises(HoursError):
            WeeklyHours((), {date(2026, 3, 3): ((0, 2000),)})


class TestClockChanges:
    def test_days_of_23_and_25_hours(self) -> None:
        # Berlin: 29 March 2026 loses 02:00-03:00, 25 October has it twice
        night = WeeklyHours(tuple(HourRange(weekday, 60, 240) for weekday in range(7)))
        for day, length in ((utc(2026, 3, 29), 120), (utc(2026, 3, 30), 180), (utc(2026, 10, 25), 240)):
            start = day - timedelta(hours=3)
            assert minutes(working_intervals(night, BERLIN, start, start + timedelta(hours=24))) == [length]

    def test_range_inside_the_skipped_hour_vanishes(self) -> None:
        hours = WeeklyHours((HourRange(6, 125, 175),))
        assert working_intervals(hours, BERLIN, utc(2026, 3, 28), utc(2026, 3, 30)) == ()

    def test_range_inside_the_doubled_hour_is_worked_once(self) -> None:
        hours = WeeklyHours((HourRange(6, 125, 175),))
        assert minutes(working_intervals(hours, BERLIN, utc(2026, 10, 24), utc(2026, 10, 26))) == [50]

    def test_midnights(self) -> None:
        # Beirut skips midnight of 29 March 2026: the day begins at 01:00
        beirut = ZoneInfo("Asia/Beirut")
        midnights = local_midnights(beirut, utc(2026, 3, 28), utc(2026, 3, 31))
        assert midnights == (utc(2026, 3, 28, 22), utc(2026, 3, 29, 21), utc(2026, 3, 30, 21))
        assert midnights[0].astimezone(beirut).hour == 1
        assert [(later - earlier).total_seconds() / 3600 for earlier, later in pairwise(midnights)] == [23, 24]


def check_hours(zone: ZoneInfo, day: date, start_minute: int, end_minute: int) -> None:
    """Against a walk over the clock, minute by minute: each range runs from when the clock first shows its start to its end."""
    hours = WeeklyHours((), {day: ((start_minute, end_minute),)})
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    end = begin + timedelta(hours=72)
    wall = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    last = end_minute if end_minute > start_minute else end_minute + 1440
    clock = [begin + timedelta(minutes=step) for step in range(72 * 60)]
    shown = [instant.astimezone(zone).replace(tzinfo=None) for instant in clock]
    opens = next(
        instant for instant, wall_time in zip(clock, shown, strict=True) if wall_time >= wall + timedelta(minutes=start_minute)
    )
    closes = next(
        instant for instant, wall_time in zip(clock, shown, strict=True) if wall_time >= wall + timedelta(minutes=last)
    )
    assert working_intervals(hours, zone, begin, end) == (((opens, closes),) if opens < closes else ())


def changes(zone: ZoneInfo) -> list[date]:
    """The local dates from 2020 to 2040 on which the offset of a zone differs from the day before."""
    days = [date(2020, 1, 1) + timedelta(days=count) for count in range(21 * 366)]
    offsets = [datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset() for day in days]
    return [day for day, (before, after) in zip(days[1:], pairwise(offsets), strict=True) if before != after]


CHANGES = {name: changes(ZoneInfo(name)) or [date(2024, 2, 29)] for name in ZONES}


@st.composite
def days_of_change(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    name = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from(CHANGES[name])) + timedelta(days=draw(st.integers(-2, 1)))
    anywhen = st.dates(date(2020, 1, 2), date(2040, 12, 30)) | st.just(date(2028, 2, 29))
    return ZoneInfo(name), draw(st.sampled_from((near, near, draw(anywhen))))


class TestAnyZone:
    def test_zones_do_change(self) -> None:
        assert sum(len(days) > 30 for days in CHANGES.values()) >= 8

    @given(days_of_change(), st.integers(0, 1439), st.integers(0, 1440))
    @example((ZoneInfo("Asia/Beirut"), date(2026, 3, 29)), 0, 30)
    @example((ZoneInfo("America/Havana"), date(2026, 11, 1)), 0, 90)
    @example((ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)), 125, 140)
    @tries(500)
    def test_500(self, place: tuple[ZoneInfo, date], start: int, end: int) -> None:
        check_hours(*place, start, end)

    @pytest.mark.guarantees
    @given(days_of_change(), st.integers(0, 1439), st.integers(0, 1440))
    @settings(max_examples=20_000, deadline=None)
    def test_20000(self, place: tuple[ZoneInfo, date], start: int, end: int) -> None:
        check_hours(*place, start, end)

    @given(days_of_change(), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1440)), max_size=6))
    @tries(200)
    def test_sorted_apart_and_inside(self, place: tuple[ZoneInfo, date], ranges: list[tuple[int, int, int]]) -> None:
        zone, day = place
        start, end = to_utc(day, 0, zone) - timedelta(hours=30), to_utc(day, 0, zone) + timedelta(days=9)
        spans = working_intervals(WeeklyHours(tuple(HourRange(*entry) for entry in ranges)), zone, start, end)
        edges = [start - timedelta(seconds=1), *(edge for span in spans for edge in span), end + timedelta(seconds=1)]
        assert all(before < after for before, after in pairwise(edges))
        assert all(edge.tzinfo is UTC for span in spans for edge in span)

    @given(days_of_change())
    @tries(100)
    def test_each_date_has_one_midnight(self, place: tuple[ZoneInfo, date]) -> None:
        zone, day = place
        start, end = to_utc(day, 0, zone), to_utc(day + timedelta(days=10), 0, zone)
        midnights = local_midnights(zone, start, end)
        assert [midnight.astimezone(zone).date() for midnight in midnights] == [
            day + timedelta(days=count) for count in range(10)
        ]
