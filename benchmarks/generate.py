"""Problems of a person, made from a seed: weeks with meetings and tasks at a chosen load, and weeks with a known good plan.

Usage: python -m benchmarks.generate [--seed N] [--tasks N] [--load PERCENT | --planted PERCENT [--late]] prints one problem in
the exchange format. The same arguments give the same problem, on every machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from planning.exchange import problem_to_json
from planning.problem import Busy, Calendar, Demand, Interval, Job, Predecessor, Problem, Resource

DAY = 1440
GRID = 5
BEGIN, END = 9 * 60, 17 * 60
"""Working hours, in minutes after midnight, Monday to Friday."""
DURATIONS = (15, 15, 30, 30, 30, 45, 60, 90, 120)
NEAR = 12
"""How far back in the list of tasks a predecessor may be."""
Windows = list[tuple[int, int]]


def loaded(seed: int, tasks: int, load: float, *, chunks: float = 0.1) -> Problem:
    """Tasks that fill `load` of the working time within the horizon, a share `chunks` of them split, with wishes, hard and
    soft deadlines and dependencies; above 1, some must be left out."""
    random = Random(f"loaded {seed} {tasks} {load}")
    durations = [random.choice(DURATIONS) for _ in range(tasks)]
    days = _days(random, sum(durations) / load)
    horizon = days[-1][1][-1][1]
    jobs = tuple(_job(random, number, duration, horizon, chunks) for number, duration in enumerate(durations))
    return _problem(jobs, days, horizon, seed)


def within(seed: int, tasks: int, weeks: int) -> Problem:
    """Any number of tasks and so many weeks."""
    random = Random(f"within {seed} {tasks} {weeks}")
    days = _days(random, 0, weeks * 5)
    horizon = weeks * 7 * DAY
    jobs = tuple(_job(random, number, random.choice(DURATIONS), horizon, 0.1) for number in range(tasks))
    return _problem(jobs, days, horizon, seed)


def planted(seed: int, tasks: int, fullness: float, *, is_overloaded: bool = False) -> Problem:
    """Tasks cut from a plan in which nothing is late: `fullness` of the time between meetings is work, each task is due at
    its end there or some time after it, may start there or some time before, and waits for tasks that end before it starts.

    `is_overloaded` pulls each due date to 70 % of the way from now.
    """
    random = Random(f"planted {seed} {tasks} {fullness}")
    durations = [random.choice(DURATIONS) for _ in range(tasks)]
    days = _days(random, sum(durations) / fullness + 180)
    blocks = list(_filled(random, days, durations, fullness))
    while len(blocks) < tasks:  # crumbs before meetings have eaten the slack
        days += _days(random, 0, 1, first=days[-1][0] + 1)
        blocks = list(_filled(random, days, durations, fullness))
    jobs = []
    for number, (start, end) in enumerate(blocks):
        slack = int(random.expovariate(1 / 600)) // GRID * GRID if random.random() < 0.7 else 0
        due = end + slack
        earlier = [other for other in range(max(0, number - NEAR), number) if blocks[other][1] <= start]
        before = random.sample(earlier, 1) if earlier and random.random() < 0.3 else []
        job = Job(
            str(number),
            end - start,
            release=max(0, start - random.randrange(0, 2 * DAY, GRID)) if random.random() < 0.3 else 0,
            deadline=int(due * 0.7) // GRID * GRID if is_overloaded else due,
            weight=float(random.randint(0, 10)),
            demands=(Demand("person"),),
            predecessors=tuple(Predecessor(str(other)) for other in before),
        )
        jobs.append(job)
    random.shuffle(jobs)
    spare = _days(random, 0, 10 if is_overloaded else 3, first=days[-1][0] + 1)
    return _problem(tuple(jobs), [*days, *spare], spare[-1][1][-1][1], seed)


def unsplit(problem: Problem) -> Problem:
    """The problem with every job in one block."""
    jobs = tuple(replace(job, min_chunk=None, max_chunk=None, max_per_day=None) for job in problem.jobs)
    return replace(problem, jobs=jobs)


def _days(random: Random, minutes: float, count: int = 0, first: int = 0) -> list[tuple[int, Windows]]:
    """Working days (numbers; 0 is a Monday) with the free windows between their meetings: so many, or enough for `minutes`."""
    days: list[tuple[int, Windows]] = []
    number, free = first, 0.0
    while len(days) < max(1, count) or free < minutes:
        if number % 7 < 5:
            windows = _between_meetings(random, number * DAY)
            free += sum(end - start for start, end in windows)
            days.append((number, windows))
        number += 1
    return days


def _between_meetings(random: Random, midnight: int) -> Windows:
    begins = sorted(random.sample(range(BEGIN + 30, END - 90, 30), random.randint(0, 3)))
    windows: Windows = []
    at = BEGIN
    for begin in begins:
        if begin - at >= 30:
            windows.append((midnight + at, midnight + begin))
        at = max(at, begin + random.choice((30, 30, 60)))
    return [*windows, (midnight + at, midnight + END)]


def _filled(
    random: Random, days: Sequence[tuple[int, Windows]], durations: Sequence[int], fullness: float
) -> Iterator[tuple[int, int]]:
    """Blocks of these durations, one after the other through the windows, cut short before a meeting, with some idle time."""
    windows = iter([window for _, own in days for window in own])
    at, end = next(windows)
    for duration in durations:
        while end - at < 15:
            at, end = next(windows, (0, 0))
            if end == 0:
                return
        length = min(duration, end - at)
        yield at, at + length
        idle = int(length * (1 / fullness - 1) * random.uniform(0, 2)) // GRID * GRID
        at = min(end, at + length + idle)


def _job(random: Random, number: int, duration: int, horizon: int, chunks: float) -> Job:
    chance, is_split = random.random(), duration >= 90 and random.random() < 2.5 * chunks
    release = random.randrange(0, horizon // 2, GRID) if random.random() < 0.15 else 0
    due = random.randrange(min(release + DAY // 2, horizon - GRID), horizon, GRID)
    morning = random.randrange(0, max(1, horizon // DAY)) * DAY + BEGIN
    has_wish = random.random()
    return Job(
        str(number),
        duration,
        release=release,
        deadline=due if chance < 0.5 else None,
        deadline_is_hard=chance < 0.08,
        weight=float(random.randint(0, 10)),
        demands=(Demand("person"),),
        preferred=(Interval(morning, morning + 180),) if has_wish < 0.1 else (),
        suggested_start=random.randrange(BEGIN, horizon, GRID) if has_wish > 0.9 else None,
        predecessors=(Predecessor(str(random.randrange(max(0, number - NEAR), number))),)
        if number and random.random() < 0.2
        else (),
        min_chunk=30 if is_split else None,
        max_chunk=60 if is_split else None,
    )


def _problem(jobs: tuple[Job, ...], days: Sequence[tuple[int, Windows]], horizon: int, seed: int) -> Problem:
    """Hours on the working days; the time between the free windows is meetings."""
    hours = tuple(Interval(number * DAY + BEGIN, number * DAY + END) for number, _ in days)
    gaps = [
        (end, start)
        for number, windows in days
        for (_, end), (start, _) in zip([(0, number * DAY + BEGIN), *windows], [*windows, (number * DAY + END, 0)], strict=True)
    ]
    meetings = tuple(Busy(Interval(low, high), "Meeting") for low, high in gaps if low < high)
    return Problem(
        jobs,
        (Resource("person", 1, "Work", meetings),),
        horizon,
        grid=GRID,
        calendars=(Calendar("Work", hours),),
        day_starts=tuple(range(0, horizon, DAY)),
        seed=seed,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.generate", description="One problem of a person, as a line of JSON.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=50)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--load", type=float, default=90, help="percent of the working time")
    kind.add_argument("--planted", type=float, help="percent of the working time in the plan that it is cut from")
    parser.add_argument("--late", action="store_true", help="pull due dates to 70 percent (with --planted)")
    options = parser.parse_args(arguments)
    if options.planted:
        problem = planted(options.seed, options.tasks, options.planted / 100, is_overloaded=options.late)
    else:
        problem = loaded(options.seed, options.tasks, options.load / 100)
    print(problem_to_json(problem))


if __name__ == "__main__":
    main()
