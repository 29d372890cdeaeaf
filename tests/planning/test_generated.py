"""The kernel on generated weeks: the promises of quality and calm, and the benchmark commands themselves."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import problem as problem_command
from benchmarks.compare import due_first
from benchmarks.generate import loaded, planted, unsplit, within
from benchmarks.problem import late
from planning.draft import draft
from planning.engine import solve
from planning.exchange import problem_to_json
from planning.problem import Problem
from tests.planning.cases import assert_valid, job


def settled(seed: int) -> tuple[Problem, Problem]:
    """A problem of 50 tasks whose plan is its current one, and the same with one more task."""
    problem = loaded(seed, 50, 0.7)
    plan = solve(problem, seconds=5, effort=0.3)
    kept = replace(problem, current=plan.placements)
    new = job("new", 45, demands=problem.jobs[0].demands, deadline=problem.horizon // 2, weight=6.0)
    return kept, replace(kept, jobs=(*problem.jobs, new))


class TestPlanted:
    @pytest.mark.parametrize("fullness", [0.7, 0.97])
    @pytest.mark.parametrize("tasks", [50, 200])
    def test_nothing_is_late(self, tasks: int, fullness: float) -> None:
        for seed in (1, 2, 3):
            problem = planted(seed, tasks, fullness)
            plan = solve(problem, seconds=10, effort=0.1)
            assert_valid(problem, plan)
            assert (late(problem, plan), len(plan.unplaced)) == (0, 0)

    @pytest.mark.parametrize("is_overloaded", [False, True])
    def test_never_worse_than_earliest_due_date(self, is_overloaded: bool) -> None:
        for seed in range(1, 6):
            problem = planted(seed, 50, 0.97, is_overloaded=is_overloaded)
            assert solve(problem, seconds=10, effort=0.1).cost.total <= due_first(problem, 0).cost.total


class TestDraft:
    def test_a_thousand_tasks_in_four_weeks(self) -> None:
        problem = within(1, 1000, 4)
        begin = time.process_time()
        plan = draft(problem)
        assert time.process_time() - begin < 5  # 0.1 s on an idle machine; benchmarks.compare measures
        assert_valid(problem, plan)

    def test_near_the_best(self) -> None:
        shares = []
        for seed in range(1, 6):
            problem = unsplit(loaded(seed, 40, 0.9))
            shares.append(draft(problem).cost.total / solve(problem, seconds=10, effort=0.5).cost.total)
        assert statistics.median(shares) <= 1.35


class TestSettled:
    def test_nothing_new_moves_nothing(self) -> None:
        kept, _ = settled(1)
        assert {*solve(kept, seconds=5).placements} == {*kept.current}

    def test_one_new_task_moves_at_most_two_in_the_median(self) -> None:
        moved = []
        for seed in range(1, 6):
            kept, grown = settled(seed)
            plan = solve(grown, seconds=5)
            assert_valid(grown, plan)
            assert any(block.job_id == "new" for block in plan.placements)
            moved.append(len({*kept.current} - {*plan.placements}))
        assert statistics.median(moved) <= 2


class TestMoreIsNeverWorse:
    @pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.guarantees) for seed in (2, 3))])
    def test_effort(self, seed: int) -> None:
        problem = loaded(seed, 40, 1.2)
        costs = [solve(problem, seconds=60, effort=effort).cost.total for effort in (0.1, 0.3, 0.8)]
        assert costs == sorted(costs, reverse=True)

    def test_repeatable(self) -> None:
        problem = loaded(5, 60, 1.1)
        assert solve(problem, seconds=60, effort=0.3) == solve(problem, seconds=60, effort=0.3)


class TestCommands:
    def test_problem(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
        good.write_text(problem_to_json(loaded(1, 10, 0.5)))
        bad.write_text("{}")
        problem_command.main(["--seconds", "0.1", str(good), str(bad), str(none)])
        first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
        assert (first["instance"], first["valid"]) == ("good", True)
        assert first["cost"]["total"] == sum(points for term, points in first["cost"].items() if term != "total")
        assert second == {"instance": "bad", "error": "The format must be 'dayloom-problem/1', not None."}
        assert (third["instance"], "No such file" in third["error"]) == ("none", True)

    @pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "soon"])
    def test_seconds_without_meaning(self, seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            problem_command.main(["--seconds", seconds, "some.json"])
        assert "argument --seconds: invalid" in capsys.readouterr().err

    def test_seeds_repeat(self) -> None:
        assert loaded(3, 30, 0.9) == loaded(3, 30, 0.9) != loaded(4, 30, 0.9)
        assert planted(3, 30, 0.9) == planted(3, 30, 0.9)
