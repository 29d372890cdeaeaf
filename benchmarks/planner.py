"""The kernel alone, in this process: how long a draft and an improvement take, and what the improvement is worth."""

from __future__ import annotations

import random
import time
from statistics import median

from benchmarks.measure import Line, Section, seconds_of, spoken
from planning.draft import draft
from planning.engine import solve
from planning.problem import Busy, Calendar, Demand, Interval, Job, Predecessor, Problem, Resource

DAY, FROM, TO = 1440, 9 * 60, 17 * 60
SOLVE_SECONDS = 2.0
"""The limit that the product sets (PLAN_SECONDS)."""


def week(jobs: int, seed: int = 1) -> Problem:
    """A person's work of about 90 % load: mixed lengths, two thirds with a deadline, meetings, some tasks after others."""
    chance = random.Random(seed)
    lengths = [chance.choice((15, 30, 45, 60, 90, 120, 180)) for _ in range(jobs)]
    days = max(2, round(sum(lengths) / ((TO - FROM) * 0.85 * 0.9)))
    horizon = (days + 7) * DAY
    return Problem(
        jobs=tuple(_job(number, length, days, chance) for number, length in enumerate(lengths)),
        resources=(Resource("person", 1, "Work", tuple(_meetings(days, chance))),),
        calendars=(Calendar("Work", tuple(Interval(day * DAY + FROM, day * DAY + TO) for day in range(days + 7))),),
        horizon=horizon,
        day_starts=tuple(range(0, horizon, DAY)),
    )


def _job(number: int, length: int, days: int, chance: random.Random) -> Job:
    has_deadline, waits = chance.random() < 0.67, number > 4 and chance.random() < 0.1
    return Job(
        id=str(number),
        duration=length,
        deadline=chance.randint(1, days) * DAY + TO if has_deadline else None,
        weight=round(chance.uniform(0, 10), 1),
        demands=(Demand("person"),),
        predecessors=(Predecessor(str(chance.randrange(number))),) if waits else (),
    )


def _meetings(days: int, chance: random.Random) -> list[Busy]:
    starts = [day * DAY + FROM + chance.randrange(0, 7 * 60, 30) for day in range(days)]
    return [Busy(Interval(start, start + 60), "Meeting") for start in starts]


def planner(is_quick: bool) -> Section:
    """Draft and solve for 10 to 1000 tasks."""
    seeds = (1,) if is_quick else (1, 2, 3)
    lines = [_line(jobs, seeds) for jobs in ((10, 50) if is_quick else (10, 50, 200, 1000))]
    return Section(
        "Planner, in this process",
        ("draft", "solve", "cost ratio", "n"),
        tuple(lines),
        "Medians over seeds; cost ratio: solved to draft, never above 1, and near 0 where only the draft is late.",
    )


def _line(jobs: int, seeds: tuple[int, ...]) -> Line:
    problems = [week(jobs, seed) for seed in seeds]
    drafts = [median(seconds_of(lambda p=problem: draft(p)) for _ in range(3)) for problem in problems]  # type: ignore[misc]
    solved, ratios = [], []
    for problem in problems:
        begin = time.perf_counter()
        plan = solve(problem, seconds=SOLVE_SECONDS, clock=time.monotonic)
        solved.append(time.perf_counter() - begin)
        ratios.append(plan.cost.total / max(1, draft(problem).cost.total))
    return Line(f"{jobs} tasks", (spoken(median(drafts)), spoken(median(solved)), f"{median(ratios):.2f}", str(len(seeds))))
