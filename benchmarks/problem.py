"""Problems in the exchange format in, plans with their cost breakdown out, one JSON line for each file.

Usage: python -m benchmarks.problem [--seconds S] FILE.json ... For bug reports and for measuring: every plan is checked. The
work is counted, and takes about two thirds of the time on an idle core: unless the machine is much slower, the clock does not
decide, and two runs give the same plan.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from planning.checker import check
from planning.engine import solve
from planning.exchange import plan_to_dict, problem_from_json
from planning.problem import Plan, Problem, ProblemError

EFFORT = 0.7
"""Units of counted work for each second."""


def run(path: Path, seconds: float) -> dict[str, object]:
    """The line for one file: the plan, or the sentence with which the problem was refused."""
    begin = time.monotonic()
    try:
        problem = problem_from_json(path.read_bytes())
    except (ProblemError, OSError) as error:
        return {"instance": path.stem, "error": str(error)}
    left = max(0.0, seconds - (time.monotonic() - begin))  # reading counts
    plan = solve(problem, seconds=left, effort=EFFORT * seconds, clock=time.monotonic)
    return {
        "instance": path.stem,
        "seconds": round(time.monotonic() - begin, 3),
        "valid": not check(problem, plan),
        "cost": {**asdict(plan.cost), "total": plan.cost.total},
        "late": late(problem, plan),
        "plan": plan_to_dict(plan),
    }


def late(problem: Problem, plan: Plan) -> int:
    """The number of jobs that end after their deadline."""
    ends: dict[str, int] = {}
    for block in plan.placements:
        ends[block.job_id] = max(block.end, ends.get(block.job_id, block.end))
    return sum(job.deadline is not None and ends.get(job.id, job.deadline) > job.deadline for job in problem.jobs)


def positive(text: str) -> float:
    """A finite number above 0. Raises ValueError for anything else, which argparse says."""
    number = float(text)
    if not 0 < number < math.inf:
        raise ValueError(text)
    return number


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.problem", description="Plans for problems in the exchange format.")
    parser.add_argument("--seconds", type=positive, default=2.0)
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    for path in options.files:
        print(json.dumps(run(path, options.seconds)), flush=True)


if __name__ == "__main__":
    main()
