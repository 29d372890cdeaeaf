"""A project as numbers, for schedules by the thousand: jobs on shared resources, one block each, as short as possible.

It builds schedules from orders and straightens them; which orders to try is `planning.evolve`'s concern. Times are in steps
of the grid. The free units of all resources in one step are one number with a field for each, so one subtraction compares a
job's demands with all of them (a guard bit above each field keeps fields from borrowing of one another).
Sources: serial schedule generation, Kolisch and Hartmann 1999; justification, Valls, Ballestin and Quintanilla 2005.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from planning.frame import Frame
from planning.timeline import Timeline

MOST_STEPS = 50_000
"""Steps of the grid within the horizon beyond which a project is left to plain list scheduling."""


@dataclass(slots=True)
class Packing:
    """Fields of one number: a shift and a guard bit for each resource or window."""

    widths: list[int]
    shifts: list[int] = field(init=False)
    guards: int = field(init=False)

    def __post_init__(self) -> None:
        self.shifts, at = [], 0
        for width in self.widths:
            self.shifts.append(at)
            at += width + 1
        self.guards = sum(1 << (shift + width) for shift, width in zip(self.shifts, self.widths, strict=True))


@dataclass
class Project:
    """The free jobs of a frame, numbered anew from 0 (`numbers` has the old ones), each after its predecessors."""

    frame: Frame
    numbers: list[int] = field(init=False)
    length: list[int] = field(init=False)
    before: list[list[tuple[int, int]]] = field(init=False)
    after: list[list[tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        frame, grid = self.frame, self.frame.problem.grid
        free = {*frame.free}
        self.numbers = [number for number in frame.topological if number in free]
        index = {number: place for place, number in enumerate(self.numbers)}
        self.length = [-(-frame.rest[number] // grid) for number in self.numbers]
        self.before = [[] for _ in self.numbers]
        self.after = [[] for _ in self.numbers]
        for number, place in index.items():
            for other, lag in frame.predecessors[number]:
                if other in index:  # delays are from start to start
                    delay = -(-(frame.rest[other] + lag) // grid)
                    self.before[place].append((index[other], delay))
                    self.after[index[other]].append((place, delay))

    @classmethod
    def fits(cls, frame: Frame) -> bool:
        """Whether a frame is one that a Project can stand for: no split jobs, buffers, breaks or budgets, and not too many
        steps."""
        problem = frame.problem
        is_plain = not (frame.split or frame.books.whole or problem.budgets) and all(line is None for line in frame.books.rests)
        return is_plain and problem.horizon // problem.grid <= MOST_STEPS and bool(frame.free)

    @cached_property
    def steps(self) -> int:
        return self.frame.problem.horizon // self.frame.problem.grid

    @cached_property
    def first(self) -> list[int]:
        """The earliest start of each job as far as bounds and predecessors say."""
        grid = self.frame.problem.grid
        starts = [-(-self.frame.lower[number] // grid) for number in self.numbers]
        for place, before in enumerate(self.before):
            starts[place] = max([starts[place], *(starts[other] + delay for other, delay in before)])
        return starts

    @cached_property
    def tail(self) -> list[int]:
        """The steps from the start of each job to the end of the longest chain that begins with it."""
        tails = self.length[:]
        for place in reversed(range(len(tails))):
            tails[place] = max([tails[place], *(delay + tails[other] for other, delay in self.after[place])])
        return tails

    @cached_property
    def last_end(self) -> list[int]:
        return [self.frame.upper[number] // self.frame.problem.grid for number in self.numbers]

    @cached_property
    def packing(self) -> Packing:
        """A field for each resource, then one for each different window of jobs."""
        return Packing([resource.capacity.bit_length() for resource in self.frame.problem.resources] + [1] * len(self._windows))

    @cached_property
    def _windows(self) -> list[Timeline]:
        return [*{id(window): window for number in self.numbers if (window := self.frame.windows[number])}.values()]

    @cached_property
    def free(self) -> list[int]:
        """By step: what is free, packed, with all guards set."""
        grid, packing = self.frame.problem.grid, self.packing
        free = [packing.guards] * self.steps
        lines = [*self.frame.books.open, *self._windows]
        for line, shift in zip(lines, packing.shifts, strict=True):
            for start, end, level in zip(line.starts, [*line.starts[1:], line.high], line.levels, strict=True):
                if level > 0:
                    for step in range(-(-start // grid), end // grid):
                        free[step] += level << shift
        return free

    @cached_property
    def takes(self) -> list[int]:
        """By job: what it holds in each step, packed."""
        shifts = self.packing.shifts
        return [sum(units << shifts[place] for place, units in self.frame.demands[number]) for number in self.numbers]

    @cached_property
    def needs(self) -> list[int]:
        """By job: what must be free in each step, packed; beside what it holds, its window."""
        shifts = {id(line): shift for line, shift in zip(self._windows, self.packing.shifts[self._count :], strict=True)}
        windows = (self.frame.windows[number] for number in self.numbers)
        return [
            take + (0 if window is None else 1 << shifts[id(window)]) for take, window in zip(self.takes, windows, strict=True)
        ]

    @property
    def _count(self) -> int:
        return len(self.frame.problem.resources)

    def forward(self, order: Sequence[int]) -> list[int] | None:
        """Starts when each job of an order (predecessors first) begins as early as it can; None: one has no place."""
        free, guards, steps = self.free[:], self.packing.guards, self.steps
        starts = self.first[:]
        for job in order:
            start, need, length = starts[job], self.needs[job], self.length[job]
            for other, delay in self.before[job]:
                start = max(start, starts[other] + delay)
            step, end = start, start + length
            while step < end:
                if end > steps:
                    return None
                if (free[step] - need) & guards != guards:
                    end = step + 1 + length
                step += 1
            if end > self.last_end[job]:
                return None
            starts[job], take = end - length, self.takes[job]
            for step in range(end - length, end):
                free[step] -= take
        return starts

    def backward(self, order: Sequence[int], end: int) -> list[int] | None:
        """Starts when each job of an order (successors first) ends as late as it can by `end`; None: one has no place."""
        free, guards = self.free[:], self.packing.guards
        starts = [0] * len(self.length)
        for job in order:
            need, length = self.needs[job], self.length[job]
            begin = min(end, self.last_end[job]) - length
            for other, delay in self.after[job]:
                begin = min(begin, starts[other] - delay)
            step, first = begin + length - 1, self.first[job]
            while step >= begin >= first:
                if (free[step] - need) & guards != guards:
                    begin = step - length
                step -= 1
            if begin < first:
                return None
            starts[job], take = begin, self.takes[job]
            for step in range(begin, begin + length):
                free[step] -= take
        return starts

    def end(self, starts: Sequence[int]) -> int:
        return max(map(sum, zip(starts, self.length, strict=True)))

    def straightened(self, starts: list[int]) -> list[int]:
        """A schedule that is pushed right and then left again: never longer, often shorter."""
        end = self.end(starts)
        by_end = sorted(range(len(starts)), key=lambda job: (starts[job] + self.length[job], starts[job]), reverse=True)
        right = self.backward(by_end, end)
        if right is None:
            return starts
        left = self.forward(sorted(range(len(right)), key=right.__getitem__))
        return starts if left is None or self.end(left) > end else left
