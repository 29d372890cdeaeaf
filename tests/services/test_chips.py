"""The chips of a text: one for each thing understood, gone when removed, and what they say is what is stored."""

from __future__ import annotations

import pytest

from services.chips import MOST_CHIPS, MOST_OTHERS, ChipService, Heard
from services.tasks import TaskService
from tests.support.stage import Stage


async def hear(stage: Stage, text: str, *ignored: str, who: int | None = None) -> Heard:
    async with stage.reading(who) as scope:
        return await ChipService(scope).hear(text, ignored)


@pytest.mark.parametrize(
    ("text", "title", "labels"),
    [
        ("Write report 2h by Friday 17:00 !2", "Write report", ["2 h", "by Fri 27 Nov, 17:00", "importance 2"]),
        ("Call Bob tomorrow 3-4pm", "Call Bob", ["Tue 24 Nov, 15:00–16:00"]),
        (
            "Tomorrow call Bob at 3-4pm",
            "call Bob",
            ["Tue 24 Nov", "15:00–16:00"],
        ),  # two that can be removed, each with its half
        ("Standup every weekday at 9:30 15min", "Standup", ["every weekday at 09:30", "15 min"]),
        ("Gym every Tue and Thu at 18 until June", "Gym", ["every Tue and Thu at 18:00 until 1 Jun 2027"]),
        ("Write +book #desk @ann in 1h chunks // at home", "Write", ["+book", "#desk", "@ann", "in parts of 1 h", "context"]),
        ("Pay by 31 January 2028", "Pay", ["by Mon 31 Jan 2028"]),
        ("Read a book", "Read a book", []),
    ],
)
async def test_labels(stage: Stage, text: str, title: str, labels: list[str]) -> None:
    heard = await hear(stage, text)
    assert (heard.title, [chip.label for chip in heard.chips], heard.problems) == (title, labels, ())


@pytest.mark.parametrize(
    "text",
    [
        "Write report 2h by Friday 17:00 !2",
        "Standup every weekday at 9:30 15min until June",
        "Write +book #desk @ann in 1h chunks // at home",
        "Call Bob tomorrow 3-4pm in the office, high energy",
        "Täglich 😀 tomorrow and tomorrow 2h",
    ],
)
async def test_removing_all(stage: Stage, text: str) -> None:
    """Chip after chip goes, and its words come back, until the whole text is the title; none comes back."""
    heard, rounds = await hear(stage, text), 0
    while heard.chips:
        rounds += 1
        assert rounds < 10
        heard = await hear(stage, text, *heard.ignored, *heard.chips[0].anchor.splitlines())
    assert heard.title == text
    async with stage.writing() as scope:
        added = await TaskService(scope).add(text, ignored=heard.ignored)
    assert (added.task.title, added.task.deadline_at, added.task.series_id) == (text, None, None)


async def test_other_reading(stage: Stage) -> None:
    (chip,) = (await hear(stage, "Review next Friday")).chips
    assert (chip.label, chip.other_label) == ("Fri 4 Dec", "Fri 27 Nov")
    (other,) = (await hear(stage, chip.other_text)).chips
    assert other.label == "Fri 27 Nov"


async def test_other_reading_of_the_day_alone(stage: Stage) -> None:
    day, time = (await hear(stage, "Lunch next Friday 3-4pm")).chips
    assert (day.label, day.other_label, time.label, time.other_label) == ("Fri 4 Dec", "Fri 27 Nov", "15:00–16:00", "")


async def test_other_time_of_a_series(stage: Stage) -> None:
    (chip,) = (await hear(stage, "Standup every weekday at 9")).chips
    assert (chip.label, chip.other_label) == ("every weekday at 09:00", "every weekday at 21:00")


async def test_problems(stage: Stage) -> None:
    heard = await hear(stage, "Write by yesterday")
    assert (heard.problems, len(heard.chips)) == (("The deadline Sun 22 Nov 2026 is in the past.",), 1)


async def test_text_that_changed(stage: Stage) -> None:
    heard = await hear(stage, "Plan tomorrow 2h", "5:tomorrow")
    assert heard.ignored == ("5:tomorrow",)
    heard = await hear(stage, "Really plan for tomorrow 2h", *heard.ignored)
    assert (heard.ignored, heard.title) == (("16:tomorrow",), "Really plan for tomorrow")
    assert (await hear(stage, "Really plan 2h", *heard.ignored)).ignored == ()


@pytest.mark.parametrize("phrase", ["next friday ", "#a ", "every monday at 9 "])
async def test_bounded(stage: Stage, phrase: str) -> None:
    """However many things a line says, the answer to a key press stays small."""
    heard = await hear(stage, f"Do it {phrase * 100}")
    assert 1 <= len(heard.chips) <= MOST_CHIPS
    assert sum(bool(chip.other_text) for chip in heard.chips) <= MOST_OTHERS


async def test_other_users_titles(stage: Stage) -> None:
    """A title of somebody else is not known."""
    await stage.add("Nap")
    assert [chip.label for chip in (await hear(stage, "Read after nap")).chips] == ["after Nap"]
    assert (await hear(stage, "Read after nap", who=stage.eve)).chips == ()
