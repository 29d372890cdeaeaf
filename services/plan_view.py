"""The plan as programs read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from repositories.plans import PlanRepository
from repositories.task_rows import TaskRowRepository
from services.scope import Scope
from services.today import task_row
from services.what_if import AtRisk

MAX_TASKS = 1000


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """A block with its task's title."""

    task_id: int
    task: str
    start: datetime
    end: datetime
    source: str
    pinned: bool
    reason: str


@dataclass(frozen=True, slots=True)
class UnplacedTask:
    """A task without a place, and why."""

    task_id: int
    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A person's plan. `revision` moves with everything that is shown of it."""

    version: int
    revision: int
    blocks: tuple[PlannedBlock, ...]
    unplaced: tuple[UnplacedTask, ...]
    at_risk: tuple[AtRisk, ...]


class PlanViewService:
    """Reads; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def show(self) -> ShownPlan:
        """The blocks of all tasks still to be done, by start, the tasks without a place, and those at risk."""
        user_id = self.scope.person.id
        plans, tasks = PlanRepository(self.scope.session), TaskRowRepository(self.scope.session)
        head = await plans.get_head(user_id)
        blocks = await plans.list_live_rows(user_id)
        unplaced = await tasks.list_unplaced(user_id, self.scope.now, MAX_TASKS)
        risks = await tasks.list_at_risk(user_id, self.scope.now, MAX_TASKS)
        return ShownPlan(
            version=head.version,
            revision=head.revision,
            blocks=tuple(
                PlannedBlock(row.task_id, row.title, row.start_at, row.end_at, row.source, row.pinned, row.reason)
                for row in blocks
            ),
            unplaced=tuple(UnplacedTask(row.id, row.title, row.unplaced_reason or WAITING) for row in unplaced.rows),
            at_risk=tuple(AtRisk(row.id, row.title, task_row(row).late_minutes or None) for row in risks.rows),
        )


WAITING = "The planner has not looked at it yet."
