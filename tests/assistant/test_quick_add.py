"""Quick-add: how people type, in `cases/quick_add.jsonl`, and what holds for any text at all."""

from __future__ import annotations

import json
import string
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.quick_add import MAX_CONTEXT, MAX_TITLE, SCANNED, Draft, parse
from tests.support.tries import tries
from tests.support.work import calls_of

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
CASE_SET = Path(__file__).parent / "cases" / "quick_add.jsonl"
CASES = [json.loads(line) for line in CASE_SET.read_text("utf-8").splitlines()]
TIMES = ("start_at", "earliest_at", "deadline_at")
ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Casablanca",
    "Pacific/Apia",
)


def fields(draft: Draft) -> dict[str, object]:
    """What a draft says, without what it leaves open; times as ISO text, so that the offset counts too."""
    names = ("title", "duration_minutes", *TIMES, "deadline_is_hard", "importance", "context", "problems")
    said = {name: getattr(draft, name) for name in names}
    said |= {name: said[name].isoformat() for name in TIMES if said[name]}
    said["problems"] = list(draft.problems)
    return {
        name: value
        for name, value in said.items()
        if name == "title" or not (value is None or value is False or value in ("", []))
    }


class TestCases:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
    def test_valid(self, case: dict[str, Any]) -> None:
        now = datetime.fromisoformat(case["now"])
        draft = parse(case["text"], now, case["zone"], day_first=case.get("day_first", False))
        assert fields(draft) == case["expected"], case.get("why", "")

    def test_there_are_enough(self) -> None:
        assert len({(case["text"], case["now"], case.get("day_first", False)) for case in CASES}) == len(CASES) >= 200


class TestSpans:
    def test_say_what_was_understood(self) -> None:
        draft = parse("Write report 3h tomorrow 2pm by Friday 5pm high // see wiki", NOW, "UTC")
        assert [(span.kind, span.text, span.value, span.label) for span in draft.spans] == [
            ("duration", "3h", "180", "3 h"),
            ("start", "tomorrow 2pm", "2026-11-19T14:00:00", "Thu 19 Nov 2026, 14:00"),
            ("deadline", "by Friday 5pm", "2026-11-20T17:00:00", "by Fri 20 Nov 2026, 17:00"),
            ("importance", "high", "2", "importance 2"),
            ("context", "// see wiki", "see wiki", "context"),
        ]

    def test_of_everything_else(self) -> None:
        text = "Write every 2 weeks on Mon and Thu until June #deep-dive +book @ann after *Call Bob* in 1h chunks"
        text += " (low energy) mornings"
        assert [(span.kind, span.value, span.label) for span in parse(text, NOW, "UTC").spans] == [
            (
                "recurrence",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270601T235959",
                "every 2 weeks on Mon and Thu until 1 Jun 2027",
            ),
            (
                "recurrence",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270601T235959",
                "every 2 weeks on Mon and Thu until 1 Jun 2027",
            ),
            ("label", "deep-dive", "#deep-dive"),
            ("project", "book", "+book"),
            ("person", "ann", "@ann"),
            ("after", "Call Bob", "after Call Bob"),
            ("chunks", "60", "in parts of 1 h"),
            ("energy", "low", "low energy"),
            ("window", "06:00/12:00", "06:00 to 12:00"),
        ]

    def test_of_ranges(self) -> None:
        spans = [parse(text, NOW, "UTC").spans[0] for text in ("Meet tomorrow 3-4pm", "Fair 3-5 March", "Run Friday morning")]
        assert [(span.kind, span.value) for span in spans[1:]] == [("day", "2027-03-03/2027-03-05"), ("day", "2026-11-20")]
        assert spans[0].value == "2026-11-19T15:00:00/2026-11-19T16:00:00"
        assert spans[2].label == "Fri 20 Nov 2026, 06:00 to 12:00"

    def test_of_the_past_stay_in_the_title(self) -> None:
        draft = parse("Answer the mail from last Friday tomorrow", NOW, "UTC")
        assert draft.title == "Answer the mail from last Friday"
        assert [(span.kind, span.value, span.stays) for span in draft.spans] == [
            ("past", "2026-11-13", True),
            ("day", "2026-11-19", False),
        ]

    def test_of_a_window_and_a_bound(self) -> None:
        draft = parse("Write from Thursday", NOW, "UTC")
        assert [(span.kind, span.value) for span in draft.spans] == [("earliest", "2026-11-19T00:00:00")]
        draft = parse("Write Thursday", NOW, "UTC")
        assert [(span.kind, span.value, span.label) for span in draft.spans] == [("day", "2026-11-19", "Thu 19 Nov 2026")]

    def test_cover_what_does_not_exist(self) -> None:
        draft = parse("Write by 31 Feb", NOW, "UTC")
        assert [(span.kind, span.text, span.value) for span in draft.spans] == [("deadline", "by 31 Feb", "")]


class TestOther:
    @pytest.mark.parametrize(
        ("text", "other", "read"),
        [
            ("Call next Friday at 5pm", "Fri 20 Nov 2026 at 5pm", "2026-11-20T17:00:00"),
            ("Call Wednesday", "Wed 25 Nov 2026", "2026-11-25"),
            ("Call 3/9", "Thu 3 Sep 2027", "2027-09-03"),
            ("Call by March", "by Wed 31 Mar 2027", "2027-03-31T23:59:00"),
            ("Call tomorrow at 3", "tomorrow at 03:00", "2026-11-19T03:00:00"),
            ("Dinner tomorrow at 7", "tomorrow at 07:00", "2026-11-19T07:00:00"),
        ],
    )
    def test_says_the_other_reading(self, text: str, other: str, read: str) -> None:
        span = parse(text, NOW, "UTC").spans[0]
        assert span.other in {other, other.replace("Thu 3 Sep", "Fri 3 Sep")}
        again = parse(text[: span.start] + span.other + text[span.end :], NOW, "UTC")
        assert [(one.kind, one.value) for one in again.spans] == [(span.kind, read)]

    def test_is_absent_where_there_is_one_reading(self) -> None:
        assert [span.other for span in parse("Call tomorrow 3pm 2h #home", NOW, "UTC").spans] == ["", "", ""]


class TestIgnored:
    def test_words_return_to_the_title(self) -> None:
        text = "Call Bob next Friday 2h #home"
        for span in parse(text, NOW, "UTC").spans:
            draft = parse(text, NOW, "UTC", ignored=[(span.start, span.end)])
            assert span.text in draft.title
            assert span.kind not in {one.kind for one in draft.spans}
            assert len(draft.spans) == 2

    def test_all(self) -> None:
        text = "Call Bob next Friday 2h #home"
        draft = parse(text, NOW, "UTC", ignored=[(0, len(text))])
        assert (draft.title, draft.spans) == (text, ())


class TestAfter:
    def test_known_titles(self) -> None:
        draft = parse("Write after call bob tomorrow", NOW, "UTC", tasks=["Call", "Call Bob", "Bob"])
        assert (draft.title, draft.after) == ("Write", ("Call Bob",))

    def test_unknown_titles(self) -> None:
        assert parse("Wash hands after dinner", NOW, "UTC", tasks=["Cook"]).title == "Wash hands after dinner"


class TestSeries:
    def test_begins_with_the_first_that_is_to_come(self) -> None:
        draft = parse("Train every other Tuesday at 9", NOW, "Europe/Berlin")
        assert draft.recurrence == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
        assert draft.start_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def test_has_the_wall_time_on_both_sides_of_a_clock_change(self) -> None:
        draft = parse("Train every Sunday at 9 starting 28 March 2027", NOW, "Europe/Berlin")
        assert draft.start_at
        assert draft.start_at.strftime("%d %H:%M %z") == "28 09:00 +0200"

    def test_too_often(self) -> None:
        assert parse("Look every 5 minutes", NOW, "UTC").problems == ("A task repeats at most once an hour.",)

    def test_over(self) -> None:
        assert parse("Train every Monday until Friday", NOW, "UTC").problems == ("The series is over before it begins.",)


class TestText:
    def test_control_characters_are_spaces(self) -> None:
        assert parse("Call\x00Bob\r\n\ttomorrow\x1b", NOW, "UTC").title == "Call Bob"

    def test_is_normalised(self) -> None:
        assert parse("Cafe\u0301", NOW, "UTC").title == "Caf\u00e9"

    def test_lone_surrogates_are_removed(self) -> None:
        assert parse("Call\ud800 Bob\udfff", NOW, "UTC").title == "Call Bob"

    def test_joined_emoji_and_other_scripts_are_kept(self) -> None:
        for title in ("👩‍👩‍👧 visit", "שיחה עם דנה", "लिखना", "买牛奶"):
            assert parse(f"{title} 2h", NOW, "UTC").title == title

    def test_endless_marks_are_cut(self) -> None:
        assert len(parse("a" + "\u0316" * 10_000, NOW, "UTC").title) == 31


class TestLimits:
    def test_longest_title(self) -> None:
        assert parse("x" * MAX_TITLE + " 2h", NOW, "UTC").problems == ()

    @pytest.mark.parametrize("length", [MAX_TITLE + 1, SCANNED + 1, 50_000])
    def test_title_too_long(self, length: int) -> None:
        assert parse("x" * length, NOW, "UTC").problems == (f"A title may have at most 500 characters; this one has {length}.",)

    def test_what_is_too_long_is_not_read(self) -> None:
        assert parse("write " * (SCANNED // 6 + 1) + "2h", NOW, "UTC").duration_minutes is None
        assert parse("write " * (SCANNED // 6) + "2h", NOW, "UTC").duration_minutes == 120

    def test_context(self) -> None:
        assert parse(f"Write // {'x' * MAX_CONTEXT}", NOW, "UTC").problems == ()
        too_long = parse(f"Write // {'x' * (MAX_CONTEXT + 1)}", NOW, "UTC")
        assert too_long.problems == ("The text after // may have at most 10000 characters; this one has 10001.",)

    def test_spaces_do_not_count(self) -> None:
        assert parse("Write" + " " * 5_000 + "2h", NOW, "UTC").duration_minutes == 120


class TestNow:
    def test_naive(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            parse("Write", NOW.replace(tzinfo=None), "UTC")

    def test_unknown_zone(self) -> None:
        with pytest.raises(ZoneInfoNotFoundError):
            parse("Write", NOW, "Mars/Olympus")

    def test_any_offset_is_the_same_instant(self) -> None:
        elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
        assert parse("Write tomorrow 3pm", elsewhere, "Europe/Berlin") == parse("Write tomorrow 3pm", NOW, "Europe/Berlin")

    def test_a_minute_that_runs_is_not_past(self) -> None:
        late = datetime(2026, 11, 18, 23, 59, 30, tzinfo=UTC)
        assert parse("Write today", late, "UTC").problems == ()


WORDS = (
    "by for at on from due before after until tomorrow tonight today friday sat next this week month end of the 3h 1h30 90 min "
    "5pm 17:00 25:00 noon midnight 27 nov 31 feb 2026-11-27 2020-01-01 3/9 in 3 days 2 weeks high priority urgent asap !1 !9 "
    "// ' ( ) , . - and every within half an hour other weekday 31st 1st first last of chunks #a +b @c * from to between past "
    "after mondays daily weekly times march jan year ago energy low morning eod 99 0 write report a\u0301 🎉 \x00 \ud800 ½ ٣ İ"
)
PHRASES = [*WORDS.split(" "), '"']
TITLE_WORDS = "write call ann report for on plan café 買う 7up second"
texts = st.text(max_size=120) | st.lists(st.sampled_from(PHRASES), max_size=25).map(" ".join)
texts |= st.lists(st.sampled_from(PHRASES), max_size=12).map("".join)
nows = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
plain_words = st.lists(st.sampled_from(TITLE_WORDS.split()), min_size=1, max_size=5)
plain_titles = plain_words.map(lambda words: " ".join(["tidy", *words, "room"]))


class TestAnyText:
    @tries(400)
    @given(texts, nows, st.sampled_from(ZONES), st.booleans())
    def test_is_read_and_nothing_is_lost(self, text: str, now: datetime, zone: str, day_first: bool) -> None:
        draft = parse(text, now, zone, day_first=day_first)
        at, left = 0, ""
        for span in draft.spans:
            assert at <= span.start < span.end <= len(draft.text)
            assert draft.text[span.start : span.end] == span.text
            left, at = left + draft.text[at : span.end if span.stays else span.start], span.end
        kept = [sign for sign in left + draft.text[at:] if sign.isalnum()]
        assert [sign for sign in draft.title if sign.isalnum()] == kept, "a word is in the title or in a span"
        assert draft.title == " ".join(draft.title.split())

    @tries(150)
    @given(texts, nows, st.sampled_from(ZONES), st.data())
    def test_a_removed_chip_gives_its_words_back(self, text: str, now: datetime, zone: str, data: st.DataObject) -> None:
        draft = parse(text, now, zone)
        chips = [span for span in draft.spans if span.kind != "context"]
        if not chips:
            return
        chip = data.draw(st.sampled_from(chips))
        after = parse(draft.text, now, zone, ignored=[(chip.start, chip.end)])
        assert all(span.end <= chip.start or span.start >= chip.end for span in after.spans)
        assert "".join(filter(str.isalnum, chip.text)) in "".join(filter(str.isalnum, after.title))

    @tries(150)
    @given(texts, nows, st.sampled_from(ZONES))
    def test_what_was_cleaned_is_read_the_same(self, text: str, now: datetime, zone: str) -> None:
        draft = parse(text, now, zone)
        assert parse(draft.text, now, zone) == draft

    @tries(200)
    @given(texts, nows, st.sampled_from(ZONES))
    def test_makes_sense_or_says_why_not(self, text: str, now: datetime, zone: str) -> None:
        draft = parse(text, now, zone)
        assert all(getattr(draft, name) is None or getattr(draft, name).tzinfo == ZoneInfo(zone) for name in TIMES)
        if draft.problems:
            assert all(not sentence[0].islower() and sentence.endswith(".") for sentence in draft.problems)
            return
        minute = now.replace(second=0, microsecond=0)
        assert draft.title
        assert draft.importance in {None, 1, 2, 3, 4}
        assert draft.duration_minutes is None or draft.duration_minutes > 0
        assert draft.start_at is None or draft.start_at.astimezone(UTC) >= minute
        if draft.deadline_at:
            begin = [at.astimezone(UTC) for at in (draft.start_at, draft.earliest_at, minute) if at]
            assert draft.deadline_at.astimezone(UTC) >= max(begin)

    @tries(150)
    @given(plain_titles, st.permutations(["3h", "tomorrow 3pm", "by Friday", "!2"]), st.sampled_from(ZONES), st.integers(0, 4))
    def test_order_does_not_matter(self, title: str, phrases: list[str], zone: str, before: int) -> None:
        draft = parse(" ".join([*phrases[:before], title, *phrases[before:]]), NOW, zone)
        expected = parse(f"{title} 3h tomorrow 3pm by Friday !2", NOW, zone)
        assert fields(draft) == fields(expected)
        assert (draft.title, draft.duration_minutes, draft.importance) == (title, 180, 2)
        assert draft.start_at is not None
        assert (draft.start_at.hour, draft.start_at.minute) == (15, 0)

    @tries(100)
    @given(plain_titles)
    def test_a_title_alone_says_no_more(self, title: str) -> None:
        alone = parse(parse(f"{title} 3h by Friday 5pm", NOW, "UTC").title, NOW, "UTC")
        assert fields(alone) == {"title": title}


class TestClockChanges:
    @tries(300)
    @given(nows, st.sampled_from(ZONES), st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
    def test_tomorrow_is_that_wall_time_or_the_end_of_a_gap(self, now: datetime, zone: str, hour: int, minute: int) -> None:
        tz = ZoneInfo(zone)
        draft = parse(f"Call tomorrow {hour:02d}:{minute:02d}", now, zone)
        assert draft.start_at is not None
        wall = (now.astimezone(tz) + timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        is_real = wall.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None)
        moved = draft.start_at.replace(tzinfo=None) - wall.replace(tzinfo=None)
        assert moved == timedelta(0) if is_real else timedelta(0) < moved <= timedelta(days=1)

    @tries(300)
    @given(nows, st.sampled_from(ZONES))
    def test_a_day_ends_a_minute_before_the_next(self, now: datetime, zone: str) -> None:
        day = parse("Call in 7 days", now, zone)
        after = parse("Call in 8 days", now, zone)
        assert day.deadline_at is not None
        assert after.earliest_at is not None
        assert after.earliest_at.astimezone(UTC) - day.deadline_at.astimezone(UTC) == timedelta(minutes=1)


def work_of(text: str) -> int:
    """What the parser does for a text, in calls."""
    return calls_of(lambda: parse(text, NOW, "UTC"))


HOSTILE = [
    "1 ",
    "a ",
    "on the 1st and ",
    "Mon, ",
    "from 3 to ",
    "after *a ",
    "in 3 days and ",
    "#a",
    "write ",
    "by 5 ",
    "friday , ",
    "'a ",
    '"',
    "(",
    "every ",
    "1",
    "!1 ",
    "3h ",
    "at 9 ",
    "27 nov ",
]


class TestSpeed:
    @pytest.mark.parametrize("piece", HOSTILE)
    def test_twice_the_text_is_twice_the_work(self, piece: str) -> None:
        half = (SCANNED // 4) // len(piece)
        assert work_of(piece * half * 2) <= 2.2 * work_of(piece * half)

    @pytest.mark.parametrize("piece", ["a ", "x", "!", '"', "by Friday 5pm ", "e\u0301\u0316", " ", "// ", string.printable])
    def test_a_hostile_text(self, piece: str) -> None:
        text = piece * (50_000 // len(piece))
        started = time.process_time()
        parse(text, NOW, "UTC")
        assert time.process_time() - started < 3  # measured: 7 ms
