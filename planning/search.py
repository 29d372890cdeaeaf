"""Seeded local search over the order in which the draft places jobs, and over which blocks of the current plan it lets go.

It only ever returns plans that list scheduling made; it must not read a clock (`should_stop` may).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from planning.frame import NEVER, Frame
from planning.layout import Layout, fixed_cost, lay_out, to_plan
from planning.orders import orders, priority_order
from planning.problem import Plan, Problem


@dataclass(frozen=True, slots=True)
class State:
    """A point of the search: an order of the free jobs, those let go from their current place, those held from their wishes."""

    order: list[int]
    loose: frozenset[int]
    modest: frozenset[int] = frozenset()


def search(problem: Problem, start: Plan, *, iterations: int, should_stop: Callable[[], bool] | None = None) -> Plan:
    """The cheapest plan found in a number of iterations, each one laying out a whole plan; `start` when none is cheaper.

    The same problem, start and iterations give the same plan, unless `should_stop` (asked before each iteration) ends it.
    """
    frame = Frame(problem)
    if not frame.free:
        return start
    random = Random(problem.seed)  # noqa: S311 (a reproducible walk, no secret)
    best: tuple[State, Layout] | None = None
    cheapest = start.cost.total - fixed_cost(frame)
    openings = _openings(frame, start)
    for turn in range(iterations):
        if should_stop is not None and should_stop():
            break
        if turn < len(openings):
            state = openings[turn]
        elif best is not None:
            state = _neighbour(frame, random, *best)
        layout = lay_out(frame, state.order, state.loose, state.modest)
        if best is None or layout.cost <= best[1].cost:  # equal ones too: a walk along a plain leaves it sooner
            best = (state, layout)
    if best is None or best[1].cost >= cheapest:
        return start
    return to_plan(frame, best[1], "search")


def _openings(frame: Frame, start: Plan) -> list[State]:
    """Where to begin: the order of the given plan, then a few plain priority rules."""
    begins = {block.job_id: block.start for block in reversed(start.placements)}
    places = [begins.get(job.id, NEVER) for job in frame.jobs]
    moved = frozenset(number for number in frame.staying if places[number] != frame.prices[number].current_start)
    ranked = priority_order(frame)
    rank = {number: place for place, number in enumerate(ranked)}
    by_place = sorted(ranked, key=lambda number: (places[number], rank[number]))
    return [State(order, moved) for order in (by_place, *orders(frame))]


def _neighbour(frame: Frame, random: Random, state: State, layout: Layout) -> State:
    """A state one to three small steps away from one that led to `layout`."""
    state = replace(state, order=state.order[:])
    for _ in range(random.choice((1, 1, 2, 3))):
        chance = random.random()
        if frame.staying and chance < 0.3:
            state = _toggled(frame, random, state)
        elif frame.wishful and chance > 0.85:
            state = replace(state, modest=state.modest ^ {random.choice(frame.wishful)})
        else:
            _shuffle(random, state.order, layout)
    return state


def _shuffle(random: Random, order: list[int], layout: Layout) -> None:
    """In place: a job left out goes further to the front, a job goes anywhere, or two jobs change places."""
    one, other = random.randrange(len(order)), random.randrange(len(order))
    kind = random.random()
    if kind < 0.25:
        left_out = [place for place, number in enumerate(order) if layout.blocks[number] is None]
        one = random.choice(left_out) if left_out else one
        order.insert(random.randrange(one + 1), order.pop(one))
    elif kind < 0.6:
        order.insert(other, order.pop(one))
    else:
        other = other if kind < 0.8 else min(one + 1, len(order) - 1)
        order[one], order[other] = order[other], order[one]


def _toggled(frame: Frame, random: Random, state: State) -> State:
    """One job of the current plan let go (and put first half of the time), or held again."""
    number = random.choice(frame.staying)
    if number not in state.loose and random.random() < 0.5:
        state.order.remove(number)
        state.order.insert(0, number)
    return replace(state, loose=state.loose ^ {number})
