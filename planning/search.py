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


class Walk:
    """A search that can be taken up again: so many iterations now, some more later, are the same as all at once."""

    def __init__(self, frame: Frame, start: Plan) -> None:
        self.frame = frame
        self.random = Random(frame.problem.seed)  # noqa: S311 (a reproducible walk, no secret)
        self.best: tuple[State, Layout] | None = None
        self.openings = _openings(frame, start)[::-1]

    def run(self, iterations: int, should_stop: Callable[[], bool] | None = None) -> None:
        """Lay out so many orders, and keep the best."""
        frame = self.frame
        for _ in range(iterations if frame.free else 0):
            if should_stop is not None and should_stop():
                break
            if self.openings:
                state = self.openings.pop()
            elif self.best is not None:
                state = _neighbour(frame, self.random, *self.best)
            layout = self._laid_out(state)
            if self.best is None or layout.cost <= self.best[1].cost:  # equal ones too: a walk along a plain leaves it sooner
                self.best = (state, layout)

    def _laid_out(self, state: State) -> Layout:
        """From where the order parts from the best one; given up as soon as it is dearer."""
        if self.best is None:
            return lay_out(self.frame, state.order, state.loose, state.modest)
        known, best = self.best
        base = best if (state.loose, state.modest) == (known.loose, known.modest) else None
        return lay_out(self.frame, state.order, state.loose, state.modest, base, best.cost)

    def take_up(self, plan: Plan) -> None:
        """Look at the order of a plan that was found otherwise before going on."""
        self.openings.append(_as_placed(self.frame, plan))

    def better_than(self, plan: Plan) -> Plan:
        """The cheaper of a plan and the best of the walk."""
        if self.best is None or self.best[1].cost >= plan.cost.total - fixed_cost(self.frame):
            return plan
        return to_plan(self.frame, self.best[1], "search")


def search(problem: Problem, start: Plan, *, iterations: int, should_stop: Callable[[], bool] | None = None) -> Plan:
    """The cheapest plan found in a number of iterations, each one laying out a whole plan; `start` when none is cheaper.

    The same problem, start and iterations give the same plan, unless `should_stop` (asked before each iteration) ends it.
    """
    walk = Walk(Frame(problem), start)
    walk.run(iterations, should_stop)
    return walk.better_than(start)


def _openings(frame: Frame, start: Plan) -> list[State]:
    """Where to begin: the order of the given plan, then plain priority rules."""
    first = _as_placed(frame, start)
    return [first, *(State(order, first.loose) for order in orders(frame))]


def _as_placed(frame: Frame, plan: Plan) -> State:
    """The state that leads to a plan, or near it: jobs in the order of their starts, those moved let go."""
    begins = {block.job_id: block.start for block in reversed(plan.placements)}
    places = [begins.get(job.id, NEVER) for job in frame.jobs]
    moved = frozenset(number for number in frame.staying if places[number] != frame.prices[number].current_start)
    rank = {number: place for place, number in enumerate(priority_order(frame))}
    return State(sorted(rank, key=lambda number: (places[number], rank[number])), moved)


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
            _shuffle(frame, random, state.order, layout)
    return state


def _shuffle(frame: Frame, random: Random, order: list[int], layout: Layout) -> None:
    """In place: a job left out or the dearest of a few goes further to the front, a job goes anywhere, or two change places."""
    one, other = random.randrange(len(order)), random.randrange(len(order))
    kind = random.random()
    if kind < 0.25:
        left_out = [place for place, number in enumerate(order) if layout.blocks[number] is None]
        few = [random.randrange(len(order)) for _ in range(4)]
        one = (
            random.choice(left_out)
            if left_out and random.random() < 0.7
            else max(few, key=lambda p: _cost(frame, layout, order[p]))
        )
        order.insert(random.randrange(one + 1), order.pop(one))
    elif kind < 0.6:
        order.insert(other, order.pop(one))
    else:
        other = other if kind < 0.8 else min(one + 1, len(order) - 1)
        order[one], order[other] = order[other], order[one]


def _cost(frame: Frame, layout: Layout, number: int) -> int:
    blocks = layout.blocks[number]
    return frame.prices[number].unplaced if blocks is None else frame.cost(number, blocks)


def _toggled(frame: Frame, random: Random, state: State) -> State:
    """One job of the current plan let go (and put first half of the time), or held again."""
    number = random.choice(frame.staying)
    if number not in state.loose and random.random() < 0.5:
        state.order.remove(number)
        state.order.insert(0, number)
    return replace(state, loose=state.loose ^ {number})
