"""Zones after a time: which are read, where they end, and what is left as it was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.parsed import as_json
from assistant.quick_add import parse
from assistant.words import Words
from assistant.zones import read_zone

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


class TestReadZone:
    @pytest.mark.parametrize(
        ("text", "hours"),
        [
            ("UTC", 0),
            ("gmt", 0),
            ("UTC+5:30", 5.5),
            ("UTC-0330", -3.5),
            ("+01:00", 1),
            ("EST", -5),
            ("EDT", -5),
            ("PT", -8),
            ("(CET)", 1),
            ("pacific time", -8),
            ("Eastern Standard Time", -5),
            ("Asia/Kathmandu", 5.75),
            ("America/Argentina/Ushuaia", -3),
        ],
    )
    def test_valid(self, text: str, hours: float) -> None:
        words = Words(text)
        found = read_zone(words, 0)
        assert found is not None
        assert found[0] == len(words)
        assert NOW.astimezone(found[1]).utcoffset() == timedelta(hours=hours)

    @pytest.mark.parametrize(
        "text", ["IST", "et", "pt", "est 30 min", "pacific rim", "+1", "UTCX", "(CET", "Europe/Nowhere", "z", "", "central bar"]
    )
    def test_left_as_said(self, text: str) -> None:
        assert read_zone(Words(text), 0) is None

    def test_too_far_from_utc_is_only_utc(self) -> None:
        assert read_zone(Words("UTC +99"), 0) == (1, UTC)


class TestParse:
    def test_the_day_is_that_of_the_person(self) -> None:
        draft = parse("Call tomorrow 9am JST", NOW, "America/New_York")
        assert draft.start_at == datetime(2026, 11, 18, 19, 0, tzinfo=ZoneInfo("America/New_York"))

    def test_what_is_over_there_is_tomorrow(self) -> None:
        assert parse("Call 9am UTC", NOW, "Europe/Berlin").start_at == datetime(2026, 11, 19, 9, 0, tzinfo=UTC)

    def test_a_series_keeps_its_weekday_there(self) -> None:
        draft = parse("Call every Monday and Friday 11pm EST", NOW, "Europe/Berlin")
        assert draft.recurrence == "FREQ=WEEKLY;BYDAY=TU,SA"
        assert draft.start_at == datetime(2026, 11, 21, 5, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "title", "start"),
    [
        ("tomorrow 3pm CT scan at hospital", "CT scan at hospital", "2026-11-19T15:00:00"),
        ("tomorrow 10am PT session", "PT session", "2026-11-19T10:00:00"),
        ("tomorrow 9am MT exam", "MT exam", "2026-11-19T09:00:00"),
        ("tomorrow 12pm ET movie", "ET movie", "2026-11-19T12:00:00"),
        ("Call mom tomorrow 5pm +1000 dollars", "Call mom +1000 dollars", "2026-11-19T17:00:00"),
    ],
)
def test_words_that_are_no_zones(text: str, title: str, start: str) -> None:
    found = as_json(parse(text, NOW, "Europe/Berlin"))
    assert (found["title"], found["start"]) == (title, start)
