"""Large-neighbourhood search: again and again a few jobs are set free around one that is dear, and CP-SAT places them anew.

It chooses which jobs go together; placing them is `planning.improve`'s. Source: Shaw 1998. It reads no clock (what it is given
may).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TypeAlias

from planning.frame import Frame
from planning.improve import improve
from planning.layout import from_plan
from planning.narrow import movable
from planning.problem import Plan
from planning.timeline import Span

JOBS = 18
"""The jobs set free at once to begin with: most such problems are solved in a few hundredths of a second."""
FEWEST, MOST = 8, 40
ROUND = 0.04
"""Deterministic time of one round."""
Blocks: TypeAlias = Mapping[int, tuple[Span, ...]]


class Renewal:
    """A search that can be taken up again: so many rounds now, some more later, are the same as all at once."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.random = Random(frame.problem.seed)  # noqa: S311 (a reproducible walk, no secret)
        self.candidates = movable(frame)
        self.size = float(JOBS)

    def run(self, start: Plan, rounds: int, seconds: Callable[[], float], around: Sequence[int] = ()) -> Plan:
        """The cheapest plan after so many rounds, never dearer than `start`; it stops when no `seconds` are left.

        The first rounds are around the jobs given, the rest around dear ones.
        """
        plan, centres = start, [*around][::-1]
        if len(self.candidates) < 2:
            return start
        blocks = from_plan(self.frame, plan)
        for _ in range(rounds):
            if (left := seconds()) <= 0:
                break
            centre = centres.pop() if centres else self._dear(blocks)
            chosen = self._neighbours(blocks, centre)
            found = improve(self.frame.problem, plan, effort=ROUND, seconds=left, moving=chosen, frame=self.frame)
            if found.cost.total < plan.cost.total:
                plan, blocks = found, from_plan(self.frame, found)
            if not around:
                self.size = min(MOST, self.size * 1.03) if found.status == "optimal" else max(FEWEST, self.size * 0.95)
        return replace(plan, status=start.status if plan is start else "best_found")

    def _dear(self, blocks: Blocks) -> int:
        """A job that costs much more than it would as early as can be: the dearest of a few, or any."""
        pool = self.random.sample(self.candidates, min(len(self.candidates), 6))
        return max(pool, key=lambda number: self._regret(blocks, number)) if self.random.random() < 0.7 else pool[0]

    def _regret(self, blocks: Blocks, number: int) -> int:
        price = self.frame.prices[number]
        least = price.urgency * max(0, self.frame.lower[number] + price.duration - price.now)
        return (self.frame.cost(number, blocks[number]) if number in blocks else price.unplaced) - least

    def _neighbours(self, blocks: Blocks, centre: int) -> set[int]:
        """A job, its kin, the jobs near where it is or would like to be, and some by chance."""
        frame, size = self.frame, round(self.size)
        target = self.random.choice([*(start for start, _ in blocks.get(centre, ())[:1]), *_wishes(frame, centre)])
        kin = [number for number, _ in frame.predecessors[centre] + frame.successors[centre]]
        near = sorted((abs(blocks[number][0][0] - target), number) for number in self.candidates if number in blocks)
        others = self.random.sample(self.candidates, min(len(self.candidates), size // 4))
        chosen = dict.fromkeys([centre, *kin, *(number for _, number in near[: size - size // 4]), *others])
        return {*[*chosen][:size]} & {*self.candidates}


def _wishes(frame: Frame, number: int) -> list[int]:
    price, job = frame.prices[number], frame.jobs[number]
    wishes = [frame.lower[number]]
    if job.deadline is not None:
        wishes.append(max(frame.lower[number], job.deadline - job.duration))
    if price.suggested is not None:
        wishes.append(price.suggested)
    return wishes + [low for low, _ in price.preferred]
