"""Orders in which to place jobs: priority rules, each right about something.

They look at the problem alone, never at a plan; which of them leads to the best plan is found by trying.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from planning.frame import NEVER, Frame

FAR_SLACK = 10 * 1440
"""Slack beyond which, and without a deadline, a job counts as far from due, in minutes."""
WEIGHT_SLACK = 864
"""Minutes of slack that one point of weight makes up for: ten points, six days."""
WISH_SLACK = 3 * 1440
"""Minutes of slack by which a job with a suggested slot comes earlier, so that jobs without a wish do not take the slot."""


def orders(frame: Frame) -> Iterator[list[int]]:
    """The orders worth trying, the most reliable first."""
    if frame.problem.objective == "makespan":
        yield by_tail(frame)
        return
    due = working_due(frame)
    if any(minute < NEVER for minute in due):
        yield on_time_first(frame, due)
        yield by_due(frame, frame.due)
    yield by_ratio(frame)
    yield priority_order(frame)
    yield smith_backward(frame, due)


def priority_order(frame: Frame) -> list[int]:
    """Free jobs, most pressing first: little slack to the (pulled back) deadline, much weight, a suggested slot, short."""
    pressure: list[int] = []
    for number, job in enumerate(frame.jobs):
        slack = min(frame.due[number] - job.duration - frame.problem.now, FAR_SLACK)
        wish = WISH_SLACK if frame.prices[number].suggested is not None else 0
        pressure.append(slack - round(WEIGHT_SLACK * job.weight) - wish)
    for number in reversed(frame.topological):
        pressure[number] = min([pressure[number], *(pressure[after] for after, _ in frame.successors[number])])
    return sorted(frame.free, key=lambda number: (pressure[number], frame.jobs[number].duration, number))


def working_due(frame: Frame) -> list[int]:
    """By job: the working minutes between now and its deadline, less what its successors need before theirs; NEVER: no
    deadline. Working time is that of the job's first resource, without fixed blocks."""
    clocks = [_Clock(line.starts, line.levels, line.high) for line in frame.books.open]
    due: list[int] = []
    for number, job in enumerate(frame.jobs):
        demands = frame.demands[number]
        if job.deadline is None:
            due.append(NEVER)
        else:
            due.append(clocks[demands[0][0]].worked(job.deadline) if demands else job.deadline - frame.problem.now)
    for number in reversed(frame.topological):
        due[number] = min([due[number], *(due[after] - frame.rest[after] for after, _ in frame.successors[number])])
    return due


class _Clock:
    """Counts the minutes in which a resource has anything free."""

    def __init__(self, starts: list[int], levels: list[int], high: int) -> None:
        ends = [*starts[1:], high]
        self.starts, self.is_open = starts, [level > 0 for level in levels]
        lengths = ((end - start) * is_open for start, end, is_open in zip(starts, ends, self.is_open, strict=True))
        self.sums = [0, *accumulate(lengths)]

    def worked(self, minute: int) -> int:
        step = bisect_right(self.starts, minute) - 1
        if step < 0:
            return minute - self.starts[0]
        within = minute - self.starts[step] if self.is_open[step] else 0
        return min(self.sums[step] + within, self.sums[step + 1])


def by_due(frame: Frame, due: list[int]) -> list[int]:
    """Earliest due date first (Jackson 1955): if any order of one resource has nothing late, this one has."""
    return sorted(frame.free, key=lambda number: (due[number], number))


def by_ratio(frame: Frame) -> list[int]:
    """Most urgency for each minute first (Smith 1956): the cheapest wait when nothing is due."""
    return sorted(frame.free, key=lambda number: (frame.rest[number] / frame.pull[number], number))


def on_time_first(frame: Frame, due: list[int]) -> list[int]:
    """Those that can be on time by due date, then those that cannot, then those without a date.

    Whenever the dates met so far ask for more than there is, the job with the least urgency for its minutes is given up
    (Moore 1968, with weights)."""
    kept: list[tuple[float, int]] = []
    late: set[int] = set()
    worked = 0
    dated = [number for number in by_due(frame, due) if due[number] < NEVER]
    for number in dated:
        heapq.heappush(kept, (frame.pull[number] / frame.rest[number], number))
        worked += frame.rest[number]
        while worked > due[number] and kept:
            given_up = heapq.heappop(kept)[1]
            worked -= frame.rest[given_up]
            late.add(given_up)
    ratio = by_ratio(frame)
    return [
        *(number for number in dated if number not in late),
        *(number for number in ratio if number in late),
        *(number for number in ratio if due[number] == NEVER),
    ]


def smith_backward(frame: Frame, due: list[int]) -> list[int]:
    """From the end: of the jobs that may end so late, the one with the least urgency for its minutes comes last (Smith 1956);
    where none may, the same of all."""
    left = sum(frame.rest[number] for number in frame.free)
    waiting = sorted(frame.free, key=lambda number: (due[number], number))
    may_be_last: list[tuple[float, int]] = []
    order: list[int] = []
    while waiting or may_be_last:
        while waiting and (due[waiting[-1]] >= left or not may_be_last):
            number = waiting.pop()
            heapq.heappush(may_be_last, (frame.pull[number] / frame.rest[number], number))
        number = heapq.heappop(may_be_last)[1]
        order.append(number)
        left -= frame.rest[number]
    return order[::-1]


def by_tail(frame: Frame) -> list[int]:
    """Longest chain of successors first: the shortest project."""
    tails = frame.rest[:]
    for number in reversed(frame.topological):
        chains = (frame.rest[number] + lag + tails[after] for after, lag in frame.successors[number])
        tails[number] = max([tails[number], *chains])
    return sorted(frame.free, key=lambda number: (-tails[number], number))
