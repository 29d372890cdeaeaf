"""The first plan, in milliseconds: list scheduling in the order that presses most.

It never fails: what finds no place is listed with its reason. It must not need a solver, a clock or luck.
"""

from __future__ import annotations

from collections.abc import Sequence

from planning.frame import Frame
from planning.layout import lay_out, to_plan
from planning.problem import Plan, Problem, ProblemError

FAR_SLACK = 10 * 1440
"""Slack beyond which, and without a deadline, a job counts as far from due, in minutes."""
WEIGHT_SLACK = 864
"""Minutes of slack that one point of weight makes up for in the draft's order: ten points, six days."""
WISH_SLACK = 3 * 1440
"""Minutes of slack by which a job with a suggested slot comes earlier, so that jobs without a wish do not take the slot."""


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
