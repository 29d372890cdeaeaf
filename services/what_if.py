"""What if: the plan as it would be after a change, with nothing written. One call for pages, chat, repairs and the API.

The change is rehearsed: its operations are done in a transaction that is rolled back, and the planner thinks about what it
saw. So a preview obeys every rule that the change itself would.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from assistant.operations import Operation
from models import Task, TaskStatus
from planning.problem import Cost
from planning.process import SolverProcess
from services import diffs, planning
from services.changes import Applied, ChangeService
from services.diffs import Change, Spot
from services.planning import PlanningService
from services.scope import Scope
from services.snapshot import Rows

Rehearsal = Callable[[], AbstractAsyncContextManager[Scope]]
"""Opens a scope whose changes are always rolled back."""
Act = Callable[[Scope], Awaitable[tuple[Applied, ...]]]
"""A change, done in the scope that it is given, and what it did in words."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A task that ends after its deadline by so many minutes, or has no place for all of it (None)."""

    task_id: int
    title: str
    late_minutes: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan that could be: what was done for it, what it would change of the standing plan, and who would be at risk."""

    operations: tuple[Operation, ...]
    applied: tuple[Applied, ...]
    changes: tuple[Change, ...]
    total: int
    new_risks: tuple[AtRisk, ...]
    solved_risks: tuple[AtRisk, ...]
    cost: Cost
    version: int

    @property
    def summary(self) -> str:
        """ "moved 2 of 31 blocks, added 1"; empty when nothing would change."""
        return diffs.moved(self.changes, self.total)


async def preview(rehearse: Rehearsal, operations: Sequence[Operation], solver: SolverProcess, seconds: float) -> Preview:
    """What the plan would be after the operations. Raises what they raise: a change that is refused has no preview."""
    return replace(
        await rehearsed(rehearse, lambda scope: ChangeService(scope).apply(operations), solver, seconds),
        operations=tuple(operations),
    )


async def rehearsed(rehearse: Rehearsal, act: Act, solver: SolverProcess, seconds: float) -> Preview:
    """`preview` of a change that is no list of operations, such as a block that is being dragged."""
    async with rehearse() as scope:
        await scope.lock()
        before = _Before.of(await PlanningService(scope).load(with_missed=True))
        applied = await act(scope)
        rows = await PlanningService(scope).load()
    thought = await planning.think(rows, solver, seconds)
    risks = _risks(rows.tasks, thought.places())
    old, new = ({risk.task_id: risk for risk in some} for some in (before.risks, risks))
    return Preview(
        operations=(),
        applied=applied,
        changes=thought.changes(before.places),
        total=sum(len(spots) for spots in before.places.values()),
        new_risks=tuple(risk for risk in risks if _is_worse(risk, old.get(risk.task_id))),
        solved_risks=tuple(risk for risk in before.risks if risk.task_id not in new),
        cost=thought.plan.cost,
        version=before.version,
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What stood before the rehearsal changed the rows."""

    version: int
    places: Mapping[int, tuple[Spot, ...]]
    risks: tuple[AtRisk, ...]

    @classmethod
    def of(cls, rows: Rows) -> _Before:
        places = diffs.spots_of(rows.blocks)
        return cls(rows.version, places, _risks(rows.tasks, places))


def _risks(tasks: Sequence[Task], places: Mapping[int, Sequence[Spot]]) -> tuple[AtRisk, ...]:
    """The tasks still to be done that are late or nowhere."""
    found = []
    for task in tasks:
        spots = places.get(task.id, ())
        end_at = max((spot.end_at for spot in spots), default=None)
        if end_at is None and task.status is TaskStatus.OPEN:
            found.append(AtRisk(task.id, task.title, None))
        elif end_at is not None and task.deadline_at is not None and end_at > task.deadline_at:
            found.append(AtRisk(task.id, task.title, int((end_at - task.deadline_at).total_seconds() // 60)))
    return tuple(found)


def _is_worse(risk: AtRisk, before: AtRisk | None) -> bool:
    if before is None:
        return True
    if risk.late_minutes is None or before.late_minutes is None:
        return risk.late_minutes is None and before.late_minutes is not None
    return risk.late_minutes > before.late_minutes
