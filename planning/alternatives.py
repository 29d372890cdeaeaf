"""The next-best slots of a placed job, each with the plan that follows and what it changes.

It proposes facts and writes nothing; it must not need the solver, so that a web process can answer with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planning.changes import Change, compare
from planning.frame import NEVER
from planning.places import APART, Blocks, Places
from planning.problem import Placement, Plan, Problem

FEWEST, MOST = 1, 8
"""Places that push others aside for which the whole is solved again, with many jobs and with few."""
WORK = 3_000
"""Blocks that may be placed anew in all for them, tries times blocks."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another slot of a job: `start` and `end` of its first free block, all its free `blocks`, and the `plan` that follows,
    a valid one of the same problem."""

    job_id: str
    start: int
    end: int
    blocks: tuple[Placement, ...]
    change: Change
    plan: Plan


def alternatives(problem: Problem, plan: Plan, job_id: str, *, most: int = 3) -> tuple[Alternative, ...]:
    """The cheapest slots found for a job of a valid plan, cheapest first, that start at least two hours from where it is and
    from each other.

    None for a job that is left out, or wholly fixed. Free gaps are all looked at; of the slots that others hold, those that
    seem cheaper than the best gaps. For each the rest is solved again by list scheduling, the job held there. Raises
    ProblemError for an unknown job.
    """
    places = Places(problem, plan, job_id)
    if places.own is None:
        return ()
    taken = [places.own[0][0]]
    gaps = _apart(places.free(), taken, most)
    bound = places.estimate(gaps[-1]) if len(gaps) == most else NEVER * NEVER
    crowded = [blocks for blocks in places.crowded() if places.estimate(blocks) < bound]
    found: list[tuple[int, Blocks, Plan]] = []
    for blocks in (*gaps, *_apart(crowded, taken, max(FEWEST, min(MOST, WORK // problem.fewest_blocks)))):
        solved = places.solved(blocks)
        if solved is not None:
            found.append((solved.cost.total, blocks, solved))
    plans = {blocks: solved for _, blocks, solved in sorted(found, key=lambda entry: entry[:2])}
    return tuple(
        Alternative(
            job_id,
            *blocks[0],
            blocks=tuple(places.frame.blocks(places.number, blocks)),
            change=compare(problem, plan, problem, plans[blocks], job_id),
            plan=plans[blocks],
        )
        for blocks in _apart(plans, taken, most)
    )


def _apart(places: Iterable[Blocks], taken: list[int], most: int) -> list[Blocks]:
    """The first few places that start far enough from those taken, and from each other."""
    starts, chosen = taken[:], list[Blocks]()
    for blocks in places:
        if len(chosen) == most:
            break
        if all(abs(blocks[0][0] - start) >= APART for start in starts):
            starts.append(blocks[0][0])
            chosen.append(blocks)
    return chosen
