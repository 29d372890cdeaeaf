"""What a problem refuses, each with one sentence that names the job and the rule."""

from __future__ import annotations

import time
from math import nan

import pytest

from planning.problem import Calendar, Demand, Interval, Job, Placement, Predecessor, Problem, ProblemError, Resource
from tests.planning.cases import block, day, job, pinned


class TestJob:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"duration": 0}, "duration"),
            ({"duration": -5}, "duration"),
            ({"weight": nan}, "weight"),
            ({"weight": 10.1}, "weight"),
            ({"weight": -0.1}, "weight"),
            ({"buffer_after": -1}, "buffer"),
            ({"max_chunk": 0}, "chunk limit"),
            ({"deadline": 10**13}, "further"),
            ({"release": -(10**13)}, "further"),
            ({"suggested_start": 10**13}, "further"),
            ({"min_chunk": 60, "max_chunk": 30}, "smallest chunk"),
        ],
    )
    def test_invalid(self, fields: dict[str, object], words: str) -> None:
        with pytest.raises(ProblemError, match=f"'report'.*{words}"):
            job("report", **fields)  # type: ignore[arg-type]

    def test_hard_deadline_before_release_is_no_error(self) -> None:
        assert day(job("a", release=300, deadline=100, deadline_is_hard=True)).jobs[0].deadline == 100


class TestValues:
    def test_interval_backwards(self) -> None:
        with pytest.raises(ProblemError, match="end after it starts"):
            Interval(5, 5)

    def test_block_backwards(self) -> None:
        with pytest.raises(ProblemError, match="'a' must end after it starts"):
            Placement("a", 5, 4)

    @pytest.mark.parametrize("lag", [-1, 10**13])
    def test_lag(self, lag: int) -> None:
        with pytest.raises(ProblemError, match="'b' needs a lag of 0 to"):
            Predecessor("b", lag)

    def test_far_away(self) -> None:
        with pytest.raises(ProblemError, match="further"):
            Interval(0, 10**13)
        with pytest.raises(ProblemError, match="'a' has a time further"):
            Placement("a", -(10**13), 0)

    def test_touching_intervals_of_a_calendar(self) -> None:
        with pytest.raises(ProblemError, match="'Work' must be sorted, and apart"):
            Calendar("Work", (Interval(0, 10), Interval(10, 20)))

    def test_resource(self) -> None:
        with pytest.raises(ProblemError, match="'ada' needs a capacity"):
            Resource("ada", 0)
        with pytest.raises(ProblemError, match="and no negative stretch"):
            Resource("ada", break_minutes=-1)


class TestProblem:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"now": -1}, "now >= 0"),
            ({"grid": 0}, "grid"),
            ({"now": 1440}, "horizon must lie after now"),
            ({"horizon": 10**9}, "horizon must lie"),
            ({"day_starts": (5, 5)}, "starts of days"),
            ({"calendars": ()}, "Resource 'ada' has an unknown calendar, 'Work'"),
            ({"calendars": (Calendar("Work", ()), Calendar("Work", ()))}, "two of calendar 'Work'"),
            ({"resources": (Resource("ada"), Resource("ada"))}, "two of resource 'ada'"),
            ({"resources": ()}, "'a' asks for an unknown resource, 'ada'"),
            ({"fixed": (pinned("b", 0),)}, "unknown job, 'b'"),
            ({"current": (block("b", 0),)}, "unknown job, 'b'"),
        ],
    )
    def test_invalid(self, fields: dict[str, object], words: str) -> None:
        with pytest.raises(ProblemError, match=words):
            day(job("a"), **fields)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("jobs", "words"),
        [
            ((job("a"), job("a")), "two of job 'a'"),
            ((job("a", calendar="Night"),), "Job 'a' has an unknown calendar, 'Night'"),
            ((job("a", demands=(Demand("ada", 2),)),), "'a' may ask for 1 to 1 of 'ada', not 2"),
            ((job("a", demands=(Demand("ada", 0),)),), "'a' may ask for 1 to 1 of 'ada', not 0"),
            ((job("a", demands=(Demand("ada"), Demand("ada"))),), "two of resource of job 'a' 'ada'"),
            ((job("a", after=("b",)),), "'a' waits for an unknown job, 'b'"),
            ((job("b"), job("a", after=("b", "b"))), "two of predecessor of job 'a' 'b'"),
            ((job("a", after=("a",)),), "Job 'a' waits for itself: a after a"),
            (
                (job("x"), job("a", after=("c",)), job("b", after=("a", "x")), job("c", after=("b",))),
                "a after c after b after a",
            ),
            # d only waits for the circle and is not named as part of it
            (
                (job("d", after=("a",)), job("a", after=("b",)), job("b", after=("a",))),
                "Job 'a' waits for itself: a after b after a",
            ),
        ],
    )
    def test_invalid_jobs(self, jobs: tuple[Job, ...], words: str) -> None:
        with pytest.raises(ProblemError, match=words):
            day(*jobs)

    def test_fixed_blocks_beyond_capacity(self) -> None:
        with pytest.raises(ProblemError, match="'b' overlaps others beyond what 'ada' can hold"):
            day(job("a"), job("b"), fixed=(pinned("a", 0), pinned("b", 30)))

    def test_fixed_blocks_that_touch(self) -> None:
        assert len(day(job("a"), job("b"), fixed=(pinned("a", 0), pinned("b", 60))).fixed) == 2

    @pytest.mark.parametrize("is_cyclic", [False, True])
    def test_ten_thousand_jobs_in_a_chain(self, is_cyclic: bool) -> None:
        first = Job("0", 5, predecessors=(Predecessor("9999"),) if is_cyclic else ())
        chain = (first, *(Job(str(number), 5, predecessors=(Predecessor(str(number - 1)),)) for number in range(1, 10_000)))
        begin = time.process_time()
        if is_cyclic:
            with pytest.raises(ProblemError, match="waits for itself"):
                Problem(chain, (), 1440)
        else:
            Problem(chain, (), 1440)
        assert time.process_time() - begin < 2
