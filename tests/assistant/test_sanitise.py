"""What a model says is bounded field by field, and the person's own words stand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.advice import Situation, TaskBrief
from assistant.sanitise import PriorityGuess, SlotGuess, by_task, clean, one_line, to_advice, to_priority
from tests.assistant.conftest import NOW

SITUATION = Situation(now=NOW, timezone="Europe/Berlin")
BRIEF = TaskBrief(id=7, title="Write report")


def guess(**fields: object) -> SlotGuess:
    return SlotGuess.model_validate({"task_id": 7, **fields})


def test_a_bad_field_spoils_no_other() -> None:
    advice = to_advice(
        guess(
            duration_minutes="ages",
            energy="cosmic",
            deadline_at="Friday",
            preferred="mornings",
            suggested_start="2026-11-23T09:00",
        ),
        BRIEF,
        SITUATION,
    )
    assert advice.suggested_start == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert (advice.duration_minutes, advice.energy, advice.deadline_at, advice.preferred) == (None, None, None, ())


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        (45, 45),
        ("45", 45),
        (62.5, 65),
        (1, 5),
        (0, None),
        (-30, None),
        (1441, None),
        (math.nan, None),
        (math.inf, None),
        (True, 5),
    ],
)
def test_durations(said: object, minutes: int | None) -> None:
    assert to_advice(guess(duration_minutes=said), BRIEF, SITUATION).duration_minutes == minutes


def test_naive_times_are_local_and_aware_times_keep_their_meaning() -> None:
    advice = to_advice(guess(earliest_at="2026-11-23T09:00", deadline_at="2026-11-24T09:00-05:00"), BRIEF, SITUATION)
    assert advice.earliest_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert advice.deadline_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["1999-01-01T09:00", 0, "2026-11-20T09:59", "2999-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"]
)
def test_past_and_absurd_times_are_dropped(said: object) -> None:
    advice = to_advice(guess(earliest_at=said, deadline_at=said, suggested_start=said), BRIEF, SITUATION)
    assert (advice.earliest_at, advice.deadline_at, advice.suggested_start) == (None, None, None)


def test_a_deadline_before_the_start_drops_both() -> None:
    advice = to_advice(guess(earliest_at="2026-11-24T09:00", deadline_at="2026-11-23T09:00"), BRIEF, SITUATION)
    assert (advice.earliest_at, advice.deadline_at) == (None, None)


def test_the_persons_words_stand() -> None:
    own = BRIEF.model_copy(update={"duration_minutes": 30, "deadline_at": NOW + timedelta(days=1)})
    advice = to_advice(
        guess(duration_minutes=300, deadline_at="2026-12-24T09:00", earliest_at="2026-12-01T09:00"), own, SITUATION
    )
    assert (advice.duration_minutes, advice.deadline_at, advice.earliest_at) == (None, None, None)


def test_a_slot_that_misses_the_deadline_is_dropped() -> None:
    fits, misses = (
        to_advice(guess(duration_minutes=60, deadline_at="2026-11-23T17:00", suggested_start=start), BRIEF, SITUATION)
        for start in ("2026-11-23T16:00", "2026-11-23T16:05")
    )
    assert fits.suggested_start is not None
    assert misses.suggested_start is None
    assert misses.deadline_at is not None


def test_windows() -> None:
    said = [
        {"start": "2026-11-20T09:00", "end": "2026-11-20T12:00"},  # has begun: from now on
        {"start": "2026-11-19T09:00", "end": "2026-11-19T12:00"},  # is over
        {"start": "2026-11-23T12:00", "end": "2026-11-23T09:00"},  # backwards
        {"start": "soon"},
        *({"from": f"2026-11-2{day}T09:00", "to": f"2026-11-2{day}T10:00"} for day in range(3, 9)),
    ]
    windows = to_advice(guess(preferred=said), BRIEF, SITUATION).preferred
    assert len(windows) == 5
    assert (windows[0].start, windows[0].end) == (NOW, datetime(2026, 11, 20, 11, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "score"),
    [(7.25, 7.2), ("8", 8.0), (0, 0.0), (10, 10.0), (10.01, None), (-1, None), (math.nan, None), (None, None)],
)
def test_priorities(said: object, score: float | None) -> None:
    priority = to_priority(PriorityGuess.model_validate({"id": 7, "score": said}), BRIEF)
    assert (priority.priority if priority else None) == score


def test_strangers_and_repeats_are_dropped() -> None:
    guesses = [PriorityGuess(task_id=number, priority=score) for number, score in ((7, 1.0), (8, 2.0), (7, 3.0), (None, 4.0))]
    assert {key: found.priority for key, found in by_task(guesses, [7, 9]).items()} == {7: 1.0}


def test_text_is_made_fit_to_be_shown() -> None:
    assert one_line("  a\x00b\n\tc\ud800 \u202ed\u200b ") == "ab c d"
    assert clean("line 1\nline 2\x07") == "line 1\nline 2"
    assert len(one_line("x" * 100_000)) == 300


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2026-11-23T09:00", "2026-11-22T09:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["start", "end"]), inner, max_size=2),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(SlotGuess.model_fields)), json_like))
def test_no_answer_of_any_kind_breaks_or_escapes_the_bounds(said: dict[str, object]) -> None:
    advice = to_advice(SlotGuess.model_validate(said), BRIEF, SITUATION)
    assert advice.task_id == 7
    times = [advice.earliest_at, advice.deadline_at, advice.suggested_start, *(window.start for window in advice.preferred)]
    assert all(time is None or time >= NOW for time in times)
    advice.model_dump_json().encode()
