"""Where split work, buffers and breaks lead, on days small enough to argue, through every engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planning.draft import draft
from planning.engine import solve
from planning.explain import explain
from planning.problem import Busy, Demand, Interval, Job, Placement, Plan, Problem, ProblemError, Resource
from tests.planning.cases import DAY, assert_valid, block, codes, day, job, pinned, starts

RESTING = Resource("ada", 1, "Work", max_stretch=120, break_minutes=15)


def blocks(problem: Problem, name: str = "a") -> list[tuple[int, int]]:
    """Where the draft has the blocks of a job; the whole kernel's plan is checked as well, and costs no more."""
    plan = draft(problem)
    assert_valid(problem, plan)
    best = solve(problem, seconds=10, effort=0.1)
    assert_valid(problem, best)
    assert best.cost.total <= plan.cost.total
    return [(entry.start, entry.end) for entry in plan.placements if entry.job_id == name]


class TestCutting:
    def test_goes_into_gaps(self) -> None:
        # 60 and 40 are free around the meeting, then all day: 60 + 40 + 20 of 120, each at least 20
        problem = day(job("a", 120, min_chunk=20), busy=((60, 100), (140, 200)))
        assert blocks(problem) == [(0, 60), (100, 140), (200, 220)]

    def test_leaves_no_crumb(self) -> None:
        # 60 first would leave 10, too short for a block of 30: 40 first leaves 30
        assert blocks(day(job("a", 70, min_chunk=30), busy=((60, 100),))) == [(0, 40), (100, 130)]

    def test_pauses_between_full_blocks(self) -> None:
        assert blocks(day(job("a", 90, max_chunk=30))) == [(0, 30), (35, 65), (70, 100)]

    def test_cap_per_day(self) -> None:
        hours = ((0, 480), (DAY, DAY + 480), (2 * DAY, 2 * DAY + 480))
        problem = day(job("a", 150, max_per_day=60), hours=hours, horizon=3 * DAY)
        assert blocks(problem) == [(0, 60), (DAY, DAY + 60), (2 * DAY, 2 * DAY + 30)]

    def test_days_begin_at_local_midnight(self) -> None:
        problem = day(job("a", 120, max_per_day=60), day_starts=(0, 300))
        assert blocks(problem) == [(0, 60), (300, 360)]

    def test_limits_that_do_not_divide_the_work(self) -> None:
        # 100 minutes in blocks of 60 to 70 cannot be: two of 50 it is
        assert blocks(day(job("a", 100, min_chunk=60, max_chunk=70))) == [(0, 50), (55, 105)]

    def test_rest_beside_a_pinned_block(self) -> None:
        problem = day(job("a", 120, max_chunk=60), fixed=(pinned("a", 60),))
        assert blocks(problem) == [(0, 55), (60, 120), (125, 130)]

    def test_pinned_blocks_that_cover_it(self) -> None:
        assert blocks(day(job("a", 50, max_chunk=60), fixed=(pinned("a", 60),))) == [(60, 120)]

    def test_all_or_nothing(self) -> None:
        plan = draft(day(job("a", 500, min_chunk=30)))
        assert (plan.placements, codes(plan)) == ((), {"a": "too_long"})

    def test_rest_without_room_is_listed_next_to_its_pins(self) -> None:
        problem = day(job("a", 600, max_chunk=60), fixed=(pinned("a", 60),))
        plan = solve(problem, seconds=5)
        assert_valid(problem, plan)
        assert (plan.placements, codes(plan)) == ((block("a", 60),), {"a": "too_long"})

    def test_successor_waits_for_the_last_block(self) -> None:
        problem = day(job("a", 90, max_chunk=30), job("b", 5, after=("a",)))
        assert blocks(problem, "b") == [(100, 105)]

    def test_stays_while_it_is_right(self) -> None:
        current = (block("a", 100, 40), block("a", 200, 50))
        assert blocks(day(job("a", 90, min_chunk=30), current=current)) == [(100, 140), (200, 250)]
        assert blocks(day(job("a", 90, max_chunk=45), current=current)) == [(0, 45), (50, 95)]

    def test_prefers_its_windows(self) -> None:
        windows = (Interval(60, 120), Interval(200, 230))
        assert blocks(day(job("a", 90, min_chunk=30, preferred=windows))) == [(60, 120), (200, 230)]

    def test_suggested_start(self) -> None:
        assert blocks(day(job("a", 90, min_chunk=30, suggested_start=100), busy=((150, 180),))) == [(100, 150), (180, 220)]

    def test_fewer_blocks_cost_less(self) -> None:
        problem = day(job("a", 60, min_chunk=10))
        costs = [solve(replace(problem, current=()), seconds=1).cost.cuts]
        plan = draft(replace(problem, resources=(Resource("ada", 1, "Work", (Busy(Interval(30, 40)),)),)))
        assert costs == [0]
        assert plan.cost.cuts > 0


class TestBuffer:
    def test_keeps_others_and_meetings_off(self) -> None:
        problem = day(job("a", buffer_after=30), job("b", weight=1), busy=((150, 160),))
        assert blocks(problem, "b") == [(90, 150)]
        assert blocks(day(job("a", buffer_after=30), busy=((70, 80),))) == [(80, 140)]

    def test_before_what_is_pinned(self) -> None:
        assert blocks(day(job("a", buffer_after=30), job("b"), fixed=(pinned("b", 80),))) == [(140, 200)]

    def test_may_reach_beyond_the_hours(self) -> None:
        assert blocks(day(job("a", 480, buffer_after=30))) == [(0, 480)]
        assert blocks(day(job("a", buffer_after=60), hours=((1380, 1440),))) == [(1380, 1440)]

    def test_of_a_team(self) -> None:
        one = (Demand("team", 1),)
        jobs = (job("a", demands=one, buffer_after=30, weight=9), job("b", 90, demands=one), job("c", demands=one, weight=0))
        assert blocks(day(*jobs, resources=(Resource("team", 2),)), "c") == [(90, 150)]


class TestBreaks:
    def test_after_a_long_stretch(self) -> None:
        problem = day(job("a"), job("b"), job("c"), resources=(RESTING,))
        assert sorted(starts(draft(problem)).values()) == [0, 60, 135]
        assert blocks(problem)

    def test_around_a_block_that_is_longer(self) -> None:
        problem = day(job("a", 200, deadline=200), job("b"), resources=(RESTING,))
        assert blocks(problem, "b") == [(215, 275)]

    def test_around_what_is_pinned(self) -> None:
        # 0-90 would run into the pin at 100 (190 minutes with a pause of 10), so would all until it has ended and rested
        problem = day(job("a", 90), job("b"), resources=(RESTING,), fixed=(pinned("b", 100),))
        assert blocks(problem) == [(175, 265)]

    def test_joins_a_short_stretch(self) -> None:
        # 30-90 would make a stretch of 130 minutes with the pin at 100, 40-100 makes one of 120
        problem = day(job("a", 60), job("b"), resources=(RESTING,), fixed=(pinned("b", 100),), hours=((30, 480),))
        assert blocks(problem) == [(40, 100)]

    def test_only_a_person_takes_breaks(self) -> None:
        with pytest.raises(ProblemError, match="'team' takes breaks"):
            Resource("team", 2, max_stretch=60, break_minutes=10)


class TestExplained:
    def test_of_a_split_job(self) -> None:
        problem = day(job("a", 120, min_chunk=20, deadline=300), busy=((60, 100),))
        told = explain(problem, draft(problem))["a"]
        assert (told.kind, told.start, told.end, told.length, told.slack) == ("first_free", 0, 160, 120, 140)

    def test_of_the_rest_of_a_pinned_job(self) -> None:
        problem = day(job("a", 90, max_chunk=60), fixed=(pinned("a", 200),))
        told = explain(problem, Plan((block("a", 0, 30), block("a", 200))))["a"]
        assert (told.kind, told.start, told.end) == ("first_free", 0, 260)


@pytest.mark.parametrize("length", range(1, 200, 7))
@pytest.mark.parametrize(("low", "high"), [(1, 30), (30, 30), (25, 40), (60, 61)])
def test_bounds_can_always_be_kept(length: int, low: int, high: int) -> None:
    shortest, longest = Job("a", length, min_chunk=low, max_chunk=high).chunk_bounds(length)
    fewest = -(-length // longest)
    assert shortest * fewest <= length <= longest * fewest
    assert (shortest == low) or length < fewest * low


def test_a_plan_with_several_blocks_survives_the_exchange() -> None:
    problem = day(job("a", 90, max_chunk=30))
    assert_valid(problem, Plan(tuple(Placement("a", start, start + 30) for start in (0, 40, 100))))
