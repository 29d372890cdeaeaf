"""Problems and plans survive JSON, and anything amiss is refused with a sentence that names the place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from planning.draft import draft
from planning.exchange import (
    plan_from_dict,
    plan_from_json,
    plan_to_dict,
    plan_to_json,
    problem_from_dict,
    problem_from_json,
    problem_to_dict,
    problem_to_json,
)
from planning.problem import Interval, Problem, ProblemError
from tests.planning.cases import block, day, job, pinned, problems
from tests.support.tries import tries

FULL = day(
    job("a", deadline=100, preferred=(Interval(0, 60),), weight=7.5),
    job("b", after=("a",), allowed=()),
    busy=((60, 90),),
    fixed=(pinned("a", 0),),
    current=(block("a", 0),),
    day_starts=(0,),
    seed=3,
)


class TestRoundTrip:
    def test_full(self) -> None:
        assert problem_from_json(problem_to_json(FULL)) == FULL

    def test_defaults_are_left_out(self) -> None:
        document = problem_to_dict(day(job("a")))
        assert document["format"] == "dayloom-problem/1"
        assert document["jobs"] == [{"id": "a", "duration": 60, "demands": [{"resource_id": "ada"}]}]

    @given(problems())
    @tries(60)
    def test_any(self, problem: Problem) -> None:
        plan = draft(problem)
        assert problem_from_json(problem_to_json(problem)) == problem
        assert plan_from_json(plan_to_json(plan)) == plan


class TestRefused:
    @pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000, "nope"])
    def test_no_json(self, text: str | bytes) -> None:
        with pytest.raises(ProblemError, match="not JSON"):
            problem_from_json(text)

    def test_twice_the_same_field(self) -> None:
        with pytest.raises(ProblemError, match="There are two of the field 'horizon' in one object"):
            problem_from_json('{"format": "dayloom-problem/1", "horizon": 5, "jobs": [], "horizon": 6}')

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format": "dayloom-problem/2"}, "format must be 'dayloom-problem/1'"),
            ({"jobs": None}, "a list at problem.jobs"),
            ({"jobs": [3]}, r"an object at problem.jobs\[0\]"),
            ({"jobs": [{"id": "a"}]}, r"'duration' is missing at problem.jobs\[0\]"),
            ({"jobs": [{"id": "a", "duration": 5, "colour": "red"}]}, r"unknown field, 'colour', at problem.jobs\[0\]"),
            ({"jobs": [{"id": "a", "duration": "5"}]}, r"a whole number at problem.jobs\[0\].duration"),
            ({"jobs": [{"id": "a", "duration": 5.0}]}, r"a whole number at problem.jobs\[0\].duration"),
            ({"jobs": [{"id": "a", "duration": True}]}, r"a whole number at problem.jobs\[0\].duration"),
            ({"jobs": [{"id": 7, "duration": 5}]}, r"text at problem.jobs\[0\].id"),
            ({"jobs": [{"id": "a", "duration": 5, "weight": "high"}]}, r"a number at problem.jobs\[0\].weight"),
            ({"jobs": [{"id": "a", "duration": 5, "weight": 1e400}]}, "weight from 0 to 10"),
            ({"jobs": [{"id": "a", "duration": 5, "weight": float("nan")}]}, "weight from 0 to 10"),
            ({"jobs": [{"id": "a", "duration": 5, "weight": 10**400}]}, "a number at"),
            ({"jobs": [{"id": "a", "duration": 5, "deadline_is_hard": 1}]}, "true or false at"),
            (
                {"fixed": [{"placement": {"job_id": "a", "start": 0, "end": 5}, "kind": "glued"}]},
                "one of pinned, frozen, running",
            ),
            ({"fixed": [{"placement": {"job_id": "a", "start": 0, "end": 5}, "kind": []}]}, "one of pinned, frozen, running"),
            ({"horizon": 0}, "horizon must lie"),
        ],
    )
    def test_amiss(self, change: dict[str, object], words: str) -> None:
        document = json.loads(problem_to_json(FULL))
        with pytest.raises(ProblemError, match=words):
            problem_from_dict({**document, **change})

    def test_a_plan_is_no_problem(self) -> None:
        with pytest.raises(ProblemError, match="format must be"):
            problem_from_dict(plan_to_dict(draft(FULL)))
        with pytest.raises(ProblemError, match="must be an object"):
            plan_from_dict([])
