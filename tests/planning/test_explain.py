"""The facts behind each place, on plans small enough to see them, and their truth on random ones."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given

from planning.checker import check
from planning.draft import draft
from planning.explain import Explanation, explain
from planning.problem import Calendar, Interval, Placement, Plan, Problem
from tests.planning.cases import assert_valid, block, day, job, pinned, problems
from tests.planning.test_engine import weeks
from tests.support.tries import tries


def facts(problem: Problem, *blocks: Placement) -> dict[str, Explanation]:
    plan = Plan(blocks)
    assert_valid(problem, plan)
    return explain(problem, plan)


class TestKind:
    def test_first_free(self) -> None:
        told = facts(day(job("a"), job("b")), block("a", 0), block("b", 60))
        assert [told[name].kind for name in "ab"] == ["first_free", "first_free"]

    def test_later(self) -> None:
        assert facts(day(job("a")), block("a", 60))["a"].kind == "later"

    def test_a_gap_that_is_too_short_does_not_count(self) -> None:
        assert facts(day(job("a"), busy=((55, 60),)), block("a", 60))["a"].kind == "first_free"

    def test_suggested_to_the_grid(self) -> None:
        assert facts(day(job("a", suggested_start=103)), block("a", 105))["a"].kind == "suggested"
        assert facts(day(job("a", suggested_start=103)), block("a", 110))["a"].kind == "later"

    def test_preferred(self) -> None:
        assert facts(day(job("a", preferred=(Interval(60, 150),))), block("a", 90))["a"].kind == "preferred"

    def test_kept(self) -> None:
        assert facts(day(job("a"), current=(block("a", 90),)), block("a", 90))["a"].kind == "kept"

    def test_fixed(self) -> None:
        fixed = (pinned("a", 0, kind="running"), pinned("b", 60, kind="frozen"), pinned("c", 120))
        told = facts(day(job("a"), job("b"), job("c"), fixed=fixed), *(entry.placement for entry in fixed))
        assert [told[name].kind for name in "abc"] == ["running", "frozen", "pinned"]


class TestFacts:
    def test_what_ends_right_before(self) -> None:
        told = facts(day(job("a"), job("b"), busy=((60, 88),)), block("a", 0), block("b", 90))
        assert (told["a"].after_job, told["a"].after_busy) == (None, None)
        assert (told["b"].after_job, told["b"].after_busy) == (None, "Meeting")
        told = facts(day(job("a"), job("b")), block("a", 0), block("b", 60))
        assert told["b"].after_job == "a"

    def test_waits_for(self) -> None:
        problem = day(job("a", demands=()), job("b", demands=(), after=("a",)), job("c", after=("a", "b")))
        told = facts(problem, block("a", 0), block("b", 60), block("c", 120))
        # b needs nobody, so without it the hour before c is free; a alone would hold c until 60 only
        assert (told["b"].waits_for, told["c"].waits_for) == (("a",), ("b",))

    def test_does_not_wait_where_nothing_is_free_anyway(self) -> None:
        problem = day(job("a", demands=()), job("b", after=("a",)), busy=((0, 60),))
        assert facts(problem, block("a", 0), block("b", 60))["b"].waits_for == ()

    def test_does_not_wait_where_it_could_start_earlier(self) -> None:
        problem = day(job("a", demands=()), job("b", after=("a",)))
        assert facts(problem, block("a", 0), block("b", 200))["b"].waits_for == ()

    def test_numbers(self) -> None:
        problem = day(job("a", deadline=100), fixed=(pinned("a", 0, 20), pinned("a", 90, 20)))
        told = facts(problem, block("a", 0, 20), block("a", 90, 20))["a"]
        assert (told.start, told.end, told.length, told.deadline, told.slack) == (0, 110, 40, 100, -10)

    def test_calendars(self) -> None:
        calendars = (Calendar("Work", (Interval(0, 480),)), Calendar("Calls", (Interval(0, 100),)))
        told = facts(day(job("a", calendar="Calls"), calendars=calendars), block("a", 0))
        assert told["a"].calendars == ("Work", "Calls")

    def test_unplaced_jobs_have_none(self) -> None:
        assert explain(day(job("a", 600)), draft(day(job("a", 600)))) == {}


class TestTruth:
    @given(problems())
    @tries(60)
    def test_first_free_means_that_no_earlier_place_is_valid(self, problem: Problem) -> None:
        plan = draft(problem)
        split = {entry.id for entry in problem.jobs if entry.is_split}
        for job_id, fact in explain(problem, plan).items():
            if job_id in split or fact.kind not in {"first_free", "later", "kept", "preferred"}:
                continue
            others = tuple(entry for entry in plan.placements if entry.job_id != job_id)
            earlier = (
                replace(plan, placements=(*others, Placement(job_id, start, start + fact.length)))
                for start in range(0, min(fact.start, 300), problem.grid)
            )
            after = {entry.id for entry in problem.jobs if job_id in {p.job_id for p in entry.predecessors}}
            has_earlier = any(not check(problem, moved) for moved in earlier)
            if fact.kind == "first_free":
                assert not has_earlier
            elif fact.start <= 300 and not after:
                assert has_earlier

    def test_a_thousand_jobs(self) -> None:
        problem = weeks(16, 1000)
        plan = draft(problem)
        begin = time.process_time()
        told = explain(problem, plan)
        assert time.process_time() - begin < 5  # 0.2 s on an idle machine
        assert len(told) == len(plan.placements) > 500
