"""What people say about their week, read by rules: every phrase of the case set, and properties of any text."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.context import ADAPTER, Part, Reading, key_of
from assistant.context_rules import read_context
from assistant.kinds import matches
from config import ROOT
from tests.support.tries import tries

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases" / "context.jsonl").read_text().splitlines()]
BITS = (
    "I work",
    "Mon-Fri",
    "9-5",
    "lunch",
    "at noon",
    "no meetings",
    "before 10",
    ",",
    ".",
    "\n",
    "and",
    "every 2 hours",
    "break",
    "10 minutes",
    "between tasks",
    "gym",
    "Tue and Thu",
    "in the morning",
    "except",
    "off",
    "focus",
    "1:1",
    "25:99",
    '"',
    "#x",
    "(",
    "\ud800",
    "٣",
    "²",
    "é",
)


def said(reading: Reading) -> list[object]:
    return [found.constraint.model_dump(mode="json") for found in reading.found]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:60] for case in CASES])
def test_case(case: dict[str, object]) -> None:
    assert said(read_context(str(case["text"]))) == case["expected"]


def test_case_set_is_large() -> None:
    assert len(CASES) >= 150
    assert len({case["text"] for case in CASES}) == len(CASES)
    assert sum(not case["expected"] for case in CASES) >= 40


def test_evals_are_sound() -> None:
    """The evaluation set has enough cases, and every expected constraint is one that can be."""
    cases = [json.loads(line) for line in (ROOT / "evals" / "context.jsonl").read_text().splitlines()]
    assert len(cases) >= 40
    for case in cases:
        assert [ADAPTER.validate_python(item).model_dump(mode="json") for item in case["expected"]] == case["expected"]


def test_places() -> None:
    """Each part is shown with its own words, and what is not understood says so."""
    reading = read_context("Hello there. I work 9-5, my wife works 8-4.")
    assert [reading.words(found) for found in reading.found] == ["I work 9-5"]
    assert [(reading.words(left), left.why) for left in reading.left] == [
        ("Hello there", ""),
        ("my wife works 8-4", "This is about somebody or something else."),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Should I work on Fridays?", "This is a question."),
        ("Dentist tomorrow at 3pm", "This is not every week: add it as a busy time or a day off."),
        ("Sometimes I work weekends.", "This is not certain enough to plan by."),
        ("choir at 8pm", "Say on which days."),
        ("I work in the mornings", "Say from when to when you work."),
        ("15 minutes between meetings", "Room can be left after every task, not only after some."),
        ("focus time on Tuesday mornings", "Focus time is the same on every day."),
        ("no meetings at noon", "Say from when to when."),
        ("break every 5 minutes", "These numbers are out of range."),
        ("I work from 1am to 11pm", "Nobody works more than 16 hours in a row."),
        ("I don't work Mon-Sun", "A week without any working day leaves nothing to plan."),
        ("gym on " + "Mon at 7 " * 60, "These are too many times for one sentence: divide it."),
        ("calls only from 9 to 9:05 on Mondays", "This would leave no time for it."),
    ],
)
def test_why_not(text: str, why: str) -> None:
    reading = read_context(text)
    assert (reading.found, [left.why for left in reading.left]) == ((), [why])


def check_sound(text: str) -> None:
    reading = read_context(text)
    parts: list[Part] = [*reading.found, *reading.left]
    for part in parts:
        assert 0 <= part.start < part.end <= len(text)
    places = sorted({(part.start, part.end) for part in parts})
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    for found in reading.found:
        assert ADAPTER.validate_json(found.constraint.model_dump_json()) == found.constraint
    assert read_context(text) == reading


@given(st.text(st.characters(), max_size=200))
@tries(300)
def test_any_text(text: str) -> None:
    check_sound(text)


@given(st.lists(st.sampled_from(BITS), max_size=25).map(" ".join))
@tries(500)
def test_any_phrases(text: str) -> None:
    check_sound(text)


@pytest.mark.parametrize(
    "piece",
    [
        "I work Mon-Fri 9-5, lunch at noon. ",
        "no meetings or calls, ",
        "Mon, Tue, ",
        "9-5 ",
        "and ",
        "(",
        "x",
        "at ",
        '"',
        "\n- ",
    ],
)
def test_a_million_characters(piece: str) -> None:
    """Only the beginning is read; how the work grows with it is counted in `tests/guarantees/test_long_texts.py`."""
    begun = time.process_time()
    read_context(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("about", "title", "labels", "expected"),
    [
        ("meetings", "Meeting with Bob", (), True),
        ("meetings", "Sync on the roadmap", (), True),
        ("meetings", "1:1 with Ann", (), True),
        ("meetings", "Meet the plumber", (), True),
        ("meetings", "Write the minutes", (), False),
        ("calls", "Call Bob", (), True),
        ("calls", "Recall the parts", (), False),
        ("phone calls", "Phone the bank", (), True),
        ("errands", "Buy milk", (), True),
        ("admin", "Pay the invoices", (), True),
        ("admin", "Draft", ("Admin",), True),
        ("errands", "Draft", ("errand", "x"), True),
        ("photography", "Photography walk", (), True),
        ("german homework", "Homework for German", (), True),
        ("tasks", "Anything", (), True),
        ("groceries", "Grocery list", (), True),
        ("#", "Anything", (), False),
    ],
)
def test_kinds(about: str, title: str, labels: tuple[str, ...], expected: bool) -> None:
    assert matches(about, title, labels) is expected


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "work", "days": [], "start": "09:00", "end": "17:00"},
        {"kind": "work", "days": ["mon"], "start": "24:00", "end": "17:00"},
        {"kind": "work", "days": ["mon"], "start": "09:00", "end": "09:00"},
        {"kind": "work", "days": ["mon"], "start": "9:00", "end": "17:00"},
        {"kind": "work", "days": ["mon"], "start": 540.5, "end": "17:00"},
        {"kind": "work", "days": ["someday"], "start": "09:00", "end": "17:00"},
        {"kind": "focus", "start": "17:00", "end": "09:00"},
        {"kind": "routine", "title": "", "days": ["mon"], "start": "09:00", "end": "10:00"},
        {"kind": "routine", "title": "Sleep", "days": ["mon"], "start": "09:00", "end": "22:00"},
        {"kind": "break", "after_minutes": 120, "minutes": 15, "also": 1},
        {"kind": "window", "about": "x", "rule": "never", "start": "00:00", "end": "24:00"},
        {"kind": "delete_everything"},
    ],
)
def test_what_cannot_be(value: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(value)


def test_keys() -> None:
    """The same said in other words is the same."""
    one, two = (read_context(text).found[0].constraint for text in ("gym on Tue at 18", "GYM, Tuesdays 18-19"))
    other = read_context("gym on Wed at 18").found[0].constraint
    assert key_of(one) == key_of(two) != key_of(other)
