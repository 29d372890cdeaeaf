"""List scheduling: jobs in an order, each at its best free start, give a valid plan in milliseconds.

It never moves what it has placed and never fails: what finds no place is listed with its reason.
Source: the serial schedule generation scheme, Kolisch and Hartmann 1999, with insertion into earlier gaps.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planning.frame import NEVER, Frame, Lanes, earliest, fits, latest
from planning.objective import TARDINESS, evaluate
from planning.problem import Engine, Plan, PlanStatus, Problem, ProblemError
from planning.shortfall import why_unplaced
from planning.timeline import Timeline

FAR_SLACK = 10 * 1440
"""Slack beyond which, and without a deadline, a job counts as far from due, in minutes."""
WEIGHT_SLACK = 864
"""Minutes of slack that one point of weight makes up for in the draft's order: ten points, six days."""
WISH_SLACK = 3 * 1440
"""Minutes of slack by which a job with a suggested slot comes earlier, so that jobs without a wish do not take the slot."""


@dataclass(slots=True)
class Layout:
    """Where an order of jobs led: starts by job (None: unplaced; fixed jobs have none), and the cost of the free jobs."""

    starts: list[int | None]
    timelines: list[Timeline]
    cost: int


def draft(problem: Problem, order: Sequence[str] | None = None) -> Plan:
    """A valid plan: fixed blocks, then the blocks of the current plan that still hold, then the rest in an order.

    `order` names jobs, most wanted first (default: `priority_order`); those it does not name follow. A predecessor always
    goes before its successors. Raises ProblemError when the order names a job that the problem does not have.
    """
    frame = Frame(problem)
    ranked = priority_order(frame)
    if order is not None:
        ranked = _named_first(frame, order, ranked)
    return to_plan(frame, lay_out(frame, ranked), "draft")


def _named_first(frame: Frame, order: Sequence[str], rest: Sequence[int]) -> list[int]:
    unknown = [job_id for job_id in order if job_id not in frame.index]
    if unknown:
        raise ProblemError(f"The order names an unknown job, {unknown[0]!r}.")
    numbers = (frame.index[job_id] for job_id in order)
    return list(dict.fromkeys([*(number for number in numbers if number not in frame.fixed), *rest]))


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


def lay_out(frame: Frame, order: Sequence[int], loose: Collection[int] = (), modest: Collection[int] = ()) -> Layout:
    """Place all free jobs, those of the current plan first, where they are, if they can stay and are not `loose`.

    The rest follow in order, each where its wishes lead, or, if it is `modest`, at its earliest start.
    """
    layout = _empty(frame)
    for number in frame.staying:
        start = frame.prices[number].current_start
        if start is not None and number not in loose and _can_stay(frame, layout, number, start):
            _put(frame, layout, number, start)
    for number in _in_turn(frame, order):
        if layout.starts[number] is None:
            chosen = _best_start(frame, layout, number, number in modest)
            if chosen is None:
                layout.cost += frame.prices[number].unplaced
            else:
                _put(frame, layout, number, chosen)
    return layout


def to_plan(frame: Frame, layout: Layout, engine: Engine) -> Plan:
    """The plan of a layout, with its cost and the reason for each job left out."""
    blocks = [entry.placement for entry in frame.problem.fixed]
    blocks += [frame.placement(number, start) for number, start in enumerate(layout.starts) if start is not None]
    left_out = [number for number in frame.topological if number not in frame.fixed and layout.starts[number] is None]
    unplaced = tuple(why_unplaced(frame, layout.timelines, layout.starts, number) for number in left_out)
    placements = tuple(sorted(blocks, key=lambda block: (block.start, block.end, block.job_id)))
    status: PlanStatus = "draft" if engine == "draft" else "best_found"
    return Plan(placements, unplaced, evaluate(frame.problem, placements, unplaced), status, engine)


def from_starts(frame: Frame, starts: Mapping[int, int]) -> Layout:
    """The layout in which the given jobs start as said; it trusts them to be valid."""
    layout = _empty(frame)
    for number, start in starts.items():
        _put(frame, layout, number, start)
    layout.cost += sum(frame.prices[number].unplaced for number in frame.free if number not in starts)
    return layout


def fixed_cost(frame: Frame) -> int:
    """The part of every plan's cost that comes from its fixed blocks."""
    return sum(frame.prices[number].terms(*span).total for number, span in frame.fixed.items())


def _empty(frame: Frame) -> Layout:
    return Layout([None] * len(frame.jobs), [timeline.copy() for timeline in frame.open_times], 0)


def _put(frame: Frame, layout: Layout, number: int, start: int) -> None:
    end = start + frame.prices[number].duration
    for place, units in frame.demands[number]:
        layout.timelines[place].take(start, end, units)
    layout.starts[number] = start
    layout.cost += frame.prices[number].at(start)


def _can_stay(frame: Frame, layout: Layout, number: int, start: int) -> bool:
    """Whether the current start still obeys every rule, given what has been placed; its predecessors must have been."""
    end = start + frame.prices[number].duration
    ready = _ready(frame, layout, number)
    if ready is None or start < ready or start % frame.problem.grid or end > frame.upper[number]:
        return False
    return fits(frame.lanes(number, layout.timelines), start, end)


def _ready(frame: Frame, layout: Layout, number: int) -> int | None:
    """The earliest start that the predecessors allow; None when one of them is not placed."""
    ready = frame.lower[number]
    for before, lag in frame.predecessors[number]:
        if before in frame.fixed:
            continue
        start = layout.starts[before]
        if start is None:
            return None
        ready = max(ready, start + frame.prices[before].duration + lag)
    return ready


def _in_turn(frame: Frame, order: Sequence[int]) -> Iterable[int]:
    """The order, with each job held back until its predecessors have had their turn."""
    return _held_back(frame, order) if frame.has_precedence else order


def _held_back(frame: Frame, order: Sequence[int]) -> Iterator[int]:
    rank = {number: place for place, number in enumerate(order)}
    waiting = {number: sum(before in rank for before, _ in frame.predecessors[number]) for number in order}
    ready = [rank[number] for number in order if waiting[number] == 0]
    heapq.heapify(ready)
    while ready:
        number = order[heapq.heappop(ready)]
        yield number
        for after, _ in frame.successors[number]:
            if after in rank:
                waiting[after] -= 1
                if waiting[after] == 0:
                    heapq.heappush(ready, rank[after])


def _best_start(frame: Frame, layout: Layout, number: int, is_modest: bool) -> int | None:
    """The cheapest of the starts worth a look: the earliest, and (not for a modest job) those nearest to its wishes.

    Starts that leave time for the hard bounds of successors go first; without one, any start that the job itself may have.
    """
    ready = _ready(frame, layout, number)
    if ready is None:
        return None
    lanes = frame.lanes(number, layout.timelines)
    duration, grid = frame.prices[number].duration, frame.problem.grid
    last_end = frame.limit[number]
    first = earliest(lanes, ready, duration, last_end, grid)
    if first is None and last_end < frame.upper[number]:
        last_end = frame.upper[number]
        first = earliest(lanes, ready, duration, last_end, grid)
    price = frame.prices[number]
    has_wishes = price.suggested is not None or price.current_start is not None or price.preferred
    if first is None or is_modest or not has_wishes:
        return first
    return min(_wished(frame, lanes, number, first, last_end), key=lambda start: (_regret(frame, number, start), start))


def _wished(frame: Frame, lanes: Lanes, number: int, first: int, last_end: int) -> Iterator[int]:
    """The earliest start, and the starts nearest to the suggestion (and to the deadline before it), in the first open preferred
    window, and where it is now."""
    price, grid = frame.prices[number], frame.problem.grid
    duration = price.duration
    yield first
    if price.suggested is not None and price.suggested > first:
        in_time = frame.due[number] - duration
        for target in (price.suggested, in_time) if first < in_time < price.suggested else (price.suggested,):
            before = latest(lanes, min(target, last_end - duration), duration, first, grid)
            after = earliest(lanes, target, duration, last_end, grid)
            yield from (start for start in (before, after) if start is not None)
    for low, high in price.preferred:
        start = earliest(lanes, max(first, low), duration, min(high, last_end), grid) if high > first else None
        if start is not None:
            yield start
            break
    current = price.current_start
    is_open = current is not None and first < current <= last_end - duration and current % grid == 0
    if current is not None and is_open and fits(lanes, current, current + duration):
        yield current


def _regret(frame: Frame, number: int, start: int) -> int:
    """The price of a start, and the lateness that it forces on the job's successors."""
    price, due = frame.prices[number], frame.due[number]
    is_pulled = due < (NEVER if price.deadline is None else price.deadline)
    late = max(0, start + price.duration - max(due, frame.problem.now)) if is_pulled else 0
    return price.at(start) + TARDINESS * frame.pull[number] * late
