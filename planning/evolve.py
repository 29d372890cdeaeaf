"""Short schedules for a project: priority rules first, then a population of orders that are crossed, shuffled and straightened.

It stops when told, or when the lower bound is met; it reads no clock. Sources: rules, Kolisch 1996; the crossover of activity
lists, Hartmann 1998; justification inside the search, Valls, Ballestin and Quintanilla 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from planning.project import Project

POPULATION = 40
PATIENCE = 20
"""Children for each job without a shorter schedule after which it ends: small projects are CP-SAT's."""
MUTATION = 0.05
"""The chance of each neighbouring pair in an order to change places."""


def lower_bound(project: Project) -> int:
    """No schedule ends before the longest chain, nor before each resource has done its work (in steps)."""
    chain = max(first + tail for first, tail in zip(project.first, project.tail, strict=True))
    work = [0] * len(project.frame.problem.resources)
    for job, number in enumerate(project.numbers):
        for place, units in project.frame.demands[number]:
            work[place] += units * project.length[job]
    begin = min(project.first)
    loads = [-(-total // resource.capacity) for total, resource in zip(work, project.frame.problem.resources, strict=True)]
    return max([chain, *(begin + load for load in loads)])


def evolve(project: Project, known: list[int], *, children: int, should_stop: Callable[[], bool]) -> list[int]:
    """The starts (in steps) of the shortest schedule found after so many children; `known` when none is shorter."""
    random = Random(project.frame.problem.seed)  # noqa: S311 (a reproducible walk, no secret)
    bound = lower_bound(project)
    population = [(project.end(known), known)]
    for order in _openings(project, random):
        if should_stop() or min(population)[0] <= bound:
            break
        _enter(project, population, order)
    population = sorted(population)[:POPULATION]
    unchanged, length = 0, population[0][0]
    for _ in range(children):
        if should_stop() or len(population) < 2 or length <= bound or unchanged > PATIENCE * len(project.length):
            break
        mother, father = random.sample(population, 2)
        _enter(project, population, _shuffled(project, random, _crossed(random, _order(mother[1]), _order(father[1]))))
        population = sorted(population)[:POPULATION]
        unchanged, length = (0 if population[0][0] < length else unchanged + 1), population[0][0]
    return min(population)[1]


def _enter(project: Project, population: list[tuple[int, list[int]]], order: list[int]) -> None:
    """Add the straightened schedule of an order, if there is one and the population has no twin of it."""
    starts = project.forward(order)
    if starts is None:
        return
    starts = project.straightened(starts)
    if (project.end(starts), starts) not in population:
        population.append((project.end(starts), starts))


def _openings(project: Project, random: Random) -> Iterator[list[int]]:
    """Orders by plain rules (least latest start, longest tail, most work behind it), then by the first with random regret."""
    count = len(project.length)
    followers = [1] * count
    for job in reversed(range(count)):
        followers[job] += sum(followers[other] for other, _ in project.after[job])
    keys: list[list[float]] = [
        [-tail for tail in project.tail],
        [length - tail for tail, length in zip(project.tail, project.length, strict=True)],
        [-count for count in followers],
        [*map(float, project.first)],
    ]
    for key in keys:
        yield _by_key(project, key)
    spread = max(project.tail) / 3
    for _ in range(2 * POPULATION):
        yield _by_key(project, [random.random() * spread - tail for tail in project.tail])


def _by_key(project: Project, key: list[float]) -> list[int]:
    """The jobs by key, each after its predecessors."""
    late = key[:]
    for job in range(len(late)):
        late[job] = max([late[job], *(late[other] for other, _ in project.before[job])])
    return sorted(range(len(late)), key=lambda job: (late[job], job))


def _order(starts: list[int]) -> list[int]:
    return sorted(range(len(starts)), key=lambda job: (starts[job], job))


def _crossed(random: Random, mother: list[int], father: list[int]) -> list[int]:
    """The first part of the mother's order, the middle as the father has what is left, the end as the mother has it."""
    low, high = sorted(random.sample(range(len(mother) + 1), 2))
    child = mother[:low]
    taken = {*child}
    child += [job for job in father if job not in taken][: high - low]
    taken.update(child)
    return child + [job for job in mother if job not in taken]


def _shuffled(project: Project, random: Random, order: list[int]) -> list[int]:
    """The order with a few neighbours swapped, where neither waits for the other."""
    for place in range(len(order) - 1):
        one, other = order[place], order[place + 1]
        if random.random() < MUTATION and all(before != one for before, _ in project.before[other]):
            order[place], order[place + 1] = other, one
    return order
