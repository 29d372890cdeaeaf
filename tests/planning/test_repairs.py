"""Each kind of repair on the smallest plan that asks for it; on random ones, that each repairs what it says it does."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from benchmarks.generate import loaded
from planning.changes import Late, lateness, placed_ids
from planning.draft import draft
from planning.problem import Calendar, Interval, Plan, Problem, ProblemError, Unplaced
from planning.repairs import Extra, Repair, RepairKind, repairs
from tests.planning.cases import assert_valid, block, day, job, pinned, problems, starts
from tests.support.tries import tries

SATURDAY = Extra("Saturday", (Interval(600, 700),))


def left_out(problem: Problem, plan: Plan, job_id: str, *extra: Extra) -> dict[RepairKind, Repair]:
    assert_valid(problem, plan)
    found = repairs(problem, plan, job_id, extra=extra, most=99)
    assert len({(entry.kind, entry.name) for entry in found}) == len(found)
    return {entry.kind: entry for entry in found}


class TestKinds:
    def test_extend_or_shorten(self) -> None:
        # an hour of work by 30: either half an hour more, or half an hour less; moving a deadline is the lesser harm
        problem = day(job("a", deadline=30, deadline_is_hard=True))
        found = repairs(problem, draft(problem), "a")
        assert [(entry.kind, entry.job_id, entry.minutes) for entry in found] == [
            ("extend_deadline", "a", 30),
            ("shorten", "a", 30),
        ]
        assert [starts(entry.plan) for entry in found] == [{"a": 0}, {"a": 0}]
        assert found[0].problem.jobs[0].deadline == 60
        assert found[1].problem.jobs[0].duration == 30

    def test_shorten_as_little_as_can_be(self) -> None:
        found = left_out(day(job("a", 100), hours=((0, 83),)), Plan((), (Unplaced("a", "too_long"),)), "a")
        assert found["shorten"].minutes == 80  # the longest on a grid of 5

    def test_extra_time(self) -> None:
        problem = day(job("a"), job("b"), hours=((0, 60),))
        found = left_out(problem, Plan((block("a", 0),), (Unplaced("b", "no_room"),)), "b", SATURDAY, Extra("Never", ()))
        assert {*found} == {"extra_time"}
        repair = found["extra_time"]
        assert (repair.name, repair.minutes, starts(repair.plan)) == ("Saturday", 60, {"a": 0, "b": 600})
        assert repair.problem.calendars == (Calendar("Work", (Interval(0, 60), Interval(600, 700))),)

    def test_extra_time_that_is_not_needed_is_none(self) -> None:
        problem = day(job("a", deadline=60))
        assert "extra_time" not in left_out(problem, Plan((block("a", 60),)), "a", SATURDAY)

    def test_split(self) -> None:
        # two hours, an hour of room on either side of lunch
        problem = day(job("a", 120), hours=((0, 60), (90, 150)))
        repair = left_out(problem, draft(problem), "a")["split"]
        assert (repair.minutes, repair.plan.placements) == (60, (block("a", 0), block("a", 90)))

    def test_drop_the_job_worth_least(self) -> None:
        jobs = (job("a", weight=3), job("b", weight=1), job("c", weight=8))
        plan = Plan((block("a", 0), block("b", 60)), (Unplaced("c", "no_room"),))
        repair = left_out(day(*jobs, hours=((0, 120),)), plan, "c")["drop_job"]
        assert (repair.job_id, repair.change.lost) == ("b", ("b",))
        assert starts(repair.plan) == {"a": 0, "c": 60}

    def test_drop_nothing_of_more_weight(self) -> None:
        problem = day(job("a", weight=8), job("b", weight=8), hours=((0, 60),))
        assert left_out(problem, Plan((block("a", 0),), (Unplaced("b", "no_room"),)), "b") == {}

    def test_move_others(self) -> None:
        # b is due where a is, and a may be anywhere
        problem = day(job("a"), job("b", deadline=60))
        first, *_ = repairs(problem, Plan((block("a", 0), block("b", 60))), "b")
        assert (first.kind, first.change.moved, starts(first.plan)) == ("move_others", ("a",), {"b": 0, "a": 60})

    def test_move_others_says_who_gets_late(self) -> None:
        problem = day(job("a", deadline=60, weight=1), job("b", deadline=60))
        found = left_out(problem, Plan((block("a", 0), block("b", 60))), "b")
        assert found["move_others"].change.late == (Late("a", 60, 0),)
        assert (found["extend_other"].job_id, found["extend_other"].minutes) == ("a", 60)
        assert found["extend_other"].change.late == ()

    def test_another_deadline(self) -> None:
        # both must end by 60: one of the two deadlines has to give way, the less urgent one first
        jobs = (job(name, deadline=60, deadline_is_hard=True, weight=weight) for name, weight in (("a", 3), ("b", 8)))
        plan = Plan((block("a", 0),), (Unplaced("b", "hard_deadline"),))
        found = left_out(day(*jobs), plan, "b")
        assert [(kind, entry.job_id, entry.minutes) for kind, entry in found.items()] == [
            ("extend_other", "a", 60),
            ("extend_deadline", "b", 60),
            ("drop_job", "a", 0),
        ]
        assert starts(found["extend_other"].plan) == {"b": 0, "a": 60}

    def test_unpin(self) -> None:
        problem = day(job("a"), job("b", deadline=60, deadline_is_hard=True), fixed=(pinned("a", 0),))
        repair = left_out(problem, draft(problem), "b")["unpin"]
        assert (repair.job_id, repair.block) == ("a", block("a", 0))
        assert starts(repair.plan) == {"b": 0, "a": 60}

    def test_unpin_the_job_itself(self) -> None:
        problem = day(job("a", deadline=60), fixed=(pinned("a", 300),))
        found = left_out(problem, draft(problem), "a")
        assert found["unpin"].job_id == "a"
        assert found["extend_deadline"].minutes == 300
        assert {*found} == {"unpin", "extend_deadline"}

    def test_unpin_what_waits_for_it(self) -> None:
        problem = day(job("a"), job("b", after=("a",)), fixed=(pinned("b", 30),))
        repair = left_out(problem, draft(problem), "a")["unpin"]
        assert (repair.job_id, starts(repair.plan)) == ("b", {"a": 0, "b": 60})

    def test_what_is_frozen_or_running_stays(self) -> None:
        problem = day(job("a"), job("b", deadline=60), fixed=(pinned("a", 0, kind="running"),))
        assert "unpin" not in left_out(problem, draft(problem), "b")

    def test_the_job_that_it_waits_for(self) -> None:
        problem = day(job("a", deadline=30, deadline_is_hard=True), job("b", after=("a",)))
        found = left_out(problem, draft(problem), "b")
        assert (found["extend_deadline"].job_id, found["extend_deadline"].minutes) == ("a", 30)
        assert found["extend_deadline"].change.gained == ("b",)


class TestNone:
    def test_nothing_to_repair(self) -> None:
        assert repairs(day(job("a", deadline=60)), Plan((block("a", 0),)), "a") == ()

    def test_unknown(self) -> None:
        with pytest.raises(ProblemError, match="no job 'b'"):
            repairs(day(job("a")), Plan((block("a", 0),)), "b")

    def test_beyond_repair(self) -> None:
        problem = day(job("a", allowed=()))
        assert repairs(problem, draft(problem), "a", extra=(SATURDAY,)) == ()


class TestTruth:
    @given(problems())
    @tries(40)
    def test_any(self, problem: Problem) -> None:
        plan = draft(problem)
        wrong = [entry.job_id for entry in plan.unplaced] + [*lateness(problem, plan)]
        for job_id in wrong:
            for repair in repairs(problem, plan, job_id, extra=(SATURDAY,), most=99):
                assert_valid(repair.problem, repair.plan)
                assert job_id in placed_ids(repair.plan)
                assert job_id not in lateness(repair.problem, repair.plan)
                dropped = {repair.job_id} if repair.kind == "drop_job" else set()
                assert {*repair.change.lost} == dropped
                assert (repair.problem == problem) == (repair.kind == "move_others")

    def test_ranked_and_few(self) -> None:
        problem = loaded(1, 50, 1.3)
        plan = draft(problem)
        for entry in plan.unplaced:
            found = repairs(problem, plan, entry.job_id, most=2)
            assert len(found) <= 2
            assert [*found] == sorted(found, key=lambda repair: repair.harm)

    @pytest.mark.parametrize(("tasks", "seconds"), [(100, 10), (1000, 40)])
    def test_bounded(self, tasks: int, seconds: float) -> None:
        problem = loaded(2, tasks, 1.3)
        plan = draft(problem)
        begin = time.process_time()  # other processes do not count
        repairs(problem, plan, plan.unplaced[0].job_id, extra=(SATURDAY,))
        assert time.process_time() - begin < seconds
