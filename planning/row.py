"""The blocks of one person in a row: jobs in an order, each as early as the one before lets it, and what a change would cost.

It prices a change in microseconds, for it looks only at the part that changes and at what is pushed or pulled after it; which
changes to try is `planning.anneal`'s concern. Times are in steps of the grid. Source: fast moves for total weighted tardiness
on one machine, Ergun and Orlin 2006.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeAlias

from planning.books import Books
from planning.frame import NEVER, Frame
from planning.narrow import movable
from planning.timeline import Span, Timeline, intersection

MOST_ENTRIES = 4_000_000
"""Entries of the tables of next starts (8 bytes each) beyond which there is no row."""
BARRED = 2 * NEVER
"""The price of what may not be: more than any change may cost (below NEVER), whatever it replaces."""
Blocks: TypeAlias = Mapping[int, tuple[Span, ...]]


class Prices(dict[int, int]):
    """By step: what a job costs that starts there, worked out when first asked; BARRED after its last start."""

    __slots__ = ("frame", "last", "number")

    def __init__(self, frame: Frame, number: int, last: int) -> None:
        super().__init__()
        self.frame, self.number, self.last = frame, number, last

    def __missing__(self, step: int) -> int:
        found = BARRED if step > self.last else self.frame.prices[self.number].at(step * self.frame.problem.grid)
        self[step] = found
        return found


class Row:
    """The jobs on one resource that may move, in the order of their blocks; all others stay where `blocks` has them.

    `order` holds the places of jobs in `numbers`; `begin`, `free` and `paid` are, by position in it, a job's start, the step
    from which it could have started, and its price. `out` are the jobs left out. `since` is, by job, the step before which it
    does not start: its bound, or a later one where it waits for what it would like; at the step `never` none can start.
    """

    def __init__(self, frame: Frame, place: int, blocks: Blocks) -> None:
        self.frame, self.grid = frame, frame.problem.grid
        self.numbers = _members(frame, place, blocks)
        self.index = index = {number: job for job, number in enumerate(self.numbers)}
        bounds = [_bounds(frame, number, index, blocks) for number in self.numbers]
        self.never = _top(frame) - 1
        self.bound = [min(-(-low // self.grid), self.never) for low, _ in bounds]
        self.since = self.bound[:]
        self.length = [
            -(-(frame.prices[number].duration + frame.jobs[number].buffer_after) // self.grid) for number in self.numbers
        ]
        self.before = [frozenset(index[n] for n, _ in frame.predecessors[number] if n in index) for number in self.numbers]
        self.after = [frozenset(index[n] for n, _ in frame.successors[number] if n in index) for number in self.numbers]
        self.prices = [Prices(frame, number, high // self.grid) for number, (_, high) in zip(self.numbers, bounds, strict=True)]
        self.next = self._tables({number: spans for number, spans in blocks.items() if number not in index})
        self.order: list[int] = []
        self.begin: list[int] = []
        self.free, self.paid = [0], list[int]()
        placed = [job for job, number in enumerate(self.numbers) if number in blocks]
        for job in placed:
            if has_wishes(frame, self.numbers[job]):
                self.since[job] = max(self.bound[job], blocks[self.numbers[job]][0][0] // self.grid)
        self.change(0, 0, sorted(placed, key=lambda job: blocks[self.numbers[job]]), NEVER - 1)
        self.out = [job for job, number in enumerate(self.numbers) if number not in blocks]

    def change(self, low: int, high: int, jobs: Sequence[int], allowed: float) -> int | None:
        """Put `jobs` in the place of positions `[low, high)`, unless that makes the row dearer by more than `allowed`.

        What it has made dearer, or None when it was left as it is. Where the rest would only start later, it is not looked at:
        what is later is not cheaper.
        """
        since, nexts, prices, length = self.since, self.next, self.prices, self.length
        order, begins, frees, paid = self.order, self.begin, self.free, self.paid
        at, dearer = frees[low], -sum(paid[low:high])
        new_begin, new_free, new_paid = [], [], []
        for job in jobs:
            new_free.append(at)
            bound = since[job]
            start = nexts[job][at if at > bound else bound]
            price = prices[job][start]
            dearer += price
            if dearer > allowed:
                return None
            new_begin.append(start)
            new_paid.append(price)
            at = start + length[job]
        position, count = high, len(order)
        while position < count:
            if dearer > allowed and at > frees[position]:
                return None
            job = order[position]
            bound = since[job]
            start = nexts[job][at if at > bound else bound]
            if start == begins[position]:
                break
            price = prices[job][start]
            dearer += price - paid[position]
            new_free.append(at)
            new_begin.append(start)
            new_paid.append(price)
            at = start + length[job]
            position += 1
        if dearer > allowed:
            return None
        order[low:high] = jobs
        begins[low:position], frees[low:position], paid[low:position] = new_begin, new_free, new_paid
        frees[low + len(new_free)] = at
        return dearer

    def blocks(self, order: Sequence[int], begin: Sequence[int]) -> dict[int, tuple[Span, ...]]:
        """The blocks of jobs that begin at these steps, in minutes, by their number in the frame."""
        pairs = ((self.numbers[job], start * self.grid) for job, start in zip(order, begin, strict=True))
        return {number: ((start, start + self.frame.prices[number].duration),) for number, start in pairs}

    def wishes(self, job: int) -> list[int]:
        """The steps from which a job may start to have what it would like; the first one is its bound."""
        price, bound = self.frame.prices[self.numbers[job]], self.bound[job]
        minutes = [price.suggested, price.current_start, *(low for low, _ in price.preferred)]
        return [bound, *(min(max(bound, -(-minute // self.grid)), self.never) for minute in minutes if minute is not None)]

    def _tables(self, others: Blocks) -> list[list[int]]:
        """By job: for each step the first one from it on at which the job may start beside all that stays."""
        frame, books = self.frame, self.frame.books.copy()
        for number, spans in others.items():
            for start, end in spans:
                books.take(frame.claims[number], start, end)
        steps = [*range(_top(frame))]
        known: dict[Hashable, list[int]] = {}
        for number in self.numbers:
            key = frame.kinds[number]
            if key not in known:
                table: list[int] = []
                for low, high in _starts(frame, number, books):
                    table += [low] * (low - len(table))
                    table += steps[low:high]
                known[key] = table + [steps[-1]] * (len(steps) - len(table))
        return [known[frame.kinds[number]] for number in self.numbers]


def rows(frame: Frame) -> list[int]:
    """The resources whose jobs make a row worth having: of capacity 1, with two jobs at least, and tables of a sane size."""
    return [place for place in range(len(frame.problem.resources)) if _fits(frame, rowable(frame, place))]


def rowable(frame: Frame, place: int) -> list[int]:
    """The jobs of a row: movable, on this resource alone, in no budget, and waiting no minutes for another movable one."""
    if frame.problem.resources[place].capacity > 1:
        return []
    return [
        number
        for number in movable(frame)
        if [need for need, _ in frame.demands[number]] == [place]
        and not frame.claims[number].budgets
        and not any(lag and before not in frame.fixed for before, lag in frame.predecessors[number])
    ]


def has_wishes(frame: Frame, number: int) -> bool:
    """Whether a job may like a later start better than an earlier one."""
    price = frame.prices[number]
    return price.suggested is not None or bool(price.preferred or price.current)


def _fits(frame: Frame, numbers: Collection[int]) -> bool:
    return len(numbers) > 1 and len({frame.kinds[number] for number in numbers}) * _top(frame) <= MOST_ENTRIES


def _top(frame: Frame) -> int:
    """A number of steps that holds every start and every end."""
    longest = max(frame.prices[number].duration + frame.jobs[number].buffer_after for number in frame.free)
    return (frame.problem.horizon + longest) // frame.problem.grid + 3


def _starts(frame: Frame, number: int, books: Books) -> list[Span]:
    """The steps `[low, high)` at which a job may start, when the resources are as in `books`."""
    grid, duration = frame.problem.grid, frame.prices[number].duration
    found: list[Span] = [(0, _top(frame))]
    for line, units, beyond in frame.lanes(number, books):
        assert isinstance(line, Timeline)
        spans = ((-(-low // grid), (high - duration - beyond) // grid + 1) for low, high in line.spans(units))
        found = intersection(found, [(low, high) for low, high in spans if low < high])
    return found


def _members(frame: Frame, place: int, blocks: Blocks) -> list[int]:
    """The jobs of a row that are placed, or may be without a job outside it that is left out."""
    mine, known, members = {*rowable(frame, place)}, {*blocks, *frame.fixed}, list[int]()
    for number in frame.topological:
        if number in mine and (number in blocks or all(before in known for before, _ in frame.predecessors[number])):
            known.add(number)
            members.append(number)
    return members


def _bounds(frame: Frame, number: int, row: Collection[int], blocks: Blocks) -> Span:
    """The first and the last minute at which a job may start, as far as its bounds and what stays outside the row say."""
    low, high = frame.lower[number], frame.upper[number]
    for before, lag in frame.predecessors[number]:
        if before not in row and before in blocks:
            low = max(low, frame.end(before, blocks[before]) + lag)
    for after, lag in frame.successors[number]:
        if after not in row and after in blocks:
            high = min(high, blocks[after][0][0] - lag)
    return low, high - frame.prices[number].duration
