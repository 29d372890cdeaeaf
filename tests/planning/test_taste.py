"""Each taste changes what a plan costs, and on plans small enough to see through, the plan; no taste reaches what binds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from hypothesis import given

from planning.checker import check
from planning.engine import solve
from planning.exchange import problem_from_json, problem_to_json
from planning.objective import prices
from planning.problem import MAX_HORIZON, Emphasis, Interval, Plan, Problem, Taste
from planning.taste import Weights, urgency, weights
from tests.planning.cases import DAY, block, day, job, problems, starts, tastes
from tests.support.tries import tries

EMPHASES: tuple[Emphasis, ...] = get_args(Emphasis)


def solved(problem: Problem) -> Plan:
    return solve(problem, seconds=20, effort=0.2)


class TestWeights:
    def test_normal(self) -> None:
        assert weights(Taste()) == Weights()

    def test_each_grows(self) -> None:
        """A name of the taste, the weight that it decides, and nothing else."""
        decides = {"deadlines": "spread", "times": "outside_preferred", "calm": "move"}
        for name, weight in decides.items():
            found = [weights(Taste(**{name: emphasis})) for emphasis in EMPHASES]
            sizes = [getattr(one, weight) for one in found]
            assert sizes == sorted({*sizes})
            assert {one.move for one in found} == {Weights().move} or name == "calm"

    def test_urgency(self) -> None:
        table = {emphasis: [urgency(weight, emphasis) for weight in (0, 5, 10)] for emphasis in EMPHASES}
        assert table == {"less": [40, 55, 70], "normal": [10, 55, 100], "more": [5, 55, 190]}

    @pytest.mark.parametrize(("deadlines", "importance"), [*product(EMPHASES, repeat=2)])
    def test_a_placed_job_costs_less_than_an_unplaced_one(self, deadlines: Emphasis, importance: Emphasis) -> None:
        worst = day(
            job("a", deadline=0, suggested_start=0, preferred=(Interval(0, 60),), weight=0),
            current=(block("a", 0),),
            horizon=MAX_HORIZON,
            taste=Taste(deadlines, importance, "more", "more"),
        )
        price = prices(worst)[0]
        assert price.at(MAX_HORIZON - 60) < price.unplaced

    @given(tastes())
    def test_exchange(self, taste: Taste) -> None:
        problem = day(job("a"), taste=taste)
        assert problem_from_json(problem_to_json(problem)) == problem


class TestPlans:
    def test_importance_against_a_deadline(self) -> None:
        """One is important, the other due today: what counts more goes first."""
        important, due = job("important", weight=8), job("due", weight=3, deadline=480)
        problem = day(important, due, hours=((0, 480),))
        first = {
            taste: min(starts(solved(replace(problem, taste=taste))).items(), key=lambda item: item[1])[0]
            for taste in (Taste(), Taste("more"), Taste("more", "more"), Taste(importance="less"))
        }
        assert [*first.values()] == ["important", "due", "important", "due"]

    def test_calm(self) -> None:
        """A plan that could end half an hour sooner stays as it is, unless few moves count less."""
        problem = day(job("a", weight=8), current=(block("a", 60),))
        assert starts(solved(problem)) == {"a": 60}
        assert starts(solved(replace(problem, taste=Taste(calm="more")))) == {"a": 60}
        assert starts(solved(replace(problem, taste=Taste(calm="less")))) == {"a": 0}

    def test_calm_keeps_what_would_move(self) -> None:
        problem = day(job("a", weight=8), current=(block("a", 240),))
        assert starts(solved(problem)) == {"a": 0}
        assert starts(solved(replace(problem, taste=Taste(calm="more")))) == {"a": 240}

    def test_times(self) -> None:
        """A time that suits is waited for two days, unless such times count less; five days only when they count more."""
        hours = tuple((number * DAY, number * DAY + 480) for number in range(8))
        for ahead, expected in ((2, [0, 2 * DAY, 2 * DAY]), (5, [0, 0, 5 * DAY])):
            suits = (Interval(ahead * DAY, ahead * DAY + 480),)
            problem = day(job("a", preferred=suits), hours=hours, horizon=8 * DAY)
            found = [starts(solved(replace(problem, taste=Taste(times=emphasis))))["a"] for emphasis in EMPHASES]
            assert found == expected

    def test_deadlines_against_times(self) -> None:
        """The time that suits is on the last day: it is taken, unless room before deadlines counts more."""
        hours = tuple((number * DAY, number * DAY + 480) for number in range(3))
        last = Interval(2 * DAY, 2 * DAY + 480)
        problem = day(job("a", preferred=(last,), deadline=2 * DAY + 480), hours=hours, horizon=3 * DAY)
        assert starts(solved(problem)) == {"a": 2 * DAY}
        assert starts(solved(replace(problem, taste=Taste(deadlines="more")))) == {"a": 0}
        assert starts(solved(replace(problem, taste=Taste(deadlines="more", times="more")))) == {"a": 2 * DAY}

    @given(problems(), tastes())
    @tries(30)
    def test_what_binds_binds(self, problem: Problem, taste: Taste) -> None:
        tasted = replace(problem, taste=taste)
        assert check(problem, solve(tasted, seconds=5, effort=0.1)) == ()
