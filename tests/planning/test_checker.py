"""Each rule of the checker, broken on purpose by the smallest plan that breaks it and nothing else."""

from __future__ import annotations

import pytest

from planning.checker import Rule, check
from planning.problem import Busy, Calendar, Demand, Interval, Placement, Plan, Predecessor, Problem, Resource, Unplaced
from tests.planning.cases import block, budget, day, job, pinned

TEAM = Resource("team", 2)
BOTH = (Demand("team", 2),)
ONE = (Demand("team", 1),)
RESTING = Resource("ada", 1, "Work", max_stretch=120, break_minutes=15)

VALID = [
    (day(job("a")), Plan((block("a", 0),))),
    (day(job("a")), Plan((block("a", 420),))),
    (day(job("a")), Plan((), (Unplaced("a", "no_room"),))),
    (day(job("a"), job("b", after=("a",))), Plan((block("a", 0), block("b", 60)))),
    # the person's word: outside hours, before now, over a meeting, out of order, any length, in two blocks
    (
        day(
            job("a", after=("b",)),
            job("b"),
            busy=((0, 60),),
            now=10,
            fixed=(pinned("a", 0), pinned("a", 600, 7), pinned("b", 700)),
        ),
        Plan((block("a", 0), block("a", 600, 7), block("b", 700))),
    ),
    (day(job("a", demands=ONE), job("b", demands=ONE), resources=(TEAM,)), Plan((block("a", 0), block("b", 30)))),
    # two hours in two blocks, the second of them pinned, outside hours and longer than a block may be
    (
        day(job("a", 120, min_chunk=30, max_chunk=60), fixed=(pinned("a", 600, 70),)),
        Plan((block("a", 0, 50), block("a", 600, 70))),
    ),
    # fixed blocks may crowd each other; the rest of a pinned job may be left out
    (
        day(job("a", 120, max_chunk=60, buffer_after=30), fixed=(pinned("a", 0),)),
        Plan((block("a", 0),), (Unplaced("a", "no_room"),)),
    ),
    # the hours may be over during a buffer, and a block longer than the longest stretch may stand alone
    (day(job("a", buffer_after=30)), Plan((block("a", 420),))),
    (day(job("a", 200), job("b"), resources=(RESTING,)), Plan((block("a", 0, 200), block("b", 215)))),
    (day(job("a"), job("b"), resources=(RESTING,)), Plan((block("a", 0), block("b", 60)))),
    # the person's word may exceed a budget; a block over the border of two days counts in the first; other jobs do not
    (day(job("a"), job("b"), fixed=(pinned("a", 0),), budgets=(budget(30, of="a"),)), Plan((block("a", 0), block("b", 60)))),
    (day(job("a"), budgets=(budget(60, 0, of="a", every=90),)), Plan((block("a", 60),))),
    # two windows that touch hold a block across their border
    (day(job("a", allowed=(Interval(0, 30), Interval(30, 60)))), Plan((block("a", 0),))),
]

BROKEN: list[tuple[Rule, str, Problem, Plan]] = [
    ("missing", "a", day(job("a")), Plan(())),
    ("unknown_job", "b", day(job("a")), Plan((block("a", 0), block("b", 60)))),
    ("unknown_job", "b", day(job("a")), Plan((block("a", 0),), (Unplaced("b", "no_room"),))),
    ("placed_and_unplaced", "a", day(job("a")), Plan((block("a", 0),), (Unplaced("a", "no_room"),))),
    ("unplaced_twice", "a", day(job("a")), Plan((), (Unplaced("a", "no_room"), Unplaced("a", "no_room")))),
    ("one_block", "a", day(job("a")), Plan((block("a", 0), block("a", 60)))),
    ("duration", "a", day(job("a")), Plan((block("a", 0, 55),))),
    ("grid", "a", day(job("a")), Plan((block("a", 3),))),
    ("now", "a", day(job("a"), now=30), Plan((block("a", 25),))),
    ("release", "a", day(job("a", release=30)), Plan((block("a", 25),))),
    ("deadline", "a", day(job("a", deadline=59, deadline_is_hard=True)), Plan((block("a", 0),))),
    ("horizon", "a", day(job("a"), hours=((0, 2000),)), Plan((block("a", 1385),))),
    ("resource_calendar", "a", day(job("a")), Plan((block("a", 425),))),
    ("resource_calendar", "a", day(job("a"), hours=((0, 50), (55, 480))), Plan((block("a", 0),))),
    (
        "job_calendar",
        "a",
        day(job("a", calendar="Late", demands=()), calendars=(Calendar("Work", ()), Calendar("Late", (Interval(60, 120),)))),
        Plan((block("a", 0),)),
    ),
    ("allowed", "a", day(job("a", allowed=(Interval(60, 120),))), Plan((block("a", 65),))),
    ("allowed", "a", day(job("a", allowed=())), Plan((block("a", 0),))),
    ("busy", "a", day(job("a"), busy=((50, 55),)), Plan((block("a", 0),))),
    (
        "busy",
        "a",
        day(job("a"), resources=(Resource("ada", busy=(Busy(Interval(0, 300)), Busy(Interval(10, 20)))),)),
        Plan((block("a", 100),)),
    ),
    ("capacity", "b", day(job("a"), job("b")), Plan((block("a", 0), block("b", 55)))),
    (
        "capacity",
        "b",
        day(job("a", demands=ONE), job("b", demands=BOTH), resources=(TEAM,)),
        Plan((block("a", 0), block("b", 30))),
    ),
    ("capacity", "b", day(job("a"), job("b"), fixed=(pinned("a", 0),)), Plan((block("a", 0), block("b", 55)))),
    ("precedence", "b", day(job("a"), job("b", after=("a",))), Plan((block("a", 60), block("b", 0)))),
    ("precedence", "b", day(job("a"), job("b", after=("a",)), fixed=(pinned("a", 60),)), Plan((block("a", 60), block("b", 0)))),
    ("precedence", "a", day(job("a"), job("b", after=("a",)), fixed=(pinned("b", 0),)), Plan((block("b", 0), block("a", 60)))),
    (
        "predecessor_unplaced",
        "b",
        day(job("a"), job("b", after=("a",))),
        Plan((block("b", 0),), (Unplaced("a", "no_room"),)),
    ),
    ("min_chunk", "a", day(job("a", 90, min_chunk=30)), Plan((block("a", 0, 70), block("a", 100, 20)))),
    ("max_chunk", "a", day(job("a", 90, max_chunk=50)), Plan((block("a", 0, 30), block("a", 60, 60)))),
    # blocks that touch are one long block
    ("max_chunk", "a", day(job("a", 90, max_chunk=50)), Plan((block("a", 0, 45), block("a", 45, 45)))),
    ("duration", "a", day(job("a", 90, max_chunk=50)), Plan((block("a", 0, 45), block("a", 60, 40)))),
    ("duration", "a", day(job("a", 90, max_chunk=50), fixed=(pinned("a", 0, 50),)), Plan((block("a", 0, 50),))),
    ("max_per_day", "a", day(job("a", 120, max_per_day=60)), Plan((block("a", 0, 60), block("a", 90, 60)))),
    # a pinned block counts towards its day
    (
        "max_per_day",
        "a",
        day(job("a", 120, max_per_day=100), fixed=(pinned("a", 0),)),
        Plan((block("a", 0), block("a", 90))),
    ),
    (
        "overlap",
        "a",
        day(job("a", 120, max_chunk=60, demands=ONE), resources=(TEAM,)),
        Plan((block("a", 0), block("a", 30))),
    ),
    ("buffer", "b", day(job("a", buffer_after=15), job("b")), Plan((block("a", 0), block("b", 70)))),
    ("buffer", "a", day(job("a", buffer_after=15), busy=((70, 80),)), Plan((block("a", 0),))),
    ("buffer", "b", day(job("a", buffer_after=15), job("b"), fixed=(pinned("a", 0),)), Plan((block("a", 0), block("b", 70)))),
    ("buffer", "b", day(job("a", buffer_after=15), job("b"), fixed=(pinned("b", 70),)), Plan((block("a", 0), block("b", 70)))),
    (
        "buffer",
        "b",
        day(job("a", demands=BOTH, buffer_after=15), job("b", demands=ONE), resources=(TEAM,)),
        Plan((block("a", 0), block("b", 60))),
    ),
    # 125 minutes with a pause of 5 in them
    ("break", "a", day(job("a"), job("b"), resources=(RESTING,)), Plan((block("a", 0), block("b", 65)))),
    (
        "break",
        "c",
        day(job("a"), job("b"), job("c", 10), resources=(RESTING,), fixed=(pinned("a", 0), pinned("b", 60))),
        Plan((block("a", 0), block("b", 60), block("c", 130, 10))),
    ),
    ("budget", "a", day(job("a"), job("b"), budgets=(budget(110),)), Plan((block("a", 0), block("b", 60)))),
    (
        "budget",
        "b",
        day(job("a"), job("b"), fixed=(pinned("a", 0),), budgets=(budget(110),)),
        Plan((block("a", 0), block("b", 60))),
    ),
    (
        "budget",
        "a",
        day(job("a", 90, max_chunk=50), budgets=(budget(80, of="a"),)),
        Plan((block("a", 0, 50), block("a", 60, 40))),
    ),
    ("fixed", "a", day(job("a", 120, max_chunk=60), fixed=(pinned("a", 0),)), Plan((block("a", 90),))),
    ("fixed", "a", day(job("a"), fixed=(pinned("a", 0),)), Plan((block("a", 5),))),
    ("fixed", "a", day(job("a"), fixed=(pinned("a", 0), pinned("a", 60))), Plan((block("a", 0),))),
]


@pytest.mark.parametrize(("problem", "plan"), VALID)
def test_valid(problem: Problem, plan: Plan) -> None:
    assert check(problem, plan) == ()


@pytest.mark.parametrize(
    ("rule", "job_id", "problem", "plan"), BROKEN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_broken(rule: Rule, job_id: str, problem: Problem, plan: Plan) -> None:
    violations = check(problem, plan)
    assert [(violation.rule, violation.job_id) for violation in violations] == [(rule, job_id)]
    assert repr(job_id) in violations[0].message


def test_a_fixed_job_cannot_be_left_out() -> None:
    violations = check(day(job("a"), fixed=(pinned("a", 0),)), Plan((), (Unplaced("a", "no_room"),)))
    assert [violation.rule for violation in violations] == ["fixed"]


def test_lag_is_waited_for() -> None:
    problem = day(job("a"), job("b", after=("a",)))
    lagged = day(job("a"), job("b", predecessors=(Predecessor("a", 30),)))
    plan = Plan((block("a", 0), Placement("b", 85, 145)))
    assert [violation.rule for violation in check(lagged, plan)] == ["precedence"]
    assert check(problem, plan) == ()


def test_every_rule_is_broken_once() -> None:
    assert {rule for rule, *_ in BROKEN} == set(Rule.__args__)  # type: ignore[attr-defined]
