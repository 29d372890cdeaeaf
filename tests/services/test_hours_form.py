"""The weekly hours form."""

from __future__ import annotations

import pytest

from errors import InvalidInputError
from services.hours_form import parse_hours


def day(name: str, *ranges: tuple[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for number, (start, end) in enumerate(ranges, start=1):
        fields |= {f"{name}_start_{number}": start, f"{name}_end_{number}": end}
    return fields


class TestParseHours:
    @pytest.mark.parametrize(
        ("form", "ranges"),
        [
            ({}, []),
            (day("mon", ("09:00", "17:00")), [(0, 540, 1020)]),
            (day("sun", ("13:00", "17:00"), ("09:00", "12:00")), [(6, 540, 720), (6, 780, 1020)]),
            (day("mon", ("09:00", "12:00"), ("12:00", "17:00")), [(0, 540, 720), (0, 720, 1020)]),
            (day("fri", ("", ""), ("10:00", "11:00")), [(4, 600, 660)]),
            (day("tue", ("22:00", "06:00")), [(1, 1320, 360)]),
            (day("tue", ("00:00", "00:00")), [(1, 0, 1440)]),
            (day("tue", ("18:00", "00:00")), [(1, 1080, 1440)]),
            (day("mon", ("22:00", "06:00")) | day("tue", ("06:00", "10:00")), [(0, 1320, 360), (1, 360, 600)]),
            (day("mon", ("09:00:30", "17:00:59")), [(0, 540, 1020)]),
        ],
    )
    def test_valid(self, form: dict[str, str], ranges: list[tuple[int, int, int]]) -> None:
        assert parse_hours(form) == ranges

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            (day("mon", ("09:00", "")), "mon"),
            (day("mon", ("", "17:00")), "mon"),
            (day("wed", ("25:00", "26:00")), "wed"),
            (day("wed", ("09:60", "10:00")), "wed"),
            (day("wed", ("nine", "ten")), "wed"),
            (day("wed", ("-1:00", "10:00")), "wed"),
            (day("thu", ("09:00", "12:00"), ("11:00", "13:00")), "thu"),
            (day("thu", ("22:00", "06:00"), ("23:00", "23:30")), "thu"),
            (day("mon", ("22:00", "06:00")) | day("tue", ("05:00", "10:00")), "mon"),
            (day("sun", ("22:00", "06:00")) | day("mon", ("05:00", "10:00")), "sun"),
        ],
    )
    def test_invalid(self, form: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_hours(form)
        assert [*caught.value.fields] == [field]
        assert caught.value.fields[field].endswith(".")
