"""The critical path on projects small enough to draw."""

from __future__ import annotations

from planning.critical import critical_path, times
from planning.problem import Plan, Predecessor
from tests.planning.cases import block, day, job, pinned

# a (30) then b (60) then d (10); a then c (20) then d: c may slip 40
DIAMOND = day(job("a", 30), job("b", 60, after=("a",)), job("c", 20, after=("a",)), job("d", 10, after=("b", "c")))


def test_diamond() -> None:
    known = times(DIAMOND)
    assert [known[name].earliest_start for name in "abcd"] == [0, 30, 30, 90]
    assert [known[name].latest_end for name in "abcd"] == [30, 90, 90, 100]
    assert [known[name].total_float for name in "abcd"] == [0, 0, 40, 0]
    assert [known[name].is_critical for name in "abcd"] == [True, True, False, True]
    assert critical_path(DIAMOND) == ("a", "b", "d")


def test_free_float_is_less_than_total() -> None:
    # x may slip 45 before the end does, but y waits for it without any pause
    problem = day(job("long", 120), job("x", 30), job("y", 45, after=("x",)))
    known = times(problem)
    assert (known["x"].total_float, known["x"].free_float) == (45, 0)
    assert (known["y"].total_float, known["y"].free_float) == (45, 45)


def test_lag_and_release() -> None:
    problem = day(job("a", 30), job("b", 10, predecessors=(Predecessor("a", 100),)), job("c", 5, release=120))
    assert times(problem)["b"].earliest_start == 130
    assert times(problem)["c"].total_float == 15
    assert critical_path(problem) == ("a", "b")


def test_of_a_plan() -> None:
    plan = Plan((block("a", 0, 30), block("b", 30, 60), block("c", 90, 20), block("d", 110, 10)))
    known = times(DIAMOND, plan)
    assert (known["b"].total_float, known["c"].total_float) == (20, 0)
    assert critical_path(DIAMOND, plan) == ("c", "d")


def test_conflict_with_a_fixed_block() -> None:
    problem = day(job("a", 60), job("b", after=("a",)), fixed=(pinned("b", 30),))
    assert times(problem)["a"].total_float == -30


def test_nothing() -> None:
    assert critical_path(day()) == ()
