"""Series in local wall time: what a rule says, where its occurrences fall, and what is refused."""

from __future__ import annotations

import calendar
import time
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.recurrence import CODES, next_occurrence, occurrences, read_rule
from tests.support.tries import tries

START = datetime(2026, 11, 18, 9, 0)  # noqa: DTZ001 - a Wednesday, wall time as everywhere here


def days(rrule: str, start: datetime = START, count: int = 5) -> list[str]:
    return [f"{one:%y-%m-%d}" for one in islice(occurrences(rrule, start), count)]


class TestReadRule:
    @pytest.mark.parametrize(
        "text",
        [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270601T235959",
            "FREQ=MONTHLY;BYMONTHDAY=15,-1",
            "FREQ=MONTHLY;BYDAY=2MO,-1FR;COUNT=7",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=DAILY;BYHOUR=9,17",
        ],
    )
    def test_valid_is_written_as_it_was(self, text: str) -> None:
        assert str(read_rule(text)) == text

    def test_of_a_calendar_file(self) -> None:
        assert str(read_rule("RRULE:freq=daily;UNTIL=20270101T120000Z")) == "FREQ=DAILY;UNTIL=20270101T120000"
        assert str(read_rule("FREQ=DAILY;UNTIL=20270101")) == "FREQ=DAILY;UNTIL=20270101T235959"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "FREQ=SECONDLY",
            "FREQ=MINUTELY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=9999999",
            "FREQ=DAILY;COUNT=1000000000",
            "FREQ=DAILY;COUNT=2;UNTIL=20270101",
            "FREQ=DAILY;BYWEEKNO=3",
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=WEEKLY;BYDAY=",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=DAILY;BYMONTH=" + "1," * 500 + "1",
        ],
    )
    def test_invalid(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\.$"):
            read_rule(text)


class TestOccurrences:
    def test_month_ends_are_clamped_without_drift(self) -> None:
        expected = ["26-11-30", "27-02-28", "27-05-31", "27-08-31", "27-11-30"]
        assert days("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31") == expected
        assert days("FREQ=MONTHLY", START.replace(month=10, day=31), 4) == ["26-10-31", "26-11-30", "26-12-31", "27-01-31"]

    def test_a_leap_day_is_the_28th_in_other_years(self) -> None:
        leap = datetime(2028, 2, 29, 9)  # noqa: DTZ001
        assert days("FREQ=YEARLY", leap) == ["28-02-29", "29-02-28", "30-02-28", "31-02-28", "32-02-29"]

    def test_every_other_weekday_is_every_second_working_day(self) -> None:
        found = islice(occurrences("FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", START), 6)
        assert [f"{one:%a}" for one in found] == ["Wed", "Fri", "Tue", "Thu", "Mon", "Wed"]

    @pytest.mark.parametrize(
        ("rrule", "expected"),
        [
            ("FREQ=WEEKLY;BYDAY=MO,TH", ["26-11-19", "26-11-23", "26-11-26"]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", ["26-11-18", "26-11-30", "26-12-02"]),
            ("FREQ=MONTHLY;BYDAY=-1FR", ["26-11-27", "26-12-25", "27-01-29"]),
            ("FREQ=MONTHLY;BYDAY=1MO,3MO", ["26-12-07", "26-12-21", "27-01-04"]),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["26-11-30", "26-12-31", "27-01-29"]),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", ["27-08-13", "28-10-13", "29-04-13"]),
            ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["26-11-26", "27-11-25", "28-11-23"]),
            ("FREQ=YEARLY;BYDAY=1MO", ["27-01-04", "28-01-03", "29-01-01"]),
            ("FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=1,7", ["27-01-01", "27-07-01", "28-01-01"]),
            ("FREQ=DAILY;BYMONTH=12", ["26-12-01", "26-12-02", "26-12-03"]),
            ("FREQ=DAILY;COUNT=2", ["26-11-18", "26-11-19"]),
            ("FREQ=DAILY;UNTIL=20261119", ["26-11-18", "26-11-19"]),
            ("FREQ=DAILY;UNTIL=20261119T085959", ["26-11-18"]),
        ],
    )
    def test_valid(self, rrule: str, expected: list[str]) -> None:
        assert days(rrule, count=3) == expected

    def test_hours(self) -> None:
        found = [f"{one:%d %H:%M}" for one in islice(occurrences("FREQ=DAILY;BYHOUR=8,17", START), 3)]
        assert found == ["18 17:00", "19 08:00", "19 17:00"]
        assert [f"{one:%d %H}" for one in islice(occurrences("FREQ=HOURLY;INTERVAL=9", START), 3)] == [
            "18 09",
            "18 18",
            "19 03",
        ]

    @tries(150)
    @given(
        st.dates(date(2020, 1, 1), date(2035, 12, 31)),
        st.integers(1, 5),
        st.sets(st.integers(0, 6), min_size=1),
        st.integers(1, 31),
    )
    def test_is_what_looking_at_every_day_finds(self, first: date, interval: int, weekdays: set[int], number: int) -> None:
        start = datetime.combine(first, START.time())
        window = [first + timedelta(days=n) for n in range(400)]
        monday = first - timedelta(days=first.weekday())
        weekly = [d for d in window if (d - monday).days // 7 % interval == 0 and d.weekday() in weekdays]
        codes = ",".join(CODES[day] for day in sorted(weekdays))
        found = islice(occurrences(f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={codes}", start), len(weekly))
        assert [one.date() for one in found] == weekly
        months = [d for d in window if ((d.year - first.year) * 12 + d.month - first.month) % interval == 0]
        monthly = [d for d in months if d.day == min(number, calendar.monthrange(d.year, d.month)[1])]
        found = islice(occurrences(f"FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={number}", start), len(monthly))
        assert [one.date() for one in found] == monthly


class TestNextOccurrence:
    RULES = (
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2",
    )

    @tries(150)
    @given(st.sampled_from(RULES), st.integers(0, 4_000))
    def test_is_the_one_of_the_whole_series(self, rrule: str, hours: int) -> None:
        after = START + timedelta(hours=hours)
        expected = next((one for one in islice(occurrences(rrule, START), 5_000) if one > after), None)
        assert next_occurrence(rrule, START, after) == expected

    def test_of_a_series_that_is_over(self) -> None:
        assert next_occurrence("FREQ=DAILY;COUNT=3", START, START + timedelta(days=2)) is None
        assert next_occurrence("FREQ=DAILY;UNTIL=20261120", START, START + timedelta(days=2)) is None

    @pytest.mark.parametrize(
        ("rrule", "after"),
        [
            ("FREQ=HOURLY", datetime(9999, 12, 31, 22)),  # noqa: DTZ001
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;BYDAY=MO;INTERVAL=1000", START),
            ("FREQ=MONTHLY;BYDAY=50MO", START),
            ("FREQ=HOURLY;INTERVAL=24;BYHOUR=3", START),
            ("FREQ=DAILY;COUNT=10000", datetime(9999, 1, 1)),  # noqa: DTZ001
        ],
    )
    def test_the_work_is_bounded(self, rrule: str, after: datetime) -> None:
        began = time.process_time()
        next_occurrence(rrule, START, after)
        assert time.process_time() - began < 5
