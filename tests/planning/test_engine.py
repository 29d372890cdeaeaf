"""The whole pass: better than its parts, calm, reproducible, and bounded on what is large or hopeless (G16, G17)."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.draft import draft
from planning.engine import solve
from planning.problem import Busy, Calendar, Interval, Placement, Problem, Resource
from tests.planning.cases import DAY, assert_valid, block, codes, day, job, problems, starts
from tests.support.tries import tries


def weeks(count: int, tasks: int) -> Problem:
    """A person with working weeks of five days, a meeting each day, and tasks of many lengths, deadlines and weights."""
    days = [number for number in range(7 * count) if number % 7 < 5]
    hours = Calendar("Work", tuple(Interval(number * DAY + 540, number * DAY + 1020) for number in days))
    meetings = tuple(Busy(Interval(number * DAY + 600, number * DAY + 630), "Standup") for number in days)
    jobs = (
        job(
            f"t{number}",
            (15, 30, 45, 60, 90, 120)[number % 6],
            weight=float(number * 7 % 11),
            deadline=None if number % 3 else (number * 37 % (7 * count) + 1) * DAY,
            suggested_start=number * 311 % (7 * count * DAY) if number % 5 == 0 else None,
            after=(f"t{number - 4}",) if number % 7 == 6 else (),
        )
        for number in range(tasks)
    )
    return Problem(tuple(jobs), (Resource("ada", 1, "Work", meetings),), 7 * count * DAY, calendars=(hours,))


class TestSolve:
    def test_small(self) -> None:
        problem = day(job("long", 180, weight=6), job("x", 20), job("y", 20), hours=((0, 240),))
        plan = solve(problem, seconds=10)
        assert starts(plan) == {"x": 0, "y": 20, "long": 40}
        assert plan.status == "optimal"

    def test_nothing(self) -> None:
        assert solve(day(), seconds=1).placements == ()

    def test_better_than_the_draft(self) -> None:
        problem = weeks(1, 40)
        plan = solve(problem, seconds=20)
        assert_valid(problem, plan)
        assert plan.cost.total < draft(problem).cost.total

    def test_reproducible(self) -> None:
        problem = weeks(1, 15)
        assert solve(problem, seconds=20) == solve(problem, seconds=20)

    def test_stops_by_the_clock(self) -> None:
        ticks = iter(range(10**6))
        problem = weeks(1, 40)
        plan = solve(problem, seconds=3, clock=lambda: float(next(ticks)))  # each look at the clock takes a second
        assert_valid(problem, plan)
        assert next(ticks) < 20


class TestCalm:
    def test_a_current_plan_that_stands_stays(self) -> None:
        problem = weeks(1, 25)
        first = solve(problem, seconds=20)
        again = solve(replace(problem, current=first.placements), seconds=20)
        assert again.placements == first.placements
        assert again.status == "best_found"

    def test_a_new_job_moves_little(self) -> None:
        problem = weeks(1, 12)
        first = solve(problem, seconds=20)
        grown = replace(problem, jobs=(*problem.jobs, job("new", 30)), current=first.placements)
        plan = solve(grown, seconds=20)
        stayed = {*first.placements} & {*plan.placements}
        assert "new" in starts(plan)
        assert len(stayed) >= len(first.placements) - 3

    def test_a_deadline_moves_what_is_in_the_way(self) -> None:
        problem = day(job("a"), job("b", deadline=60), current=(block("a", 0), block("b", 60)))
        assert starts(solve(problem, seconds=10)) == {"b": 0, "a": 60}

    def test_room_is_made_for_a_job_left_out(self) -> None:
        # a in the middle leaves two halves too short for b
        problem = day(job("a"), job("b", 120), current=(block("a", 60),), hours=((0, 180),))
        assert solve(problem, seconds=10).unplaced == ()


class TestBounded:
    """G16: what is large or hopeless ends in time with a plan that says so."""

    def test_two_thousand_tasks(self) -> None:
        problem = weeks(4, 2000)
        begin = time.process_time()  # other processes do not count
        plan = solve(problem, seconds=1, clock=time.process_time)
        assert time.process_time() - begin < 5
        assert_valid(problem, plan)
        assert len(plan.unplaced) > 1000

    def test_infeasible(self) -> None:
        jobs = [job(str(number), deadline=30, deadline_is_hard=True) for number in range(200)]
        plan = solve(day(*jobs), seconds=5)
        assert {*codes(plan).values()} == {"hard_deadline"}
        assert len(plan.unplaced) == 200

    def test_long_chain(self) -> None:
        chain = [job("0"), *(job(str(number), after=(str(number - 1),)) for number in range(1, 300))]
        problem = day(*chain)
        plan = solve(problem, seconds=5)
        assert_valid(problem, plan)
        assert len(plan.placements) == 8


def hold(problem: Problem, kept: list[int]) -> None:
    """G17 for one problem: a valid plan, never worse than the draft, and calm when it becomes the current plan."""
    plan = solve(problem, seconds=10, effort=0.05)
    assert_valid(problem, plan)
    assert plan.cost.total <= draft(problem).cost.total
    current = tuple(plan.placements[number % len(plan.placements)] for number in kept if plan.placements)
    again = replace(problem, current=tuple(dict.fromkeys(current)))
    assert_valid(again, solve(again, seconds=10, effort=0.05))


def test_five_minutes_late_are_not_worth_a_weekend() -> None:
    # on Friday both fit only if the urgent one has the long gap, and then the other is 5 minutes late: it waits for Monday
    jobs = job("urgent", 120, weight=10), job("small", 30, weight=0, deadline=150)
    problem = day(*jobs, hours=((0, 120), (125, 155), (3 * DAY, 3 * DAY + 480)), horizon=4 * DAY)
    assert starts(solve(problem, seconds=5, effort=0.1)) == {"small": 0, "urgent": 3 * DAY}


class TestEveryPlanIsValid:
    @given(problems(), st.lists(st.integers(0, 20), max_size=5))
    @tries(100)
    def test_100(self, problem: Problem, kept: list[int]) -> None:
        hold(problem, kept)

    @pytest.mark.guarantees
    @given(problems(), st.lists(st.integers(0, 20), max_size=5))
    @settings(max_examples=10_000, deadline=None)
    def test_10000(self, problem: Problem, kept: list[int]) -> None:
        hold(problem, kept)

    @given(problems())
    @tries(40)
    def test_nothing_moves_when_nothing_has_changed(self, problem: Problem) -> None:
        plan = solve(problem, seconds=10, effort=0.05)
        again = solve(
            replace(problem, current=tuple(Placement(b.job_id, b.start, b.end) for b in plan.placements)),
            seconds=10,
            effort=0.05,
        )
        is_fuller = again.cost.unplaced < plan.cost.unplaced
        assert is_fuller or (again.placements == plan.placements and again.cost.moves == 0)
