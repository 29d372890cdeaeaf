"""The first plan, in milliseconds: list scheduling in a few good orders, then in orders that put first what went wrong, and,
where no block is to stay, a moment of annealing.

It never fails: what finds no place is listed with its reason. It must not need a solver, a clock or luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from planning.anneal import Annealing
from planning.frame import Frame
from planning.layout import Layout, lay_out, to_plan
from planning.orders import orders
from planning.problem import Plan, Problem, ProblemError

PLACEMENTS = 3_000
"""The blocks that a draft may place in all, layouts times blocks: under 100 ms for a thousand jobs."""
FEWEST_LAYOUTS = 3
"""So that earliest due date first is among them."""
MANY_BLOCKS = 3_000
"""Blocks beyond which there is time for one order."""
MOST_LAYOUTS = 40
POLISH = 3_000
"""Changes of the best layout that are tried by annealing: 20 ms."""
POLISH_JOBS = 400
"""Jobs beyond which they would lead nowhere."""
FORWARD = (0.5, 0.75, 0.25, 0.9)
"""Where a job that went wrong goes in the next order, as a share of its rank, in turn."""


def _never() -> bool:
    return False


def draft(problem: Problem, order: Sequence[str] | None = None) -> Plan:
    """A valid plan: fixed blocks, then the blocks of the current plan that still hold, then the rest in an order.

    `order` names jobs, most wanted first; those it does not name follow, and no other order is tried. A predecessor always
    goes before its successors. Raises ProblemError when the order names a job that the problem does not have.
    """
    frame = Frame(problem)
    if order is not None:
        ranked = _named_first(frame, order, next(orders(frame)))
        return to_plan(frame, lay_out(frame, ranked), "draft")
    return drafted(frame)


def drafted(frame: Frame, should_stop: Callable[[], bool] = _never) -> Plan:
    """The draft of a frame's problem; once `should_stop` says so, no further order is tried."""
    plan = to_plan(frame, best_layout(frame, should_stop=should_stop)[1], "draft")
    if frame.staying or len(frame.free) > POLISH_JOBS or frame.problem.objective == "makespan" or should_stop():
        return plan
    return replace(Annealing(frame, POLISH).run(plan, POLISH), status="draft", engine="draft")


def best_layout(
    frame: Frame, placements: int = PLACEMENTS, should_stop: Callable[[], bool] = _never
) -> tuple[list[int], Layout]:
    """The order and the cheapest layout of a number of tries: priority rules, then repairs of the best of them. There is always
    one, and no further one once `should_stop` says so.

    Source of the repairs: squeaky wheel optimisation, Joslin and Clements 1999.
    """
    blocks = max(1, sum(frame.jobs[number].fewest_blocks for number in frame.free))
    tries = min(MOST_LAYOUTS, max(FEWEST_LAYOUTS if blocks <= MANY_BLOCKS else 1, placements // blocks))
    best: tuple[list[int], Layout] | None = None
    for ranked in orders(frame):
        layout = lay_out(frame, ranked)
        tries -= 1
        if best is None or layout.cost < best[1].cost:
            best = (ranked, layout)
        if tries <= 0 or len(frame.free) <= 1 or should_stop():
            break
    assert best is not None
    return _repaired(frame, best, tries, should_stop) if len(frame.free) > 1 else best


def _repaired(
    frame: Frame, best: tuple[list[int], Layout], tries: int, should_stop: Callable[[], bool]
) -> tuple[list[int], Layout]:
    ranked, layout = best
    for turn in range(tries):
        wrong = _gone_wrong(frame, layout)
        if not wrong or should_stop():
            break
        share = FORWARD[turn % len(FORWARD)]
        rank = {number: place * share if number in wrong else place for place, number in enumerate(ranked)}
        ranked = sorted(ranked, key=lambda number: (rank[number], number not in wrong))
        layout = lay_out(frame, ranked)
        if layout.cost < best[1].cost:
            best = (ranked, layout)
        elif turn % len(FORWARD) == len(FORWARD) - 1:
            ranked, layout = best
    return best


def _gone_wrong(frame: Frame, layout: Layout) -> set[int]:
    """The jobs that a layout leaves out or has late, and those that they wait for."""
    wrong: set[int] = set()
    for number in reversed(frame.topological):
        blocks, deadline = layout.blocks[number], frame.jobs[number].deadline
        if number in frame.fixed:
            continue
        is_late = blocks is None or (deadline is not None and frame.end(number, blocks) > deadline)
        if is_late or any(after in wrong for after, _ in frame.successors[number]):
            wrong.add(number)
    return wrong


def _named_first(frame: Frame, order: Sequence[str], rest: Sequence[int]) -> list[int]:
    unknown = [job_id for job_id in order if job_id not in frame.index]
    if unknown:
        raise ProblemError(f"The order names an unknown job, {unknown[0]!r}.")
    numbers = (frame.index[job_id] for job_id in order)
    return list(dict.fromkeys([*(number for number in numbers if number not in frame.fixed), *rest]))
