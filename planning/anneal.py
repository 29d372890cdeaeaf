"""Simulated annealing of a person's row: jobs change places, come in from outside, and wait for what they would like.

It tries changes that `planning.row` prices; it must not read a clock (`should_stop` may). Sources: Kirkpatrick, Gelatt and
Vecchi 1983; shifts and swaps for total weighted tardiness, Congram, Potts and van de Velde 2002.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from random import Random

from planning.frame import Frame
from planning.layout import from_blocks, from_plan, to_plan
from planning.problem import Plan
from planning.row import Blocks, Row, has_wishes, rows

HOT, COLD = 0.6, 0.01
"""The temperature at the beginning and at the end of a cycle, as shares of the mean price of a job."""
WARM = 0.03
"""That at the beginning of the first cycle, which is to make a draft better soon."""
REACH = 60
"""How many positions a job may move, short distances more often."""
CYCLE = 100
"""Changes for each job in the first cycle; each further one is twice as long, and begins with the best plan known."""
ENTERING = 0.8
"""The chance that a job comes in when others go out."""
BACK = 0.5
"""The chance that those in its way only go further back."""
MOST_OUT = 3
"""Jobs that may leave the plan for one that was left out."""
AT_ONCE = 500
"""Changes between two looks at whether to stop."""


class Annealing:
    """A search that can be taken up again: so many changes now, some more later, are the same as all at once."""

    def __init__(self, frame: Frame, first_cycle: int = 0) -> None:
        self.frame, self.places, self.next_length = frame, rows(frame), first_cycle or CYCLE * len(frame.free)
        self.random = Random(frame.problem.seed)  # noqa: S311 (a reproducible walk, no secret)
        self.cycle: Cycle | None = None
        self.turn = 0

    def run(self, plan: Plan, changes: int, should_stop: Callable[[], bool] | None = None) -> Plan:
        """The cheaper of a plan and the best after so many changes; each cycle takes the next row."""
        while changes > 0 and self.places and not (should_stop is not None and should_stop()):
            if self.cycle is None or self.cycle.left == 0:
                plan = self._better_than(plan)
                place = self.places[self.turn % len(self.places)]
                self.cycle = Cycle(self.frame, place, plan, self.next_length, self.random, HOT if self.turn else WARM)
                self.turn += 1
                self.next_length *= 1 if self.turn % len(self.places) else 2
            count = min(changes, AT_ONCE, self.cycle.left)
            self.cycle.run(count)
            changes -= count
        return self._better_than(plan)

    def _better_than(self, plan: Plan) -> Plan:
        if self.cycle is None or self.cycle.best_cost >= plan.cost.total:
            return plan
        return to_plan(self.frame, from_blocks(self.frame, self.cycle.best_blocks), "search")


class Cycle:
    """One cooling down of one row of a plan, in so many changes; `best_cost` is that of the best plan on the way."""

    def __init__(self, frame: Frame, place: int, plan: Plan, changes: int, random: Random, hot: float = HOT) -> None:
        blocks = from_plan(frame, plan)
        self.row = row = Row(frame, place, blocks)
        self.chance, self.left = random.random, changes
        self.others = {number: spans for number, spans in blocks.items() if number not in row.index}
        self.wishful = [has_wishes(frame, number) for number in row.numbers]
        places = {number: place for place, number in enumerate(frame.topological)}
        self.rank = [places[number] for number in row.numbers]
        self.lost = [frame.prices[number].unplaced for number in row.numbers]
        self.held = {job for number, job in row.index.items() if _is_held(frame, number, self.others)}
        before = sum(frame.cost(number, blocks[number]) for number in row.numbers if number in blocks)
        self.best_cost = self.cost = plan.cost.total - before + sum(row.paid)
        self.best = (row.order[:], row.begin[:])
        self.heat = max(1.0, hot * sum(row.paid) / max(1, len(row.order)))
        self.scale = max(1.0, hot * sum(self.lost) / max(1, len(self.lost)) / self.heat)
        self.cooling = (COLD / hot) ** (1 / changes)

    @property
    def best_blocks(self) -> Blocks:
        return {**self.others, **self.row.blocks(*self.best)}

    def run(self, changes: int) -> None:
        """Try so many changes."""
        row, chance, order, wishful = self.row, self.chance, self.row.order, self.wishful
        self.left -= changes
        for _ in range(changes):
            self.heat *= self.cooling
            allowed = -self.heat * math.log(1.0 - chance())
            kind, one = chance(), int(chance() * len(order))
            if kind < 0.1 and row.out:
                dearer = self._exchange(allowed)
            elif kind < 0.2 and order and wishful[order[one]]:
                dearer = self._wish(one, allowed)
            else:
                other = one + 1 + int(chance() * chance() * REACH)
                dearer = self._move(kind, one, other, allowed) if other < len(order) else None
            if dearer is not None:
                self.cost += dearer
                if self.cost < self.best_cost:
                    self.best_cost, self.best = self.cost, (order[:], row.begin[:])

    def _move(self, kind: float, one: int, other: int, allowed: float) -> int | None:
        """The job at `one` goes behind the one at `other`, or that before this, with what must stay so; or they
        change places."""
        row = self.row
        jobs = row.order[one : other + 1]
        first, last = jobs[0], jobs[-1]
        if kind < 0.4:
            if row.after[first].isdisjoint(jobs):
                jobs.append(jobs.pop(0))
            else:
                along = linked([first], row.after, jobs)
                jobs.sort(key=along.__contains__)  # stable: those along last
        elif kind < 0.65:
            if row.before[last].isdisjoint(jobs):
                jobs.insert(0, jobs.pop())
            else:
                along = linked([last], row.before, jobs)
                jobs.sort(key=along.__contains__, reverse=True)  # stable too: those along first
        elif row.after[first].isdisjoint(jobs) and row.before[last].isdisjoint(jobs):
            jobs[0], jobs[-1] = last, first
        else:
            return None
        return row.change(one, other + 1, jobs, allowed)

    def _wish(self, one: int, allowed: float) -> int | None:
        """The job at `one` waits for something else that it would like, or for nothing, and goes where that is in the row."""
        row = self.row
        job = row.order[one]
        targets, since = row.wishes(job), row.since[job]
        row.since[job] = targets[int(self.chance() * len(targets))]
        other = bisect_left(row.begin, row.since[job])
        low, high = min(one, other), max(one + 1, other)
        jobs = row.order[low:high]
        jobs.remove(job)
        is_free = (row.before[job] if other <= one else row.after[job]).isdisjoint(jobs)
        jobs.insert(0 if other <= one else len(jobs), job)
        dearer = row.change(low, high, jobs, allowed) if is_free else None
        if dearer is None:
            row.since[job] = since
        return dearer

    def _exchange(self, allowed: float) -> int | None:
        """A job that was out comes in where it may be, with all that it waits for; up to three jobs from there on, with all
        that wait for them, go further back or out. Sometimes these only go."""
        row, order, chance = self.row, self.row.order, self.chance
        new = row.out[int(chance() * len(row.out))]
        low, one, end = self._entry(new)
        high, coming, back, leaving = end, set[int](), set[int](), set[int]()
        if chance() < ENTERING:
            coming = linked([new], row.before, [*order[low:], *row.out])
        if chance() < BACK:
            high = min(len(order), end + 1 + int(chance() * (len(order) - end)))
            back = linked(order[one:end], row.after, order[one:high])
        else:
            leaving = linked(order[one:end], row.after, order)
        if not (self.held.isdisjoint(leaving) and coming.isdisjoint(leaving) and coming.isdisjoint(back)):
            return None
        going = coming | leaving
        high = max([high, *(position + 1 for position in range(high, len(order)) if order[position] in going)])
        jobs = [job for job in order[low:high] if job not in going]
        jobs = [*sorted(coming, key=self.rank.__getitem__), *sorted(jobs, key=back.__contains__)]
        return self._exchanged(low, high, jobs, coming, leaving, allowed)

    def _entry(self, new: int) -> tuple[int, int, int]:
        """The position at which a job could come in, and the first and the last of those that make room."""
        row, chance = self.row, self.chance
        first, last = bisect_left(row.begin, row.bound[new]), bisect_right(row.begin, row.prices[new].last)
        low = min(len(row.order), first + int(chance() * max(1, last - first + 1)))
        one = min(len(row.order), low + int(chance() * chance() * REACH) * (chance() < 0.5))
        return low, one, min(len(row.order), one + int(chance() * (MOST_OUT + 1)))

    def _exchanged(
        self, low: int, high: int, jobs: list[int], coming: set[int], leaving: set[int], allowed: float
    ) -> int | None:
        """Try the change that has some jobs come in and others go out; what it has made the plan dearer."""
        row, lost = self.row, self.lost
        gain = sum(lost[job] for job in row.out if job in coming) - sum(lost[job] for job in leaving)
        dearer = row.change(low, high, jobs, allowed * self.scale + gain)
        if dearer is None:
            return None
        row.out = [*(job for job in row.out if job not in coming), *sorted(leaving)]
        for job in leaving:
            row.since[job] = row.bound[job]
        return dearer - gain


def linked(jobs: Collection[int], links: Sequence[frozenset[int]], within: Collection[int]) -> set[int]:
    """Some jobs and all that they are linked to, and those to, within a few."""
    found, waiting = {*jobs}, [*jobs]
    while waiting:
        new = links[waiting.pop()].intersection(within) - found
        found |= new
        waiting += new
    return found


def _is_held(frame: Frame, number: int, others: Collection[int]) -> bool:
    """Whether a job that stays waits for this one."""
    return any(after in others for after, _ in frame.successors[number])
