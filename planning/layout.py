"""List scheduling: jobs in an order, each at its best free place, give a valid layout in milliseconds.

It never moves what it has placed and never fails; which order to use is not its concern.
Source: the serial schedule generation scheme, Kolisch and Hartmann 1999, with insertion into earlier gaps.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from planning.books import Books, fits
from planning.chunks import can_stay
from planning.frame import NEVER, Frame
from planning.objective import evaluate
from planning.problem import Engine, Plan, PlanStatus, Problem
from planning.shortfall import why_unplaced
from planning.timeline import Span
from planning.wishes import best_place

MARKS = 12
"""How many times a traced layout is remembered on its way."""


@dataclass(slots=True)
class Layout:
    """Where an order of jobs led: the blocks of each free job (None: unplaced; fixed jobs have none), and their cost.

    `turns` is the order with each job held back until its predecessors have had their turn; `marks` is what stood before some
    of the turns (the number of turns, blocks, books, cost), so that a layout with the same beginning need not be made anew.
    """

    blocks: list[tuple[Span, ...] | None]
    books: Books
    cost: int
    turns: Sequence[int] = ()
    marks: list[tuple[int, list[tuple[Span, ...] | None], Books, int]] = field(default_factory=list)


def lay_out(
    frame: Frame,
    order: Sequence[int],
    loose: Collection[int] = (),
    modest: Collection[int] = (),
    base: Layout | None = None,
    limit: int = NEVER * NEVER,
) -> Layout:
    """Place all free jobs, those of the current plan first, where they are, if they can stay and are not `loose`.

    The rest follow in order, each where its wishes lead, or, if it is `modest`, at its earliest start. `base` is a layout with
    the same `loose` and `modest`, to go on from where the orders part. A layout that comes to cost more than `limit` is given
    up: it is incomplete.
    """
    turns = [*_in_turn(frame, order)]
    layout, done = _beginning(frame, turns, loose, base)
    step = max(1, len(turns) // MARKS)
    for turn in range(done, len(turns)):
        if turn % step == 0:
            layout.marks.append((turn, layout.blocks[:], layout.books.copy(), layout.cost))
        number = turns[turn]
        if layout.blocks[number] is not None:
            continue
        ready = _ready(frame, layout, number)
        chosen = None if ready is None else best_place(frame, layout.books, number, ready, number in modest)
        if chosen is None:
            layout.cost += frame.prices[number].unplaced
        else:
            _put(frame, layout, number, chosen)
        if layout.cost > limit:
            break
    return layout


def _beginning(frame: Frame, turns: Sequence[int], loose: Collection[int], base: Layout | None) -> tuple[Layout, int]:
    """A layout to go on from, and the number of turns that it has behind it: the last mark of `base` before the orders part,
    or else the jobs that stay where they are."""
    if base is not None:
        same = next((n for n, (one, other) in enumerate(zip(turns, base.turns, strict=False)) if one != other), len(turns))
        marks = [mark for mark in base.marks if mark[0] <= same]
        if marks:
            done, blocks, books, cost = marks[-1]
            return Layout(blocks[:], books.copy(), cost, turns, marks[:-1]), done
    layout = Layout([None] * len(frame.jobs), frame.books.copy(), 0, turns)
    for number in frame.staying:
        if number not in loose and _can_stay(frame, layout, number):
            _put(frame, layout, number, _current(frame, number))
    return layout, 0


def from_blocks(frame: Frame, blocks: Mapping[int, tuple[Span, ...]]) -> Layout:
    """The layout in which the given jobs lie as said; it trusts them to be valid."""
    layout = Layout([None] * len(frame.jobs), frame.books.copy(), 0)
    for number, spans in blocks.items():
        _put(frame, layout, number, spans)
    layout.cost += sum(frame.prices[number].unplaced for number in frame.free if number not in blocks)
    return layout


def from_plan(frame: Frame, plan: Plan) -> dict[int, tuple[Span, ...]]:
    """The blocks of the free jobs in a plan, without the fixed blocks among them."""
    spans: dict[int, list[Span]] = {}
    for block in plan.placements:
        number = frame.index[block.job_id]
        if number not in frame.fixed and (block.start, block.end) not in frame.pins.get(number, ()):
            spans.setdefault(number, []).append((block.start, block.end))
    return {number: tuple(sorted(own)) for number, own in spans.items()}


def to_plan(frame: Frame, layout: Layout, engine: Engine) -> Plan:
    """The plan of a layout, with its cost and the reason for each job left out."""
    blocks = [entry.placement for entry in frame.problem.fixed]
    for number, spans in enumerate(layout.blocks):
        blocks += frame.blocks(number, spans) if spans is not None else []
    left_out = [number for number in frame.topological if number not in frame.fixed and layout.blocks[number] is None]
    unplaced = tuple(why_unplaced(frame, layout.books, layout.blocks, number) for number in left_out)
    placements = tuple(sorted(blocks, key=lambda block: (block.start, block.end, block.job_id)))
    status: PlanStatus = "draft" if engine == "draft" else "best_found"
    return Plan(placements, unplaced, evaluate(frame.problem, placements, unplaced, frame.prices), status, engine)


def fixed_cost(frame: Frame) -> int:
    """The part of every plan's cost that comes from its fixed jobs."""
    return sum(frame.prices[number].of(frame.pins[number]).total for number in frame.fixed)


def plan_cost(problem: Problem, plan: Plan) -> Plan:
    """A plan at the price that it has in another problem with the same jobs."""
    return Plan(plan.placements, plan.unplaced, evaluate(problem, plan.placements, plan.unplaced), plan.status, plan.engine)


def _current(frame: Frame, number: int) -> tuple[Span, ...]:
    """The blocks of a job in the current plan, at the length that it has now."""
    kept = frame.prices[number].kept
    return kept if number in frame.split else ((kept[0][0], kept[0][0] + frame.prices[number].duration),)


def _put(frame: Frame, layout: Layout, number: int, spans: tuple[Span, ...]) -> None:
    for start, end in spans:
        layout.books.take(frame.claims[number], start, end)
    layout.blocks[number] = spans
    layout.cost += frame.cost(number, spans)


def _can_stay(frame: Frame, layout: Layout, number: int) -> bool:
    """Whether the current blocks still obey every rule, given what has been placed; its predecessors must have been."""
    ready = _ready(frame, layout, number)
    if ready is None:
        return False
    blocks = _current(frame, number)
    if number in frame.split:
        return can_stay(frame, layout.books, number, blocks, ready)
    start, end = blocks[0]
    if start < ready or start % frame.problem.grid or end > frame.upper[number]:
        return False
    return fits(frame.lanes(number, layout.books), start, end)


def _ready(frame: Frame, layout: Layout, number: int) -> int | None:
    """The earliest start that the predecessors allow; None when one of them is not placed."""
    ready = frame.lower[number]
    for before, lag in frame.predecessors[number]:
        if before in frame.fixed:
            continue
        spans = layout.blocks[before]
        if spans is None:
            return None
        ready = max(ready, frame.end(before, spans) + lag)
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
