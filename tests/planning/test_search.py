"""Local search: what it must find on small instances, and that it is reproducible and never worse than its start."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from planning.draft import draft
from planning.problem import Problem
from planning.search import search
from tests.planning.cases import assert_valid, block, day, job, problems, starts
from tests.support.tries import tries


def test_finds_the_better_order() -> None:
    # 240 minutes are free; a draft that takes the long job first finishes the three short ones behind it. By Smith's rule
    # (1956) short jobs of equal weight first is best: ends at 20, 40, 60 and 240.
    problem = day(job("long", 180), job("x", 20), job("y", 20), job("z", 20), hours=((0, 240),))
    bad = draft(problem, ["long", "x", "y", "z"])
    found = search(problem, bad, iterations=20)
    assert starts(found)["long"] == 60
    assert found.engine == "search"
    assert found.status == "best_found"


def test_places_what_the_order_of_the_start_left_out() -> None:
    # a in the middle of the window leaves two halves, each too short for b
    problem = day(job("a", 60, suggested_start=60), job("b", 120), hours=((0, 180),))
    start = draft(problem, ["a", "b"])
    assert [entry.job_id for entry in start.unplaced] == ["b"]
    assert search(problem, start, iterations=50).unplaced == ()


def test_moves_a_current_block_for_a_deadline() -> None:
    problem = day(job("a"), job("b", deadline=60), current=(block("a", 0), block("b", 60)))
    assert starts(draft(problem)) == {"a": 0, "b": 60}
    assert starts(search(problem, draft(problem), iterations=50)) == {"b": 0, "a": 60}


def test_stops_when_told() -> None:
    problem = day(job("long", 180), job("x", 20))
    start = draft(problem, ["long", "x"])
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return True

    assert search(problem, start, iterations=1000, should_stop=stop) is start
    assert len(asked) == 1


def test_nothing_to_place() -> None:
    assert search(day(), draft(day()), iterations=10).placements == ()


@given(problems())
@tries(40)
def test_valid_reproducible_and_never_worse(problem: Problem) -> None:
    start = draft(problem)
    found = search(problem, start, iterations=12)
    assert_valid(problem, found)
    assert found.cost.total <= start.cost.total
    assert found == search(problem, start, iterations=12)


@given(problems())
@tries(30)
def test_more_iterations_are_never_worse(problem: Problem) -> None:
    start = draft(replace(problem, current=()))
    few, many = (search(replace(problem, current=()), start, iterations=count) for count in (5, 25))
    assert many.cost.total <= few.cost.total
