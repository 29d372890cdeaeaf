"""Projects: optimal where the optimum can be argued, valid and never longer than the draft everywhere, and repeatable."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from benchmarks import projects
from benchmarks.rcpsp import all_starts, faults, read, run, to_problem
from planning.draft import draft
from planning.engine import solve
from planning.evolve import evolve, lower_bound
from planning.frame import Frame
from planning.makespan import SMALL, shortest
from planning.problem import Demand, Job, Predecessor, Problem, Resource
from planning.project import Project
from planning.shortest import Shortest, shorten
from tests.planning.cases import assert_valid, codes, day, job, pinned, problems, starts
from tests.support.tries import tries

SHARED = Path(__file__).resolve().parents[3] / "shared" / "psplib"
TEAM = (Resource("team", 3),)


def member(name: str, duration: int, units: int, *after: str) -> Job:
    return Job(name, duration, demands=(Demand("team", units),), predecessors=tuple(Predecessor(other) for other in after))


def project(*jobs: Job, **fields: object) -> Problem:
    return Problem(jobs, TEAM, 1440, grid=1, objective="makespan", **fields)  # type: ignore[arg-type]


class TestOptimum:
    def test_packs(self) -> None:
        # 2 and 1 units fill the three of the team: 12 minutes of 3 units are 36, and that is all the work there is
        problem = project(member("a", 6, 2), member("b", 12, 1), member("c", 6, 2))
        plan = solve(problem, seconds=5)
        assert (plan.cost.makespan, plan.status) == (12, "optimal")

    def test_waits_for_the_long_chain(self) -> None:
        # the chain a-b-c needs 30; x and y fit beside it only if a does not wait for either
        jobs = (member("x", 15, 2), member("y", 15, 2), member("a", 10, 1), member("b", 10, 1, "a"), member("c", 10, 1, "b"))
        plan = solve(project(*jobs), seconds=5)
        assert (plan.cost.makespan, starts(plan)["a"], plan.status) == (30, 0, "optimal")

    def test_hours_meetings_and_lags_count(self) -> None:
        # a until 60, the meeting until 90; b waits 45 minutes for a anyway and ends at 165
        jobs = (job("a"), job("b", predecessors=(Predecessor("a", 45),)))
        plan = solve(day(*jobs, busy=((60, 90),), objective="makespan"), seconds=5)
        assert (starts(plan), plan.status) == ({"a": 0, "b": 105}, "optimal")

    def test_what_is_fixed_is_part_of_it(self) -> None:
        problem = day(job("a"), job("b"), fixed=(pinned("b", 300),), objective="makespan")
        plan = solve(problem, seconds=5)
        assert (starts(plan), plan.cost.makespan, plan.status) == ({"a": 0, "b": 300}, 360, "optimal")

    def test_no_room(self) -> None:
        plan = solve(day(job("a", 485), objective="makespan"), seconds=5)
        assert codes(plan) == {"a": "too_long"}

    def test_split_jobs_keep_the_draft(self) -> None:
        problem = day(job("a", 90, max_chunk=30), objective="makespan")
        assert solve(problem, seconds=5).placements == draft(problem).placements


class TestProperties:
    @given(problems())
    @tries(40)
    def test_valid_repeatable_and_never_longer(self, problem: Problem) -> None:
        problem = replace(problem, objective="makespan")
        plan = solve(problem, seconds=10, effort=0.02)
        assert_valid(problem, plan)
        assert plan.cost.total <= draft(problem).cost.total
        assert plan == solve(problem, seconds=10, effort=0.02)

    @given(problems())
    @tries(40)
    def test_no_schedule_is_below_the_bound(self, problem: Problem) -> None:
        answer = shortest(replace(problem, objective="makespan"), seconds=10, clock=lambda: 0.0, effort=0.02)
        assert answer.plan.unplaced or answer.lower_bound <= answer.plan.cost.makespan


class TestEvolve:
    def test_better_than_the_draft(self) -> None:
        jobs = [
            member(str(n), n * 7 % 9 + 1, n * 5 % 3 + 1, *([str(n - 3)] if n % 4 == 0 and n > 2 else [])) for n in range(30)
        ]
        problem = project(*jobs)
        frame = Frame(problem)
        own = Project(frame)
        order = own.forward(range(30)) or []
        found = evolve(own, order, children=200, should_stop=lambda: False)
        assert lower_bound(own) <= own.end(found) < own.end(order)


class TestLarge:
    def test_repeatable_and_no_longer_than_evolution(self, tmp_path: Path) -> None:
        # above SMALL jobs CP-SAT goes on without looking for a proof
        path = tmp_path / "hard.sm"
        path.write_text(projects.project(1, SMALL + 5, 0.2))
        problem = to_problem(read(path))
        one, other = (shortest(problem, seconds=60, clock=lambda: 0.0, effort=0.1) for _ in range(2))
        assert one.plan == other.plan
        assert_valid(problem, one.plan)
        assert one.lower_bound <= one.plan.cost.makespan < draft(problem).cost.makespan

    def test_a_local_search_claims_no_more_than_is_true(self, tmp_path: Path) -> None:
        path = tmp_path / "small.sm"
        path.write_text(projects.project(2, 16, 0.25))
        own = Project(Frame(to_problem(read(path))))
        start = Shortest(own.forward(range(16)) or [], lower_bound(own))
        best = shorten(own, start, seconds=30, workers=2)
        found = shorten(own, start, seconds=30, workers=2, effort=0.1, is_local=True)
        assert best.bound == own.end(best.starts)
        assert start.bound <= found.bound <= best.bound <= own.end(found.starts) <= own.end(start.starts)

    def test_the_same_file_from_the_same_arguments(self) -> None:
        assert projects.project(3, 20, 0.3) == projects.project(3, 20, 0.3) != projects.project(4, 20, 0.3)


class TestFiles:
    TEXT = """
PRECEDENCE RELATIONS:
jobnr. #modes #successors successors
1 1 2 2 3
2 1 1 4
3 1 1 4
4 1 0
********
REQUESTS/DURATIONS:
jobnr. mode duration R 1
----
1 1 0 0
2 1 3 2
3 1 4 2
4 1 0 0
********
RESOURCEAVAILABILITIES:
R 1
3
********
"""

    def test_read_solved_and_checked(self, tmp_path: Path) -> None:
        path = tmp_path / "tiny.sm"
        path.write_text(self.TEXT)
        line = run(path, 5)
        assert (line["makespan"], line["lower_bound"], line["status"]) == (7, 7, "optimal")
        assert isinstance(line["starts"], dict)
        assert sorted(line["starts"]) == ["1", "2", "3", "4"]
        assert line["starts"]["4"] == 7
        json.dumps(line)

    def test_faults_are_found(self, tmp_path: Path) -> None:
        path = tmp_path / "tiny.sm"
        path.write_text(self.TEXT)
        instance = read(path)
        assert faults(instance, {1: 0, 2: 0, 3: 3, 4: 7}) == []
        assert faults(instance, {1: 0, 2: 0, 3: 2, 4: 7}) == ["R1 is overloaded at 2"]
        assert faults(instance, {1: 0, 2: 0, 3: 3, 4: 6}) == ["4 starts before 3 ends"]
        assert all_starts(instance, {2: 0, 3: 3}) == {1: 0, 2: 0, 3: 3, 4: 7}

    def test_not_of_the_format(self, tmp_path: Path) -> None:
        (tmp_path / "other.sm").write_text("hello\n")
        with pytest.raises(ValueError, match=r"other.sm is not"):
            read(tmp_path / "other.sm")

    @pytest.mark.skipif(not SHARED.is_dir(), reason="the PSPLIB instances are not here")
    @pytest.mark.parametrize("name", [pytest.param("j3013_1", marks=pytest.mark.guarantees), "j3029_1", "j6010_1", "j9014_1"])
    def test_known_optima(self, name: str) -> None:
        """The first takes CP-SAT eight seconds, the others half of one at most."""
        best = {
            entry["name"]: entry["best_known"] for entry in json.loads((SHARED / "best_known.json").read_text())["instances"]
        }
        plan = solve(to_problem(read(SHARED / f"{name}.sm")), seconds=10, effort=10, clock=time.monotonic)
        assert (plan.cost.makespan, plan.status) == (best[name], "optimal")
