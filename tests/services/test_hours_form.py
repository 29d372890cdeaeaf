"""The forms of hours."""

from __future__ import annotations

from datetime import date

import pytest

from errors import InvalidInputError
from planning.hours import HourRange
from services.hour_service import OtherDays
from services.hours_form import days_form, in_full, minute, parse_days, parse_set
from tests.support.stage import MONDAY, ZONE


def day(name: str, *ranges: tuple[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for number, (start, end) in enumerate(ranges, start=1):
        fields |= {f"{name}_start_{number}": start, f"{name}_end_{number}": end}
    return fields


class TestParseSet:
    @pytest.mark.parametrize(
        ("form", "ranges"),
        [
            ({}, []),
            (day("mon", ("09:00", "17:00")), [(0, 540, 1020)]),
            (day("sun", ("13:00", "17:00"), ("09:00", "12:00")), [(6, 540, 720), (6, 780, 1020)]),
            (day("mon", ("09:00", "12:00"), ("12:00", "17:00")), [(0, 540, 720), (0, 720, 1020)]),
            (day("mon", ("06:00", "07:00"), ("", ""), ("20:00", "22:00")), [(0, 360, 420), (0, 1200, 1320)]),
            (day("fri", ("", ""), ("10:00", "11:00")), [(4, 600, 660)]),
            (day("tue", ("22:00", "06:00")), [(1, 1320, 360)]),
            (day("tue", ("00:00", "00:00")), [(1, 0, 1440)]),
            (day("tue", ("18:00", "00:00")), [(1, 1080, 1440)]),
            (day("mon", ("22:00", "06:00")) | day("tue", ("06:00", "10:00")), [(0, 1320, 360), (1, 360, 600)]),
            (day("mon", ("09:00:30", "17:00:59")), [(0, 540, 1020)]),
        ],
    )
    def test_valid(self, form: dict[str, str], ranges: list[tuple[int, int, int]]) -> None:
        edit = parse_set(form | {"name": "Work"})
        assert edit.name == "Work"
        assert [(r.weekday, r.start_minute, r.end_minute) for r in edit.ranges] == ranges

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            (day("mon", ("09:00", "")), "mon"),
            (day("mon", ("", "17:00")), "mon"),
            (day("wed", ("25:00", "26:00")), "wed"),
            (day("wed", ("09:60", "10:00")), "wed"),
            (day("wed", ("nine", "ten")), "wed"),
            (day("wed", ("-1:00", "10:00")), "wed"),
            (day("wed", ("٠٩:٠٠", "10:00")), "wed"),
            (day("thu", ("09:00", "12:00"), ("11:00", "13:00")), "thu"),
            (day("thu", ("22:00", "06:00"), ("23:00", "23:30")), "thu"),
            (day("thu", ("08:00", "09:00"), ("10:00", "12:00"), ("11:59", "13:00")), "thu"),
            (day("mon", ("22:00", "06:00")) | day("tue", ("05:00", "10:00")), "mon"),
            (day("sun", ("22:00", "06:00")) | day("mon", ("05:00", "10:00")), "sun"),
            ({"cycle_weeks": "2"} | day("week2_sat", ("09:00", "")), "week2_sat"),
            ({"cycle_weeks": "2", "week_now": "3"}, "week_now"),
            ({"cycle_weeks": "2", "week_now": "one"}, "week_now"),
        ],
    )
    def test_invalid(self, form: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_set(form)
        assert [*caught.value.fields] == [field]
        assert caught.value.fields[field].endswith(".")

    def test_weeks_in_turn(self) -> None:
        """The night of the second week's Sunday runs into the first week's Monday, not into its own."""
        weeks = (
            {"cycle_weeks": "2", "week_now": "2"} | day("week2_sun", ("22:00", "06:00")) | day("week2_mon", ("05:00", "09:00"))
        )
        edit = parse_set(weeks)
        assert (edit.cycle_weeks, edit.week_now) == (2, 2)
        assert edit.ranges == (HourRange(0, 300, 540, 1), HourRange(6, 1320, 360, 1))
        with pytest.raises(InvalidInputError) as caught:
            parse_set(weeks | day("mon", ("05:00", "09:00")))
        assert [*caught.value.fields] == ["week2_sun"]

    def test_several_mistakes(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_set(day("mon", ("09:00", "")) | day("fri", ("09:00", "12:00"), ("10:00", "11:00")))
        assert {*caught.value.fields} == {"mon", "fri"}


class TestInFull:
    def test_new_weeks_repeat(self) -> None:
        """More weeks than before change nothing until they are edited: A, B become A, B, A, B."""
        two = day("mon", ("09:00", "10:00")) | day("week2_tue", ("11:00", "12:00"))
        four = in_full(two | {"cycle_weeks": "4"})
        assert dict(four) == two | {"cycle_weeks": "4"} | day("week3_mon", ("09:00", "10:00")) | day(
            "week4_tue", ("11:00", "12:00")
        )

    def test_empty_week_stays_empty(self) -> None:
        form = day("mon", ("09:00", "10:00")) | day("week2_mon", ("", "")) | {"cycle_weeks": "2"}
        assert dict(in_full(form)) == form


class TestParseDays:
    def test_there_and_back(self) -> None:
        days = OtherDays(7, date(2026, 12, 24), date(2026, 12, 31), ((600, 720), (1320, 360)), "Inventory")
        assert parse_days(days_form(days), MONDAY, ZONE) == days

    def test_one_day(self) -> None:
        assert parse_days({"first_on": "2026-12-24"}, MONDAY, ZONE) == OtherDays(None, date(2026, 12, 24), date(2026, 12, 24))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"first_on": ""}, "first_on"),
            ({"first_on": "2026-02-30"}, "first_on"),
            ({"last_on": "tomorrow"}, "last_on"),
            ({"set_id": "Work"}, "set_id"),
            ({"set_id": "9" * 19}, "set_id"),
            ({"start_1": "09:00"}, "stretches"),
            ({"end_3": "24:00", "start_3": "22:00"}, "stretches"),
        ],
    )
    def test_invalid(self, changes: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_days({"first_on": "2026-12-24"} | changes, MONDAY, ZONE)
        assert [*caught.value.fields] == [field]


@pytest.mark.parametrize("text", ["24:00", "123:00", "", "9", "9:", ":30", "1e:00"])
def test_no_minute(text: str) -> None:
    assert minute(text) is None
