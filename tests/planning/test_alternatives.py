"""Other slots of a job: on plans small enough to name the best of them, and true on random ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from benchmarks.generate import loaded
from planning.alternatives import alternatives
from planning.changes import Late, standing
from planning.draft import draft
from planning.objective import TARDINESS, evaluate
from planning.places import APART
from planning.problem import Cost, Interval, Plan, ProblemError
from planning.problem import Problem as Whole
from planning.taste import MOVE, OUTSIDE_PREFERRED
from tests.planning.cases import assert_valid, block, day, job, pinned, problems
from tests.support.tries import tries

MIDDLE = 55
"""The urgency of a job of weight 5."""


class TestSlots:
    def test_later_in_an_empty_day(self) -> None:
        # alone in eight hours; each two hours later cost two hours of earliness, and nothing else changes
        found = alternatives(day(job("a")), Plan((block("a", 0),)), "a")
        assert [entry.start for entry in found] == [120, 240, 360]
        assert [entry.change.cost for entry in found] == [Cost(earliness=MIDDLE * later) for later in (120, 240, 360)]

    def test_earlier_saves(self) -> None:
        first, *_ = alternatives(day(job("a")), Plan((block("a", 240),)), "a")
        assert (first.start, first.change.cost.total) == (0, -240 * MIDDLE)

    def test_another_moves(self) -> None:
        # the two fill the day: they change places, of which only b is charged for moving, or, last, a takes b's place from it
        problem = day(job("a", 240), job("b", 240))
        swap, theft = alternatives(problem, Plan((block("a", 0, 240), block("b", 240, 240))), "a")
        assert (swap.start, swap.change.moved, swap.change.lost) == (240, ("b",), ())
        assert swap.change.cost == Cost(moves=7 * MOVE, earliness=0)
        assert (theft.start, theft.change.moved, theft.change.lost) == (120, (), ("b",))

    def test_another_loses_its_place(self) -> None:
        # b may not start before 60, so with a in the last hour there is no room for it
        problem = day(job("a"), job("b", 120, release=60), hours=((0, 180),))
        (only,) = alternatives(problem, Plan((block("a", 0), block("b", 60, 120))), "a")
        assert (only.start, only.change.lost, only.change.moved) == (120, ("b",), ())

    def test_lateness(self) -> None:
        problem = day(job("a", deadline=60), hours=((0, 60), (300, 360)))
        (only,) = alternatives(problem, Plan((block("a", 0),)), "a")
        assert (only.start, only.change.late) == (300, (Late("a", 300, 0),))
        assert only.change.cost.tardiness == TARDINESS * MIDDLE * 300

    def test_outside_a_preferred_window(self) -> None:
        problem = day(job("a", preferred=(Interval(240, 300),)))
        first, *_ = alternatives(problem, Plan((block("a", 240),)), "a")
        assert first.start == 0  # outside costs the same everywhere, so as early as can be
        assert first.change.cost == Cost(preference=OUTSIDE_PREFERRED * MIDDLE, earliness=-240 * MIDDLE)

    def test_between_its_predecessor_and_its_successor(self) -> None:
        # only between 60 and 420 nobody must move, and there are places two hours apart
        problem = day(job("a"), job("b", after=("a",)), job("c", after=("b",)))
        found = alternatives(problem, Plan((block("a", 0), block("b", 60), block("c", 420))), "b", most=2)
        assert [(entry.start, entry.change.moved) for entry in found] == [(180, ()), (300, ())]

    def test_a_split_job_starts_elsewhere(self) -> None:
        problem = day(job("a", 120, max_chunk=60), hours=((0, 60), (200, 260), (400, 460)))
        (only,) = alternatives(problem, Plan((block("a", 0), block("a", 200))), "a")
        assert (only.start, only.end) == (200, 260)
        assert only.blocks == (block("a", 200), block("a", 400))

    def test_none(self) -> None:
        full = day(job("a"), job("b"), hours=((0, 60),), fixed=(pinned("a", 0),))
        plan = draft(full)
        assert alternatives(full, plan, "a") == ()  # pinned
        assert alternatives(full, plan, "b") == ()  # left out
        with pytest.raises(ProblemError, match="no job 'c'"):
            alternatives(full, plan, "c")


class TestTruth:
    @given(problems())
    @tries(60)
    def test_any(self, problem: Whole) -> None:
        plan = draft(problem)
        for asked in problem.jobs:
            found = alternatives(problem, plan, asked.id)
            yardstick = standing(problem, plan, asked.id)
            before = evaluate(yardstick, plan.placements, plan.unplaced)
            begins = [block.start for block in plan.placements if block.job_id == asked.id and not _is_fixed(problem, block)]
            for entry in found:
                assert_valid(problem, entry.plan)
                assert {*entry.blocks} <= {*entry.plan.placements}
                assert (entry.start, entry.end) == (entry.blocks[0].start, entry.blocks[0].end)
                assert entry.change.cost == evaluate(yardstick, entry.plan.placements, entry.plan.unplaced) - before
            starts = sorted([*begins[:1], *(entry.start for entry in found)])
            assert all(later - earlier >= APART for earlier, later in pairwise(starts))
            assert [*found] == sorted(found, key=lambda entry: entry.change.cost.total)

    @pytest.mark.parametrize("tasks", [50, 300])
    def test_the_same_again(self, tasks: int) -> None:
        problem = loaded(1, tasks, 0.9)
        plan = draft(problem)
        for asked in problem.jobs[:: tasks // 4]:
            assert alternatives(problem, plan, asked.id) == alternatives(problem, plan, asked.id)


def _is_fixed(problem: Whole, placement: object) -> bool:
    return placement in {entry.placement for entry in problem.fixed}
