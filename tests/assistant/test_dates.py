"""Days, times and durations as values: what stands at a token, where it ends, and which instant it is in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.dates import read_moment
from assistant.durations import read_duration
from assistant.instants import Role, Said, instant_of, last_minute, resolve, spoken
from assistant.moments import Days, Moment, Reference
from assistant.names import MONTHS
from assistant.words import Words
from tests.support.tries import tries

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
HERE = Reference(NOW)
ASKED = Reference(NOW, asked=True)


def days_of(text: str, reference: Reference = ASKED) -> tuple[date, date] | None:
    found = read_moment(Words(text), 0, reference)
    days = found[1].days if found else None
    return (days.first, days.last) if days else None


class TestWords:
    def test_are_runs_of_digits_and_letters_and_single_signs(self) -> None:
        words = Words("Call Bob2 at 5pm!!")
        assert [words.word(at) for at in range(len(words))] == ["call", "bob", "2", "at", "5", "pm", "!", "!"]
        assert (words.starts[4], words.ends[5]) == (13, 16)
        assert (words.word(-1), words.word(40)) == ("", "")

    @pytest.mark.parametrize(
        ("text", "closes"), [("3 days", True), ("3, 4", True), ("3) ", True), ("3-day", False), ("3.10", False)]
    )
    def test_a_phrase_closes_before_a_space_or_a_stop(self, text: str, closes: bool) -> None:
        assert Words(text).closes(1) is closes

    @pytest.mark.parametrize(
        ("text", "at", "opens"), [("(3h", 1, True), ("v3h", 1, False), ("a 3h", 1, True), ("a-3h", 2, False)]
    )
    def test_a_phrase_opens_after_a_space_or_a_bracket(self, text: str, at: int, opens: bool) -> None:
        assert Words(text).opens(at) is opens

    def test_numbers_have_few_digits(self) -> None:
        words = Words("1984 " + "9" * 5_000)
        assert (words.number(0), words.number(0, 4), words.number(1, 4)) == (None, 1984, None)


class TestReadDuration:
    @given(
        st.integers(0, 99),
        st.integers(0, 59),
        st.sampled_from(["{}h{:02d}", "{}h {}m", "{} hours and {} minutes", "{}hrs {} min"]),
    )
    def test_hours_and_minutes(self, hours: int, minutes: int, form: str) -> None:
        words = Words(form.format(hours, minutes))
        assert read_duration(words, 0) == (len(words), hours * 60 + minutes)

    @pytest.mark.parametrize("text", ["3", "3 apples", "3 m", "3-hour", "a minute", "3hx", "h", "", "1.h", "three m"])
    def test_invalid(self, text: str) -> None:
        assert read_duration(Words(text), 0) is None

    def test_ends_where_the_words_end(self) -> None:
        assert read_duration(Words("1h 30 people"), 0) == (2, 60)
        assert read_duration(Words("1h 75 min"), 0) == (2, 60)


class TestReadMoment:
    @given(st.dates(date(2026, 11, 18), date(2099, 12, 31)), st.integers(0, 6))
    def test_every_way_to_write_a_date(self, day: date, form: int) -> None:
        name = MONTHS[day.month - 1]
        forms: tuple[str, ...] = (
            f"{day:%Y-%m-%d}",
            f"{day.day} {name} {day.year}",
            f"{name} {day.day}, {day.year}",
            f"{day:%d.%m.%Y}",
        )
        forms += (f"the {day.day}th of {name[:3]} {day.year}", f"{day.month}/{day.day}/{day.year}", f"{day:%Y/%m/%d}")
        assert days_of(forms[form]) == (day, day)

    @given(st.dates(date(2026, 11, 18), date(2027, 11, 17)), st.booleans())
    def test_without_a_year_it_is_the_next(self, day: date, day_first: bool) -> None:
        text = f"{day.day}/{day.month}" if day_first else f"{day.month}/{day.day}"
        assume(text != "24/7")  # an idiom, not a date
        assert days_of(text, Reference(NOW, day_first, asked=True)) == (day, day)
        assert days_of(f"{day.day} {MONTHS[day.month - 1]}") == (day, day)

    @pytest.mark.parametrize("day_first", [True, False])
    def test_two_numbers_by_the_order_of_the_person(self, day_first: bool) -> None:
        month, day = (9, 3) if day_first else (3, 9)
        assert days_of("3/9", Reference(NOW, day_first)) == (date(2027, month, day), date(2027, month, day))

    @pytest.mark.parametrize(
        ("text", "today", "ends"),
        [
            ("in a month", date(2027, 1, 31), date(2027, 2, 28)),
            ("in 13 months", date(2027, 1, 31), date(2028, 2, 29)),
            ("end of february", date(2027, 12, 1), date(2028, 2, 29)),
            ("end of month", date(2028, 2, 1), date(2028, 2, 29)),
            ("end of next year", date(2027, 5, 1), date(2028, 12, 31)),
            ("the 31st", date(2027, 2, 1), date(2027, 3, 31)),
            ("next sunday", date(2026, 11, 22), date(2026, 11, 29)),
            ("next monday", date(2026, 11, 22), date(2026, 11, 23)),
            ("end of week", date(2026, 11, 22), date(2026, 11, 22)),
            ("this weekend", date(2026, 11, 22), date(2026, 11, 22)),
        ],
    )
    def test_edges_of_months_and_weeks(self, text: str, today: date, ends: date) -> None:
        reference = Reference(datetime(today.year, today.month, today.day, 12, tzinfo=UTC), asked=True)
        days = days_of(text, reference)
        assert days is not None
        assert days[1] == ends

    @pytest.mark.parametrize(
        ("text", "minute"),
        [
            ("12am", 0),
            ("12pm", 720),
            ("1am", 60),
            ("11:59 p.m.", 1439),
            ("00:00", 0),
            ("24:00", 1440),
            ("6:59", 1139),
            ("7:00", 420),
        ],
    )
    def test_clock(self, text: str, minute: int) -> None:
        found = read_moment(Words(text), 0, ASKED)
        assert found is not None
        assert (found[0], found[1].clock) == (len(Words(text)), minute)

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("30 Feb", "There is no 30 February."),
            ("2027-02-29", "There is no 29 February 2027."),
            ("2026-00-10", "There is no date 2026-00-10."),
            ("24:01", "There is no time 24:01."),
            ("9:60pm", "There is no time 9:60pm."),
            ("0am", "There is no time 0am."),
            ("Thu 27 Nov 2026", "27 November 2026 is a Friday, not a Thursday."),
        ],
    )
    def test_what_does_not_exist_is_a_problem(self, text: str, problem: str) -> None:
        found = read_moment(Words(text), 0, ASKED)
        assert found is not None
        assert found[1].problem == problem

    @pytest.mark.parametrize(
        "text", ["1984", "may", "second", "2.10", "32 Nov", "1/2 cup", "24/7", "3rd", "9", "sat still", "50/50", "", "in 5"]
    )
    def test_no_moment(self, text: str) -> None:
        assert read_moment(Words(text), 0, HERE) is None

    def test_day_and_time_once_each(self) -> None:
        words = Words("tomorrow at 5pm friday 6pm")
        found = read_moment(words, 0, HERE)
        assert found is not None
        assert (words.word(found[0]), found[1].clock) == ("friday", 17 * 60)


class TestInstants:
    def test_a_gap_moves_a_time_on_by_its_length(self) -> None:
        zone = ZoneInfo("Europe/Berlin")
        assert instant_of(date(2027, 3, 28), 150, zone).astimezone(zone).strftime("%H:%M %z") == "03:30 +0200"

    def test_of_a_time_said_twice_the_first_counts(self) -> None:
        zone = ZoneInfo("Europe/Berlin")
        assert instant_of(date(2026, 10, 25), 150, zone).astimezone(zone).strftime("%H:%M %z") == "02:30 +0200"

    def test_the_last_minute_of_a_day_that_ends_early(self) -> None:
        zone = ZoneInfo("America/Nuuk")
        assert last_minute(date(2027, 3, 27), zone).astimezone(zone).strftime("%d %H:%M") == "27 22:59"

    @tries(200)
    @given(
        st.dates(date(2020, 1, 1), date(2040, 12, 31)),
        st.sampled_from(["America/Havana", "Asia/Beirut", "Africa/Cairo", "America/Nuuk"]),
    )
    def test_the_last_minute_is_of_that_day_and_the_next_is_not(self, day: date, name: str) -> None:
        zone = ZoneInfo(name)
        last = last_minute(day, zone)
        assert last.astimezone(zone).date() == day
        assert (last + timedelta(minutes=1)).astimezone(zone).date() == day + timedelta(days=1)
        assert spoken(last, zone).endswith(str(day.year))


class TestResolve:
    zone = ZoneInfo("Europe/Berlin")

    def test_bounds_of_one_day(self) -> None:
        friday = Moment(Days(date(2026, 11, 20), date(2026, 11, 20), step=7))
        hours = {}
        roles: tuple[Role, ...] = ("by", "before", "from", "after")
        for role in roles:
            said = Said(role, friday)
            due, since = (said, None) if role in {"by", "before"} else (None, said)
            times = resolve(None, due, since, NOW, self.zone)
            bound = times.deadline_at or times.earliest_at
            hours[role] = bound and bound.astimezone(self.zone).strftime("%a %H:%M")
        assert hours == {"by": "Fri 23:59", "before": "Thu 23:59", "from": "Fri 00:00", "after": "Sat 00:00"}

    def test_nothing_said(self) -> None:
        times = resolve(None, None, None, NOW, self.zone)
        assert (times.start_at, times.earliest_at, times.deadline_at, times.problems) == (None, None, None, ())

    def test_order_is_judged_in_utc(self) -> None:
        before_the_clock_goes_back = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30, the first time
        moment = Moment(minutes_from_now=45)  # 2:15, the second time: later, though the hands say less
        times = resolve(Said("at", moment), None, None, before_the_clock_goes_back, self.zone)
        assert (times.start_at, times.problems) == (datetime(2026, 10, 25, 1, 15, tzinfo=UTC), ())
