"""PSPLIB single-mode files in, one JSON line for each out: the shortest schedule that the kernel finds in a time.

Usage: python -m benchmarks.rcpsp [--seconds S] [--effort E | --plain] FILE.sm ... Every schedule is checked against its file
before it is printed. The clock decides when to stop, so two runs may differ; with --effort the work is counted, the clock is
only a safety net, and two runs give the same schedule. --plain asks plain CP-SAT instead of the
kernel, to compare. Format of the files: Kolisch and Sprecher 1996.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ortools.sat.python import cp_model

from planning.makespan import shortest
from planning.problem import Demand, Job, Predecessor, Problem, Resource


@dataclass(frozen=True, slots=True)
class Instance:
    """A project as its file has it: by activity its duration, units of each resource, and successors; and the capacities."""

    name: str
    durations: dict[int, int]
    requests: dict[int, tuple[int, ...]]
    successors: dict[int, tuple[int, ...]]
    capacities: tuple[int, ...]


def read(path: Path) -> Instance:
    """The instance in a file. Raises ValueError for one that is not of the format."""
    sections = re.split(r"^\*+\s*$", path.read_text(), flags=re.MULTILINE)
    rows = {_title(section): [_numbers(line) for line in section.splitlines()] for section in sections}
    try:
        network = [row for row in rows["PRECEDENCE RELATIONS"] if len(row) > 2]
        work = [row for row in rows["REQUESTS/DURATIONS"] if len(row) > 3]
        capacities = [row for row in rows["RESOURCEAVAILABILITIES"] if row][-1]
    except (KeyError, IndexError) as error:
        raise ValueError(f"{path.name} is not a single-mode PSPLIB file.") from error
    return Instance(
        path.stem,
        {row[0]: row[2] for row in work},
        {row[0]: row[3:] for row in work},
        {row[0]: row[3:] for row in network},
        capacities,
    )


def _title(section: str) -> str:
    return section.strip().split(":")[0]


def _numbers(line: str) -> tuple[int, ...]:
    """The numbers of a line that has nothing else."""
    words = line.split()
    return tuple(map(int, words)) if all(word.isdigit() for word in words) else ()


def to_problem(instance: Instance) -> Problem:
    """The instance as a problem: activities without duration (the dummies) are left out, what they join is joined."""
    before: dict[int, set[int]] = {activity: set() for activity in instance.durations}
    for activity, after in instance.successors.items():
        for other in after:
            before[other].add(activity)
    return Problem(
        jobs=tuple(
            Job(
                str(activity),
                duration,
                demands=tuple(Demand(f"R{k}", units) for k, units in enumerate(instance.requests[activity], 1) if units),
                predecessors=tuple(Predecessor(str(other)) for other in sorted(_real(instance, before, before[activity]))),
            )
            for activity, duration in instance.durations.items()
            if duration
        ),
        resources=tuple(Resource(f"R{k}", capacity) for k, capacity in enumerate(instance.capacities, 1)),
        horizon=max(1, sum(instance.durations.values())),
        grid=1,
        objective="makespan",
    )


def _real(instance: Instance, before: dict[int, set[int]], activities: Iterable[int]) -> set[int]:
    """The activities with a duration among some, and before those without."""
    found: set[int] = set()
    waiting = [*activities]
    while waiting:
        activity = waiting.pop()
        if instance.durations[activity]:
            found.add(activity)
        else:
            waiting += before[activity]
    return found


def all_starts(instance: Instance, starts: dict[int, int]) -> dict[int, int]:
    """The starts of all activities: those without duration start when what is before them has ended."""
    complete = dict(starts)
    before: dict[int, list[int]] = {activity: [] for activity in instance.durations}
    for activity, after in instance.successors.items():
        for other in after:
            before[other].append(activity)

    waiting = [activity for activity in instance.durations if activity not in starts]
    while waiting:
        activity = waiting.pop(0)
        if all(other in complete for other in before[activity]):
            complete[activity] = max((complete[other] + instance.durations[other] for other in before[activity]), default=0)
        else:
            waiting.append(activity)
    return dict(sorted(complete.items()))


def faults(instance: Instance, starts: dict[int, int]) -> list[str]:
    """What is wrong with a schedule, from nothing but the file and the starts: order, and units at each minute."""
    found = [
        f"{other} starts before {activity} ends"
        for activity, after in instance.successors.items()
        for other in after
        if starts[other] < starts[activity] + instance.durations[activity]
    ]
    for minute in range(max(starts.values())):
        running = [a for a, start in starts.items() if start <= minute < start + instance.durations[a]]
        for k, capacity in enumerate(instance.capacities):
            if sum(instance.requests[activity][k] for activity in running) > capacity:
                found.append(f"R{k + 1} is overloaded at {minute}")
    return found + [f"{activity} starts before 0" for activity, start in starts.items() if start < 0]


def ours(instance: Instance, seconds: float, effort: float | None = None) -> tuple[dict[int, int], int]:
    """The kernel's starts and lower bound; it leaves itself a moment to check and print."""
    answer = shortest(to_problem(instance), seconds=seconds - 0.2, clock=time.monotonic, effort=effort)
    return all_starts(instance, {int(block.job_id): block.start for block in answer.plan.placements}), answer.lower_bound


def plain(instance: Instance, seconds: float) -> tuple[dict[int, int], int]:
    """CP-SAT with intervals and cumulatives, default parameters but for two workers, and no hint."""
    model, horizon = cp_model.CpModel(), sum(instance.durations.values())
    starts = {activity: model.new_int_var(0, horizon, str(activity)) for activity in instance.durations}
    blocks = {a: model.new_fixed_size_interval_var(starts[a], instance.durations[a], str(a)) for a in starts}
    for activity, after in instance.successors.items():
        for other in after:
            model.add(starts[other] >= starts[activity] + instance.durations[activity])
    for k, capacity in enumerate(instance.capacities):
        model.add_cumulative([*blocks.values()], [instance.requests[activity][k] for activity in blocks], capacity)
    makespan = model.new_int_var(0, horizon, "makespan")
    model.add_max_equality(makespan, [starts[activity] + instance.durations[activity] for activity in starts])
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise RuntimeError(f"{instance.name}: plain CP-SAT found no schedule.")
    return {activity: solver.value(start) for activity, start in starts.items()}, round(solver.best_objective_bound)


def run(
    path: Path, seconds: float, solver: Callable[[Instance, float], tuple[dict[int, int], int]] = ours
) -> dict[str, object]:
    """The line for one file. Raises RuntimeError for a schedule that the file refuses."""
    begin = time.monotonic()
    instance = read(path)
    starts, lower_bound = solver(instance, seconds)
    if wrong := faults(instance, starts):
        raise RuntimeError(f"{instance.name}: {'; '.join(wrong[:3])}")
    makespan = max(start + instance.durations[activity] for activity, start in starts.items())
    return {
        "instance": instance.name,
        "makespan": makespan,
        "lower_bound": lower_bound,
        "status": "optimal" if lower_bound >= makespan else "feasible",
        "seconds": round(time.monotonic() - begin, 3),
        "starts": {str(activity): start for activity, start in starts.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rcpsp", description="Shortest schedules for PSPLIB single-mode files.")
    parser.add_argument("--seconds", type=float, default=10.0)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--effort", type=float, help="units of counted work, for a schedule that repeats")
    kind.add_argument("--plain", action="store_true", help="plain CP-SAT instead of the kernel")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    for path in options.files:
        solver = plain if options.plain else partial(ours, effort=options.effort)
        print(json.dumps(run(path, options.seconds, solver)), flush=True)


if __name__ == "__main__":
    main()
