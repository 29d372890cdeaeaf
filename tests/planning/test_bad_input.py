"""What makes no sense is refused in a sentence or left out with a reason, and nothing hangs: a plan comes within its budget
and a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generate import within
from planning.draft import draft
from planning.engine import solve
from planning.exchange import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from planning.problem import (
    Allowance,
    Budget,
    Busy,
    Calendar,
    Demand,
    Interval,
    Job,
    Predecessor,
    Problem,
    ProblemError,
    Resource,
    Unplaced,
)
from tests.planning.cases import ADA, DAY, assert_valid, block, codes, day, job, pinned, starts
from tests.support.tries import tries

WINDOWS = tuple(Interval(minute, minute + 20) for minute in range(0, 30_000, 30))


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (day(job("a", release=300, deadline=200, deadline_is_hard=True)), {"a": "hard_deadline"}),
        (day(job("a", 90, min_chunk=60, allowed=(Interval(0, 50), Interval(100, 150)))), {"a": "too_long"}),
        (day(job("a"), hours=()), {"a": "no_window"}),
        (day(job("a"), busy=((0, 480),)), {"a": "no_window"}),
        (day(job("a", 10**9)), {"a": "too_long"}),
        (day(job("a", 5_000, max_chunk=5)), {"a": "too_long"}),
        (day(job("a", buffer_after=10**9), job("b"), fixed=(pinned("b", 420),)), {"a": "too_long"}),
        (day(job("a", max_per_day=30, min_chunk=1)), {"a": "too_long"}),
        (day(job("a", predecessors=(Predecessor("b", 10**12),)), job("b")), {"a": "no_window"}),
        (
            day(job("a", 100), job("b"), resources=(Resource("ada", 1, "Work", max_stretch=1, break_minutes=10**6),)),
            {"a": "no_room"},
        ),
    ],
)
def test_left_out_with_a_reason(problem: Problem, expected: dict[str, str]) -> None:
    plan = solve(problem, seconds=5, effort=0.1)
    assert_valid(problem, plan)
    assert codes(plan) == expected


@pytest.mark.parametrize(
    "fields",
    [{"horizon": 0}, {"horizon": -5}, {"horizon": 10**9}, {"now": 1440}, {"grid": 0}, {"seed": 0, "horizon": 1, "now": 1}],
)
def test_refused(fields: dict[str, int]) -> None:
    with pytest.raises(ProblemError, match=r"^[A-Z].*\.$"):
        day(job("a"), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"weight": nan},
        {"duration": 0},
        {"duration": -1},
        {"min_chunk": -5},
        {"max_per_day": 0},
        {"max_chunk": 1, "duration": 5_000},
        {"duration": nan},
        {"duration": inf},
        {"release": nan},
        {"deadline": nan},
        {"suggested_start": nan},
        {"buffer_after": nan},
        {"min_chunk": nan},
        {"max_chunk": nan},
        {"max_per_day": nan},
    ],
)
def test_jobs_refused_by_name(fields: dict[str, float]) -> None:
    with pytest.raises(ProblemError, match=r"^Job 'a' .*\.$"):
        Job(**{"id": "a", "duration": 5, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (Interval, {"start": nan, "end": 5}),
        (Interval, {"start": 0, "end": nan}),
        (Predecessor, {"job_id": "a", "lag": nan}),
        (Allowance, {"interval": Interval(0, 5), "minutes": nan}),
        (Resource, {"id": "ada", "capacity": nan}),
        (Resource, {"id": "ada", "max_stretch": nan}),
        (day, {"horizon": nan}),
        (day, {"now": nan}),
        (day, {"grid": nan}),
    ],
)
def test_nan_is_refused_everywhere(make: Callable[..., object], fields: dict[str, object]) -> None:
    with pytest.raises(ProblemError, match=r"^[A-Z].*\.$"):
        make(**fields)


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ((job("a", after=("b",)), job("b", after=("a",))), "Job 'a' waits for itself: a after b after a"),
        ((job("a", demands=(Demand("ada", 2),)),), "Job 'a' may ask for 1 to 1 of 'ada', not 2"),
        (
            tuple(job(str(number), 1_000, max_chunk=2 - number % 2) for number in range(21)),
            "need 15500 blocks, job '1' the most; 15000 can be planned",
        ),
    ],
)
def test_problems_refused_by_name(jobs: tuple[Job, ...], words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        day(*jobs)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (job("a", release=300, deadline=200, deadline_is_hard=True), "hard_deadline"),
        (job("a", min_chunk=30, allowed=(Interval(0, 25), Interval(50, 75))), "too_long"),
        (job("a", calendar="Never"), "no_window"),
        (job("a", allowed=()), "no_window"),
        (job("a", release=DAY), "no_window"),
        (job("a", 481), "too_long"),
        (job("a", deadline=-5, deadline_is_hard=True), "hard_deadline"),
    ],
)
def test_the_rest_is_planned(wrong: Job, code: str) -> None:
    calendars = (Calendar("Work", (Interval(0, 480),)), Calendar("Never", ()))
    problem = day(wrong, job("b"), job("c", after=("a",)), calendars=calendars)
    plan = solve(problem, seconds=5, effort=0.1)
    assert_valid(problem, plan)
    assert starts(plan) == {"b": 0}
    assert plan.unplaced == (Unplaced("a", code), Unplaced("c", "predecessor", "a"))  # type: ignore[arg-type]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4, unique=True))
@tries(60)
def test_names_may_be_any_unicode(names: list[str]) -> None:
    problem = Problem(tuple(Job(name, 30, name=name, demands=ADA) for name in names), (Resource("ada"),), 1440)
    plan = solve(problem, seconds=5, effort=0.05)
    assert_valid(problem, plan)
    assert problem_from_json(problem_to_json(problem)) == problem
    assert plan_from_json(plan_to_json(plan)) == plan


def test_ten_thousand_jobs() -> None:
    problem = within(1, 10_000, 50)
    begin = time.process_time()  # other processes do not count
    plan = solve(problem, seconds=3, clock=time.process_time)
    assert time.process_time() - begin < 3 + 1
    assert_valid(problem, plan)


def _year(*jobs: Job, busy: tuple[Busy, ...] = (), grid: int = 5) -> Problem:
    hours = Calendar("Work", tuple(Interval(number * DAY + 540, number * DAY + 1020) for number in range(365)))
    return Problem(jobs, (Resource("ada", 1, "Work", busy),), 366 * DAY, calendars=(hours,), grid=grid)


def _meetings(count: int) -> Problem:
    """Each of thousands of gaps between meetings is too short, or taken, when the last jobs look for one."""
    busy = tuple(Busy(Interval(minute, minute + 7)) for minute in range(0, 366 * DAY - 10, 40))
    return _year(*(job(str(number), 30, deadline=5_000 + number * 60) for number in range(count)), busy=busy)


def _windows(count: int) -> Problem:
    """A thousand windows for each, all of them too short."""
    return _year(*(job(str(number), 30, allowed=WINDOWS, preferred=WINDOWS) for number in range(count)))


def _minutes(count: int) -> Problem:
    """A thousand blocks of a minute for each."""
    return _year(*(job(str(number), 1_000, max_chunk=1) for number in range(count)), grid=1)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (_meetings, 2_000),
        (_windows, 400),
        (_minutes, 15),
        pytest.param(_meetings, 3_000, marks=pytest.mark.guarantees),
        pytest.param(_windows, 1_000, marks=pytest.mark.guarantees),
    ],
)
def test_ends_in_time(make: Callable[[int], Problem], count: int) -> None:
    problem = make(count)
    begin = time.process_time()  # other processes do not count
    plan = solve(problem, seconds=2, clock=time.process_time)
    assert time.process_time() - begin < 2 + 1
    assert_valid(problem, plan)


def _calendars(count: int) -> Problem:
    """A hundred calendars that leave each day too little beside the person's own hours."""
    problem = _year()
    named = (Calendar(str(k), tuple(Interval(d * DAY + k, d * DAY + k + 450) for d in range(365))) for k in range(100))
    jobs = tuple(job(str(number), 60, calendar=str(number % 100)) for number in range(count))
    return replace(problem, jobs=jobs, calendars=(*problem.calendars, *named))


def _breaks(count: int) -> Problem:
    """A break after each block leaves a gap in which nothing may be planned."""
    lengths = ((15 * (1 + number % 4), 5 * (number % 3)) for number in range(count))
    jobs = (
        job(str(number), length, buffer_after=buffer, deadline=number * 7919 % (365 * DAY))
        for number, (length, buffer) in enumerate(lengths)
    )
    return replace(_year(*jobs), resources=(Resource("ada", 1, "Work", max_stretch=90, break_minutes=15),))


def _budgets(count: int, **fields: int) -> Problem:
    """Five budgets of each job, with a daily allowance that does not hold all."""
    jobs = tuple(job(str(number), 100, deadline=1_000, **fields) for number in range(count))
    daily = tuple(Allowance(Interval(number * DAY, (number + 1) * DAY), 145) for number in range(366))
    ids = tuple(own.id for own in jobs)
    return replace(_year(*jobs, grid=1), budgets=tuple(Budget(str(place), ids, daily) for place in range(5)))


def _chunks_beyond_budgets(count: int) -> Problem:
    """Each day's allowance holds a chunk, but no way to cut a job has one so short."""
    problem = _budgets(count, min_chunk=40, max_chunk=60)
    short = tuple(Allowance(entry.interval, 45) for entry in problem.budgets[0].allowances)
    jobs = tuple(replace(own, duration=110, deadline=None) for own in problem.jobs)
    return replace(problem, jobs=jobs, budgets=(replace(problem.budgets[0], allowances=short),))


@pytest.mark.parametrize(
    ("make", "count"), [(_calendars, 2_000), (_breaks, 10_000), (_budgets, 200), (_chunks_beyond_budgets, 4)]
)
def test_a_first_plan_takes_less_than_a_second(make: Callable[[int], Problem], count: int) -> None:
    problem = make(count)
    begin = time.process_time()
    plan = solve(problem, seconds=0.4, clock=time.process_time)
    assert time.process_time() - begin < 0.4 + 1
    assert_valid(problem, plan)


def test_hundreds_of_windows_and_current_blocks_out_of_nowhere() -> None:
    windows = tuple(Interval(minute, minute + 3) for minute in range(0, 1440, 5))
    jobs = [job(str(number), 5, allowed=windows, preferred=windows) for number in range(50)]
    problem = day(*jobs, current=tuple(block(str(number), -7 * number, 11) for number in range(50)))
    assert {*codes(draft(problem)).values()} == {"too_long"}
