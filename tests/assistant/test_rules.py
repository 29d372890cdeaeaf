"""Rules: durations from titles, the priority formula, inheritance along dependencies, and reasons that say the terms."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.advice import Situation, TaskBrief
from assistant.rules import RulesAssistant, estimate_minutes, priorities_of, priority_of
from tests.assistant.conftest import NOW

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("title", "minutes"),
    [
        ("Call Bob", 20),
        ("Email Ann about the offer", 15),
        ("write an email to Bob", 15),
        ("Review pull request", 30),
        ("Write report", 90),
        ("quick call with Bob", 10),
        ("Deep review of the contract", 45),
        ("Team meeting", 30),
        ("Fix the login bug", 60),
        ("Buy a present", 30),
        ("", 30),
        ("Recall the shipment", 30),  # "call" inside a word is no call
    ],
)
def test_estimates(title: str, minutes: int) -> None:
    assert estimate_minutes(title) == minutes


@given(st.text(max_size=200))
def test_every_estimate_is_usable(title: str) -> None:
    minutes = estimate_minutes(title)
    assert 10 <= minutes <= 180
    assert minutes % 5 == 0


def brief(number: int = 1, *, due_in: timedelta | None = None, minutes: int = 30, **fields: object) -> TaskBrief:
    deadline = NOW + due_in if due_in is not None else None
    known = {"id": number, "title": f"Task {number}", "deadline_at": deadline, "duration_minutes": minutes}
    return TaskBrief.model_validate(known | fields)


class TestPriority:
    def test_importance_orders(self) -> None:
        scores = [priority_of(brief(importance=level), NOW, BERLIN).priority for level in (1, 2, 3, None, 4)]
        assert all(earlier > later for earlier, later in pairwise(scores))

    def test_nearer_deadlines_score_higher(self) -> None:
        scores = [priority_of(brief(due_in=timedelta(hours=hours)), NOW, BERLIN).priority for hours in (4, 24, 72, 240)]
        assert all(earlier > later for earlier, later in pairwise(scores))

    def test_more_work_before_the_same_deadline_scores_higher(self) -> None:
        short, long = (priority_of(brief(due_in=timedelta(days=2), minutes=m), NOW, BERLIN).priority for m in (30, 480))
        assert long > short

    def test_age_adds_at_most_a_point(self) -> None:
        new, old, ancient = (
            priority_of(brief(created_at=NOW - timedelta(days=days)), NOW, BERLIN).priority for days in (0, 30, 900)
        )
        assert (new, old, ancient) == (1.5, 2.5, 2.5)

    def test_overdue_and_highest_is_ten_only_when_old(self) -> None:
        late = brief(due_in=timedelta(hours=-3), importance=1, created_at=NOW - timedelta(days=60))
        assert priority_of(late, NOW, BERLIN).priority == 10.0

    def test_the_formula(self) -> None:
        # importance 2 = 3.0; slack = 3.5 days - 3 x 4 h = 3 days, so 5 x 2 ** -1.5 = 1.77; no age.
        task = brief(importance=2, due_in=timedelta(days=3, hours=12), minutes=240)
        assert priority_of(task, NOW, BERLIN).priority == 4.8

    def test_the_reason_says_the_terms_in_local_time(self) -> None:
        task = brief(
            importance=1, deadline_at=datetime(2026, 11, 22, 16, 0, tzinfo=NOW.tzinfo), created_at=NOW - timedelta(days=12)
        )
        assert priority_of(task, NOW, BERLIN).reason == "due Sunday 17:00, in 2 days; importance 1; added 12 days ago"

    @pytest.mark.parametrize(
        ("due_in", "words"),
        [
            (timedelta(hours=5), "due today 15:00, in 5 hours"),
            (timedelta(days=1), "due tomorrow 10:00, in 1 day"),
            (timedelta(days=14), "due Fri 4 Dec 10:00, in 14 days"),
            (timedelta(minutes=-40), "was due today 09:20, 40 minutes ago"),
            (timedelta(minutes=60), "due today 11:00, in 1 hour; hardly time for 30 minutes of work"),
        ],
    )
    def test_deadlines_in_words(self, due_in: timedelta, words: str) -> None:
        assert priority_of(brief(due_in=due_in), NOW, BERLIN).reason == words

    def test_no_term_no_claim(self) -> None:
        assert priority_of(brief(), NOW, BERLIN).reason == "no deadline and no importance given"


class TestInheritance:
    def test_a_task_is_as_pressing_as_what_waits_for_it(self) -> None:
        first, second = brief(1), brief(2, waits_for=(1,))
        last = brief(3, waits_for=(2,), importance=1, due_in=timedelta(hours=2))
        scores = {item.task_id: item for item in priorities_of((first, second, last), NOW, BERLIN)}
        assert scores[1].priority == scores[2].priority == scores[3].priority > 8
        assert "“Task 3” waits for it" in scores[1].reason

    def test_cycles_and_strangers_end(self) -> None:
        tasks = (brief(1, waits_for=(2, 99)), brief(2, waits_for=(1, 2), importance=1))
        assert [item.priority for item in priorities_of(tasks, NOW, BERLIN)] == [4.0, 4.0]

    @given(st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 12), max_size=4)), max_size=12))
    def test_no_task_is_below_one_that_waits_for_it(self, drawn: list[tuple[int, list[int]]]) -> None:
        tasks = tuple(
            brief(number, importance=level or None, waits_for=tuple(waits)) for number, (level, waits) in enumerate(drawn)
        )
        scores = {item.task_id: item.priority for item in priorities_of(tasks, NOW, BERLIN)}
        assert all(scores[e] >= scores[t.id] for t in tasks for e in t.waits_for if e in scores)


class TestRulesAssistant:
    async def test_answers_for_every_task_in_order(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> None:
        advised = await RulesAssistant().advise(tasks, situation)
        scored = await RulesAssistant().prioritise(tasks, situation)
        assert [item.task_id for item in advised.advice] == [item.task_id for item in scored.priorities] == [11, 12, 13]
        assert [item.duration_minutes for item in advised.advice] == [20, 90, None]  # the last was given by the person
        assert (advised.source, advised.fallback_reason, advised.calls) == ("rules", None, ())

    async def test_an_unknown_zone_is_no_error(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> None:
        nowhere = situation.model_copy(update={"timezone": "Mars/../etc"})
        assert len((await RulesAssistant().prioritise(tasks, nowhere)).priorities) == 3
