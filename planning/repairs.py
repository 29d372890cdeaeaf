"""What would make a job that is late or left out placed and on time: ranked repairs, each found by solving again.

It proposes and writes nothing; it must not ask a solver why a problem is infeasible, nor return what does not repair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from planning.case import Case, Extra, Repair, RepairKind, case_about, is_repaired
from planning.concessions import drop_job, extend_other, move_others, unpin
from planning.problem import Plan, Problem, ProblemError
from planning.remedies import extend_deadline, extra_time, shorten, split

__all__ = ["Extra", "Repair", "RepairKind", "repairs"]

WORK = 20_000
"""Blocks that may be placed anew in all, tries times blocks: about a second."""
FEWEST, MOST = 8, 200
"""Tries with very many jobs and with few."""
LEAST_SHARE = 2
"""Tries below which a kind of repair is not looked for: with very many jobs only the first kinds are."""
REMEDIES: tuple[Callable[[Case], Iterator[Repair]], ...] = (
    move_others,
    extend_deadline,
    extra_time,
    shorten,
    split,
    drop_job,
    extend_other,
    unpin,
)


def repairs(problem: Problem, plan: Plan, job_id: str, *, extra: Sequence[Extra] = (), most: int = 5) -> tuple[Repair, ...]:
    """The repairs found for a job of a valid plan, the least harmful first: the best of each kind, each `extra` being one.

    None for a job that is placed and on time. For one that waits for a job left out, the repairs are that one's. Only
    `drop_job` takes another job's place. The work is counted, so the same question has the same answer: about a second for a
    hundred jobs. Raises ProblemError for an unknown job.
    """
    if all(job.id != job_id for job in problem.jobs):
        raise ProblemError(f"There is no job {job_id!r} to repair.")
    if is_repaired(problem, plan, job_id):
        return ()
    case = case_about(problem, plan, job_id, tuple(extra))
    left = max(FEWEST, min(MOST, WORK // problem.fewest_blocks))
    found: list[Repair] = []
    for turn, remedy in enumerate(REMEDIES):
        case.left = share = max(LEAST_SHARE, left // (len(REMEDIES) - turn))
        if share > left:
            break
        found += remedy(case)
        left -= share - case.left
    return tuple(sorted(found, key=lambda repair: repair.harm))[:most]
