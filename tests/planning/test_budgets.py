"""Time budgets: at most so many minutes of some jobs in each week, in every engine, and said so where they leave one out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.draft import draft
from planning.engine import solve
from planning.exchange import problem_from_json, problem_to_json
from planning.explain import explain
from planning.improve import improve
from planning.problem import Allowance, Budget, Interval, Plan, Problem, ProblemError, Unplaced
from planning.quota import Quota
from planning.repairs import repairs
from tests.planning.cases import DAY, assert_valid, block, budget, codes, day, job, pinned, problems, starts
from tests.support.tries import tries

TWO_DAYS = {"hours": ((0, 480), (DAY, DAY + 480)), "horizon": 2 * DAY}


def two_days(*jobs: object, **fields: object) -> Problem:
    return day(*jobs, **{**TWO_DAYS, **fields})  # type: ignore[arg-type]


def solved(problem: Problem) -> Plan:
    plan = solve(problem, seconds=10, effort=0.6)
    assert_valid(problem, plan)
    return plan


class TestRules:
    def test_the_rest_waits_for_the_next_day(self) -> None:
        # an hour a day for a and b: the more urgent today, the other tomorrow, though today is free; c is not counted
        problem = two_days(job("a", weight=3), job("b"), job("c", weight=1), budgets=(budget(60, 60),))
        plan = solved(problem)
        assert (starts(plan), plan.status) == ({"b": 0, "c": 60, "a": DAY}, "optimal")

    def test_a_knapsack(self) -> None:
        # of 60, 60 and 40 minutes, 100 are allowed: leaving a out (weight 3) is cheaper than b (5); c fits in beside
        problem = day(job("a", weight=3), job("b"), job("c", 40, weight=1), budgets=(budget(100, of="abc"),))
        plan = solved(problem)
        assert (codes(plan), plan.status) == ({"a": "budget"}, "optimal")

    def test_fixed_blocks_count_and_may_exceed(self) -> None:
        problem = two_days(job("a"), job("b"), fixed=(pinned("a", 0, 200),), budgets=(budget(150, 60),))
        assert starts(solved(problem)) == {"a": 0, "b": DAY}

    def test_a_split_job_is_cut_by_it(self) -> None:
        problem = two_days(job("a", 120, max_chunk=120, min_chunk=30), budgets=(budget(50, 90, of="a"),))
        # 50 minutes today and 70 tomorrow: as much as can be, as early as can be
        assert solved(problem).placements == (block("a", 0, 50), block("a", DAY, 70))

    def test_a_block_counts_where_it_starts(self) -> None:
        # the first 90 minutes allow the hour, which reaches into the second 90, which allow none
        problem = day(job("a", release=60), budgets=(budget(60, 0, of="a", every=90),))
        assert starts(solved(problem)) == {"a": 60}

    def test_nothing_is_limited_elsewhere(self) -> None:
        assert starts(solved(two_days(job("a"), budgets=(budget(0, of="a"),)))) == {"a": DAY}

    def test_two_budgets_of_one_job(self) -> None:
        budgets = (budget(0, 60, of="a"), replace(budget(60, 60), name="Label"))
        assert starts(solved(two_days(job("a"), job("b"), budgets=budgets))) == {"b": 0, "a": DAY}

    def test_cp_sat_obeys_them(self) -> None:
        # the wish of a costs it 3 x 1440 less on the second day than on the first, and b may have the first
        problem = two_days(job("a", suggested_start=DAY), job("b"), budgets=(budget(60, 60),))
        plan = improve(problem, draft(problem, ["a", "b"]), effort=1, seconds=20)
        assert_valid(problem, plan)
        assert (starts(plan), plan.status) == ({"b": 0, "a": DAY}, "optimal")

    def test_a_project_keeps_to_them(self) -> None:
        problem = two_days(job("a"), job("b"), budgets=(budget(60, 60),), objective="makespan")
        assert solved(problem).cost.makespan == DAY + 60


class TestReasons:
    def test_too_long_for_any_day(self) -> None:
        assert codes(solved(two_days(job("a"), budgets=(budget(50, 50, of="a"),)))) == {"a": "budget"}

    def test_a_hard_deadline_within_a_spent_day(self) -> None:
        problem = two_days(job("a", deadline=480, deadline_is_hard=True), budgets=(budget(50, 100, of="a"),))
        assert codes(solved(problem)) == {"a": "budget"}

    def test_no_reason_where_there_is_no_room_anyway(self) -> None:
        problem = day(job("a"), job("b"), hours=((0, 60),), budgets=(budget(60),))
        assert {*codes(solved(problem)).values()} == {"no_room"}

    def test_explained(self) -> None:
        problem = two_days(job("a"), job("b"), budgets=(budget(60, 60),))
        told = explain(problem, Plan((block("a", 0), block("b", DAY))))
        assert (told["a"].budgets, told["b"].budgets, told["b"].kind) == ((), ("Project",), "first_free")

    def test_repaired(self) -> None:
        # an hour is left of the two that a and b would take: b may be no longer, or a give way
        problem = day(job("a", weight=1), job("b", 90), budgets=(budget(120),))
        plan = Plan((block("a", 0),), (Unplaced("b", "budget"),))
        found = {entry.kind: entry for entry in repairs(problem, plan, "b")}
        assert {*found} == {"shorten", "drop_job"}
        assert (found["shorten"].minutes, found["drop_job"].job_id) == (60, "a")


class TestRefused:
    @pytest.mark.parametrize(
        ("budgets", "words"),
        [
            ((budget(60, of="x"),), "Budget 'Project' is about an unknown job, 'x'"),
            ((budget(60), budget(60)), "two of budget 'Project'"),
            ((budget(60, of="aa"),), "two of job of budget 'Project' 'a'"),
        ],
    )
    def test_by_the_problem(self, budgets: tuple[Budget, ...], words: str) -> None:
        with pytest.raises(ProblemError, match=words):
            day(job("a"), job("b"), budgets=budgets)

    def test_by_themselves(self) -> None:
        with pytest.raises(ProblemError, match="allowance needs 0 to"):
            Allowance(Interval(0, 5), -1)
        one, other = Allowance(Interval(0, 10), 5), Allowance(Interval(9, 20), 5)
        with pytest.raises(ProblemError, match="intervals of budget 'Project' must be sorted"):
            Budget("Project", (), (one, other))


class TestTruth:
    @given(problems())
    @tries(60)
    def test_never_exceeded_by_unfixed_work(self, problem: Problem) -> None:
        plan = solve(problem, seconds=10, effort=0.05)
        fixed = {entry.placement for entry in problem.fixed}
        for own in problem.budgets:
            for allowance in own.allowances:
                within = range(allowance.interval.start, allowance.interval.end)
                started = [entry for entry in plan.placements if entry.job_id in own.job_ids and entry.start in within]
                is_planned = any(entry not in fixed for entry in started)
                assert not is_planned or sum(entry.end - entry.start for entry in started) <= allowance.minutes
        assert problem_from_json(problem_to_json(problem)) == problem

    @given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30)), max_size=6), st.integers(-5, 120), st.integers(1, 50))
    @tries(80)
    def test_quota_as_counted_by_hand(self, taken: list[tuple[int, int]], start: int, duration: int) -> None:
        spans = {range(5, 30): 40, range(30, 52): 25, range(60, 90): 60}
        quota = Quota([Allowance(Interval(span.start, span.stop), most) for span, most in spans.items()], 5)
        spent: Counter[range] = Counter()
        for begin, length in taken:
            quota.take(begin, begin + length, 1)
            spent.update({span: length for span in spans if begin in span})
        free = [
            begin
            for begin in range(-10, 200, 5)
            if all(begin not in span or spent[span] + duration <= most for span, most in spans.items())
        ]
        later = [begin for begin in free if start <= begin <= 150 - duration]
        assert quota.earliest(start, duration, 1, 150) == min(later, default=None)
        assert quota.latest(start, duration, 1, 0) == max((begin for begin in free if 0 <= begin <= start), default=None)
