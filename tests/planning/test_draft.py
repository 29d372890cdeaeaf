"""The draft: where the smallest problems must place their jobs, why it leaves some out, and that any draft is valid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from planning.draft import draft
from planning.problem import Busy, Calendar, Demand, Interval, Predecessor, Problem, ProblemError, Resource
from tests.planning.cases import DAY, assert_valid, block, codes, day, job, pinned, problems, starts
from tests.support.tries import tries


class TestPlaces:
    def test_nothing(self) -> None:
        assert draft(day()).placements == ()

    def test_one_after_the_other(self) -> None:
        # the heavier goes first; nothing else tells them apart
        assert starts(draft(day(job("a", weight=2), job("b", weight=8)))) == {"b": 0, "a": 60}

    def test_deadline_before_weight(self) -> None:
        # one hour is free before a's deadline; b, heavier, has no deadline and can wait
        assert starts(draft(day(job("b", weight=8), job("a", deadline=60)))) == {"a": 0, "b": 60}

    def test_round_busy_times_and_hours(self) -> None:
        # 0-30 is too short for an hour before the meeting, 40-100 begins on the grid after it
        assert starts(draft(day(job("a"), busy=((30, 38),)))) == {"a": 40}

    def test_next_day(self) -> None:
        problem = day(job("a", 300), job("b", 300), hours=((0, 480), (DAY, DAY + 480)), horizon=2 * DAY)
        assert starts(draft(problem)) == {"a": 0, "b": DAY}

    def test_now_and_release(self) -> None:
        assert starts(draft(day(job("a"), now=33))) == {"a": 35}
        assert starts(draft(day(job("a", release=100)))) == {"a": 100}

    def test_calendar_and_windows_of_the_job(self) -> None:
        calendars = (Calendar("Work", (Interval(0, 480),)), Calendar("Late", (Interval(100, 400),)))
        problem = day(job("a", calendar="Late", allowed=(Interval(0, 130), Interval(200, 300))), calendars=calendars)
        # Work and Late and allowed meet in 100-130 and 200-300: only the second holds an hour
        assert starts(draft(problem)) == {"a": 200}

    def test_two_resources(self) -> None:
        # ada is free from 60, the room until 60 and from 90: both from 90
        resources = (Resource("ada", busy=(Busy(Interval(0, 60)),)), Resource("room", calendar="Room"))
        calendars = (Calendar("Room", (Interval(0, 60), Interval(90, 400))),)
        both = job("a", demands=(Demand("ada"), Demand("room")))
        assert starts(draft(day(both, resources=resources, calendars=calendars))) == {"a": 90}

    def test_capacity_of_two(self) -> None:
        jobs = tuple(job(name, demands=(Demand("team"),)) for name in "abc")
        plan = draft(day(*jobs, resources=(Resource("team", 2),)))
        assert sorted(starts(plan).values()) == [0, 0, 60]

    def test_no_resource(self) -> None:
        assert starts(draft(day(job("a", demands=()), job("b", demands=())))) == {"a": 0, "b": 0}

    def test_order_is_obeyed(self) -> None:
        problem = day(job("a"), job("b"), job("c", after=("b",)))
        assert starts(draft(problem, ["c", "b"])) == {"b": 0, "c": 60, "a": 120}

    def test_order_names_an_unknown_job(self) -> None:
        with pytest.raises(ProblemError, match="unknown job, 'x'"):
            draft(day(job("a")), ["x"])


class TestPrecedence:
    def test_urgency_is_inherited(self) -> None:
        # c is due at 120 and waits for b: b must be done by 60, although a is heavier than b
        problem = day(job("a", weight=8), job("b", weight=1), job("c", after=("b",), deadline=120))
        assert starts(draft(problem)) == {"b": 0, "c": 60, "a": 120}

    def test_lag(self) -> None:
        problem = day(job("a"), job("b", predecessors=(Predecessor("a", 45),)))
        assert starts(draft(problem)) == {"a": 0, "b": 105}

    def test_fixed_predecessor(self) -> None:
        problem = day(job("a"), job("b", after=("a",)), fixed=(pinned("a", 100),))
        assert starts(draft(problem)) == {"a": 100, "b": 160}

    def test_wish_leaves_time_for_a_fixed_successor(self) -> None:
        # a would like 300, but b needs an hour between a and c, pinned at 200
        jobs = (job("a", suggested_start=300), job("b", after=("a",)), job("c", after=("b",)))
        assert starts(draft(day(*jobs, fixed=(pinned("c", 200),)))) == {"a": 80, "b": 140, "c": 200}


class TestWishes:
    def test_suggested_slot(self) -> None:
        assert starts(draft(day(job("a", suggested_start=200), job("b", 120)))) == {"b": 0, "a": 200}

    def test_suggested_slot_is_kept_from_others(self) -> None:
        # b, due soon but not pressing, would take the first hour that a is suggested for
        assert starts(draft(day(job("b", weight=6), job("a", suggested_start=0)))) == {"a": 0, "b": 60}

    def test_nearest_to_a_taken_slot(self) -> None:
        # 200 is inside the meeting of 190-210: 130-190 starts 70 away, 210 only 10
        assert starts(draft(day(job("a", suggested_start=200), busy=((190, 210),)))) == {"a": 210}
        assert starts(draft(day(job("a", suggested_start=200), busy=((205, 400),)))) == {"a": 145}

    def test_deadline_before_suggestion(self) -> None:
        assert starts(draft(day(job("a", suggested_start=300, deadline=200)))) == {"a": 140}

    @pytest.mark.parametrize("minute", [-(10**12), -1, 1440, 10**12])
    def test_suggestion_out_of_reach(self, minute: int) -> None:
        assert starts(draft(day(job("a", suggested_start=minute)))) == {"a": 0}

    def test_preferred_window(self) -> None:
        assert starts(draft(day(job("a", preferred=(Interval(0, 30), Interval(100, 200)))))) == {"a": 100}

    def test_preferred_window_that_is_full(self) -> None:
        assert starts(draft(day(job("a", preferred=(Interval(100, 200),)), busy=((100, 200),)))) == {"a": 0}


class TestCurrent:
    def test_stays(self) -> None:
        problem = day(job("a"), job("b", weight=9), current=(block("a", 200),))
        assert starts(draft(problem)) == {"b": 0, "a": 200}

    def test_stays_before_others_take_its_place(self) -> None:
        assert starts(draft(day(job("a", weight=1), job("b", weight=9), current=(block("a", 0),)))) == {"a": 0, "b": 60}

    def test_leaves_what_is_no_longer_valid(self) -> None:
        for fields in ({"busy": ((200, 230),)}, {"hours": ((0, 230),)}, {"now": 205}, {"grid": 7}):
            plan = draft(day(job("a"), current=(block("a", 200),), **fields))
            assert starts(plan)["a"] != 200

    def test_of_two_in_one_place_the_first_stays(self) -> None:
        assert starts(draft(day(job("a"), job("b"), current=(block("b", 100), block("a", 130))))) == {"b": 100, "a": 0}

    def test_follows_a_predecessor_that_has_left(self) -> None:
        # a is pinned into the way of b
        problem = day(job("a"), job("b", after=("a",)), current=(block("b", 60),), fixed=(pinned("a", 30),))
        assert starts(draft(problem)) == {"a": 30, "b": 90}


class TestUnplaced:
    def test_no_room(self) -> None:
        assert codes(draft(day(job("a", 480, weight=9), job("b")))) == {"b": "no_room"}

    def test_no_window(self) -> None:
        assert codes(draft(day(job("a", allowed=())))) == {"a": "no_window"}
        assert codes(draft(day(job("a", release=480)))) == {"a": "no_window"}
        assert codes(draft(day(job("a", demands=(), release=1440)))) == {"a": "no_window"}

    def test_too_long(self) -> None:
        assert codes(draft(day(job("a", 485)))) == {"a": "too_long"}

    def test_hard_deadline(self) -> None:
        assert codes(draft(day(job("a", deadline=55, deadline_is_hard=True)))) == {"a": "hard_deadline"}
        full = day(job("a", 60, weight=10, deadline=60), job("b", deadline=100, deadline_is_hard=True))
        assert codes(draft(full, ["a", "b"])) == {"b": "hard_deadline"}

    def test_predecessor(self) -> None:
        plan = draft(day(job("a", 485), job("b", after=("a",)), job("c", after=("b",))))
        assert [(entry.job_id, entry.code, entry.because_of) for entry in plan.unplaced] == [
            ("a", "too_long", None),
            ("b", "predecessor", "a"),
            ("c", "predecessor", "b"),
        ]

    def test_successor_fixed(self) -> None:
        plan = draft(day(job("a"), job("b", after=("a",)), fixed=(pinned("b", 30),)))
        assert [(entry.job_id, entry.code, entry.because_of) for entry in plan.unplaced] == [("a", "successor_fixed", "b")]


class TestFixed:
    def test_everything_else_goes_around(self) -> None:
        problem = day(job("a"), job("b", 30), fixed=(pinned("b", -20, 50, "running"), pinned("b", 60, 400)))
        plan = draft(problem)
        assert_valid(problem, plan)
        assert codes(plan) == {"a": "too_long"}

    def test_of_a_team(self) -> None:
        jobs = (job("a", demands=(Demand("team", 2),)), job("b", demands=(Demand("team", 1),)))
        problem = day(*jobs, resources=(Resource("team", 2),), fixed=(pinned("b", 30),))
        assert starts(draft(problem)) == {"b": 30, "a": 90}


class TestProperties:
    @given(problems())
    @tries(120)
    def test_valid(self, problem: Problem) -> None:
        assert_valid(problem, draft(problem))

    @given(problems())
    @tries(50)
    def test_nothing_moves_when_nothing_has_changed(self, problem: Problem) -> None:
        first = draft(problem)
        again = draft(replace(problem, current=first.placements))
        assert again.placements == first.placements
        assert again.cost.moves == 0
