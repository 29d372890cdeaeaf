"""CP-SAT against problems whose optimum is known, that it proves only what is so, and that it is never worse than its start."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given

from planning.draft import draft
from planning.improve import MOST_JOBS, improve
from planning.problem import Demand, Interval, Plan, Problem, Resource
from tests.planning.cases import assert_valid, block, day, job, pinned, problems, starts
from tests.support.tries import tries

EFFORT = 0.05


def solved(problem: Problem, start: Plan | None = None) -> Plan:
    plan = improve(problem, start or draft(problem), effort=1.0, seconds=20)
    assert_valid(problem, plan)
    return plan


class TestOptimum:
    def test_smith(self) -> None:
        # one person, no wishes: shortest first among equals (Smith 1956), and that is proven
        problem = day(job("long", 180), job("x", 20), job("y", 30), hours=((0, 240),))
        plan = solved(problem, draft(problem, ["long", "y", "x"]))
        assert starts(plan) == {"x": 0, "y": 20, "long": 50}
        assert (plan.status, plan.engine) == ("optimal", "cp-sat")

    def test_proves_a_start_that_is_optimal(self) -> None:
        problem = day(job("a"))
        plan = solved(problem)
        assert (plan.status, plan.engine) == ("optimal", "draft")

    def test_nothing_beats_it(self) -> None:
        # four jobs in a row without gaps: some order is best, and each order can be tried
        jobs = (
            job("a", 40, weight=3),
            job("b", 90, weight=9, deadline=200),
            job("c", 20, weight=1),
            job("d", 60, deadline=100),
        )
        problem = day(*jobs, hours=((0, 210),))
        best = min(draft(problem, order).cost.total for order in permutations("abcd"))
        plan = solved(problem)
        assert plan.status == "optimal"
        assert plan.cost.total <= best

    def test_makes_room(self) -> None:
        problem = day(job("a", 60, suggested_start=60), job("b", 120), hours=((0, 180),))
        assert solved(problem, draft(problem, ["a", "b"])).unplaced == ()

    def test_leaves_out_the_least_urgent(self) -> None:
        problem = day(job("a", weight=1), job("b", weight=9), job("c", weight=5), hours=((0, 120),))
        assert [entry.job_id for entry in solved(problem, draft(problem, ["a", "c", "b"])).unplaced] == ["a"]

    def test_suggestion_and_window(self) -> None:
        # a at 200 as suggested; b inside its window, after a
        problem = day(job("a", suggested_start=200), job("b", preferred=(Interval(180, 330),)))
        assert starts(solved(problem)) == {"a": 200, "b": 260}

    def test_keeps_the_current_plan_for_little(self) -> None:
        # exchanging a and b would end the shorter a 30 minutes earlier and b 30 later; the moves cost more
        problem = day(job("a", 30), job("b", 60), current=(block("b", 0), block("a", 60, 30)))
        assert starts(solved(problem)) == {"b": 0, "a": 60}

    def test_leaves_the_current_plan_for_a_deadline(self) -> None:
        problem = day(job("a"), job("b", deadline=60), current=(block("a", 0), block("b", 60)))
        assert starts(solved(problem)) == {"b": 0, "a": 60}

    def test_team(self) -> None:
        # three of capacity: two and one beside each other around the fixed one, which holds two until 60
        jobs = (
            job("a", demands=(Demand("team", 2),)),
            job("b", demands=(Demand("team", 1),)),
            job("f", demands=(Demand("team", 2),)),
        )
        problem = day(*jobs, resources=(Resource("team", 3),), fixed=(pinned("f", 0),))
        assert starts(solved(problem)) == {"f": 0, "b": 0, "a": 60}

    def test_precedence(self) -> None:
        # b is far more urgent but waits for a; c goes last
        problem = day(job("a", weight=0), job("b", weight=10, after=("a",)), job("c", weight=1))
        assert starts(solved(problem, draft(problem, ["c", "a", "b"]))) == {"a": 0, "b": 60, "c": 120}


@pytest.mark.parametrize("effort", [0.0, 1.0])
def test_skips_what_it_cannot_help(effort: float) -> None:
    many = day(*(job(str(number), 5) for number in range(MOST_JOBS + 1 if effort else 3)))
    start = draft(many)
    assert improve(many, start, effort=effort, seconds=5) is start


@given(problems())
@tries(60)
def test_valid_and_never_worse(problem: Problem) -> None:
    start = draft(problem)
    plan = improve(problem, start, effort=EFFORT, seconds=10)
    assert_valid(problem, plan)
    assert plan.cost.total <= start.cost.total


@given(problems(most_jobs=5))
@tries(60)
def test_no_order_beats_what_is_called_optimal(problem: Problem) -> None:
    plan = improve(problem, draft(problem), effort=EFFORT, seconds=10)
    if plan.status == "optimal":
        orders = permutations(entry.id for entry in problem.jobs)
        assert all(draft(problem, order).cost.total >= plan.cost.total for order in orders)


class TestStrict:
    def test_an_overdue_job_and_one_without_a_place_do_not_keep_the_others_from_being_on_time(self) -> None:
        jobs = job("a", deadline=60), job("b", deadline=120), job("overdue", 30, deadline=-10), job("too_long", 600)
        problem = day(*jobs)
        start = draft(problem, ["b", "a", "overdue", "too_long"])
        assert start.cost.tardiness > 0
        plan = improve(problem, start, effort=EFFORT, seconds=20, is_strict=True)
        assert_valid(problem, plan)
        assert (starts(plan)["a"], starts(plan)["b"], starts(plan)["overdue"]) == (0, 60, 120)
