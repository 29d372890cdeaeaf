"""Random projects with scarce resources, as single-mode PSPLIB files: harder than most of the library's.

Usage: python -m benchmarks.projects [--seed N] [--activities N] [--strength PERCENT] > FILE.sm. The parameters are those of
ProGen (Kolisch, Sprecher and Drexl 1995): resource strength, how far the capacity lies above the least that each activity needs
towards what the earliest schedule would take; network complexity, the arcs for each activity; all activities use all resources.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from random import Random

RESOURCES, LONGEST, MOST_UNITS = 4, 10, 10
COMPLEXITY = 1.8
FIRST = 3
"""Activities without a predecessor, and those without a successor, at least."""


def project(seed: int, activities: int, strength: float) -> str:
    """The text of a file; activity 1 and the last one are dummies. The same arguments give the same file."""
    random = Random(f"project {seed} {activities} {strength}")
    durations = [0, *(random.randint(1, LONGEST) for _ in range(activities)), 0]
    units = [[random.randint(1, MOST_UNITS) for _ in range(RESOURCES)] for _ in range(activities)]
    requests = [[0] * RESOURCES, *units, [0] * RESOURCES]
    successors = _network(random, activities)
    peaks = _peaks(durations, requests, successors)
    least = [max(column) for column in zip(*requests, strict=True)]
    capacities = [low + round(strength * (high - low)) for low, high in zip(least, peaks, strict=True)]
    return _file(durations, requests, successors, capacities)


def _network(random: Random, activities: int) -> list[list[int]]:
    """By activity, from 0: its successors, all later; each activity lies between the first and the last one."""
    after: list[set[int]] = [set() for _ in range(activities + 2)]
    for other in range(FIRST + 1, activities + 1):
        after[random.randrange(max(1, other - activities // 3), other)].add(other)
    for one in range(1, activities + 1 - FIRST):
        if not after[one]:
            after[one].add(random.randrange(one + 1, min(activities, one + activities // 3) + 1))
    while sum(map(len, after)) < COMPLEXITY * activities:
        one = random.randrange(1, activities)
        after[one].add(random.randrange(one + 1, min(activities, one + activities // 3) + 1))
    waiting = set().union(*after)
    after[0] = {one for one in range(1, activities + 1) if one not in waiting}
    for one in range(1, activities + 1):
        after[one] = after[one] or {activities + 1}
    return [sorted(own) for own in after]


def _peaks(durations: Sequence[int], requests: Sequence[Sequence[int]], successors: Sequence[Sequence[int]]) -> list[int]:
    """By resource: the most units that the schedule in which all start as early as their predecessors allow takes at once."""
    starts = [0] * len(durations)
    for one, after in enumerate(successors):
        for other in after:
            starts[other] = max(starts[other], starts[one] + durations[one])
    running = [
        [one for one, start in enumerate(starts) if start <= minute < start + durations[one]] for minute in range(starts[-1])
    ]
    return [max(sum(requests[one][k] for one in own) for own in running) for k in range(RESOURCES)]


def _file(
    durations: Sequence[int], requests: Sequence[Sequence[int]], successors: Sequence[Sequence[int]], capacities: Sequence[int]
) -> str:
    rule = "*" * 72
    network = [f"{one} 1 {len(after)} {' '.join(str(other + 1) for other in after)}" for one, after in enumerate(successors, 1)]
    work = [f"{one} 1 {durations[one - 1]} {' '.join(map(str, own))}" for one, own in enumerate(requests, 1)]
    sections = [
        ["PRECEDENCE RELATIONS:", "jobnr. #modes #successors successors", *network],
        ["REQUESTS/DURATIONS:", "jobnr. mode duration R 1 R 2 R 3 R 4", *work],
        ["RESOURCEAVAILABILITIES:", "R 1 R 2 R 3 R 4", " ".join(map(str, capacities))],
    ]
    return "\n".join(line for section in sections for line in (rule, *section)) + f"\n{rule}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.projects", description="A random project as a PSPLIB file.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--activities", type=int, default=60)
    parser.add_argument("--strength", type=float, default=20, help="percent")
    options = parser.parse_args(arguments)
    print(project(options.seed, options.activities, options.strength / 100))


if __name__ == "__main__":
    main()
