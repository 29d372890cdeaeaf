"""Working on tasks: start, stop, complete, reopen. One task runs at a time, and the database sees to it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from errors import ConflictError, NotFoundError
from models import Block, BlockSource, LeaseKind, Task, TaskStatus, TimeEntry
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import framing
from services.planning import PlanningService
from services.scope import Scope

log = logging.getLogger(__name__)

UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class TimeEntryService:
    """The life of a task in the hands of a person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.entries = TimeEntryRepository(scope.session)

    async def start(self, task_id: int) -> Task:
        """Begin to work on an open task. Raises ConflictError when it is not open, or when another one runs."""
        task = await self._locked(task_id)
        if task.status is not TaskStatus.OPEN:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]}, so it cannot be started.")
        await self._refuse_second(task)
        task.status, task.updated_at = TaskStatus.ACTIVE, self.scope.now
        try:
            await self.entries.add(TimeEntry(user_id=task.user_id, task_id=task.id, started_at=self.scope.now))
        except IntegrityError:
            raise ConflictError("Another task was started meanwhile. Stop that one first.") from None
        await self._block_from_now(task)
        return await self._ended(task, "Started.")

    async def stop(self, task_id: int) -> Task:
        """Pause the running task: the time is kept, what is left is planned again."""
        task = await self._locked(task_id)
        if not await self.entries.close(task.user_id, task.id, self.scope.now):
            raise ConflictError(f"“{task.title}” is not running.")
        task.status, task.updated_at, task.needs_scheduling = TaskStatus.OPEN, self.scope.now, True
        await self.scope.session.flush()
        await PlanningService(self.scope).place_provisionally(task)
        return await self._ended(task, "Stopped.")

    async def complete(self, task_id: int) -> Task:
        """Finish an open or running task; its remaining time is free again."""
        task = await self._locked(task_id)
        if task.status not in UNFINISHED:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]} already.")
        await self.entries.close(task.user_id, task.id, self.scope.now)
        task.status, task.completed_at, task.updated_at = TaskStatus.COMPLETED, self.scope.now, self.scope.now
        task.needs_scheduling, task.unplaced_reason = False, None
        await self._cut_blocks(task, self.scope.now)
        return await self._ended(task, "Completed.")

    async def reopen(self, task_id: int) -> Task:
        """Take back a completion; what is left is planned again."""
        task = await self._locked(task_id)
        if task.status in UNFINISHED:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]} already.")
        task.status, task.completed_at, task.updated_at = TaskStatus.OPEN, None, self.scope.now
        task.needs_scheduling = True
        await self.scope.session.flush()
        await PlanningService(self.scope).place_provisionally(task)
        return await self._ended(task, "Reopened.")

    async def _locked(self, task_id: int) -> Task:
        await self.scope.lock()
        task = await self.tasks.get(self.scope.person.id, task_id)
        if task is None:
            raise NotFoundError("This task does not exist, or it was deleted.")
        return task

    async def _refuse_second(self, task: Task) -> None:
        running = await self.entries.get_running(task.user_id)
        if running is not None:
            raise ConflictError(f"“{running[0].title}” is running. Stop or complete it first.")

    async def _block_from_now(self, task: Task) -> None:
        """The running task's block begins now; the planner stretches it while it runs."""
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        await self.plans.delete_task_blocks(task.user_id, task.id)
        end_at = self.scope.now + timedelta(minutes=framing.remaining_minutes(task, entries))
        self.plans.add_blocks(
            [
                Block(
                    user_id=task.user_id,
                    task_id=task.id,
                    start_at=self.scope.now.replace(second=0, microsecond=0),
                    end_at=end_at.replace(second=0, microsecond=0),
                    source=BlockSource.USER,
                    reason="Running now",
                )
            ]
        )

    async def _cut_blocks(self, task: Task, now: datetime) -> None:
        """Past time stays on the timeline as done; future time is given back."""
        for block in await self.plans.list_task_blocks(task.user_id, task.id):
            if block.start_at >= now.replace(second=0, microsecond=0):
                await self.plans.delete_blocks(task.user_id, [block.id])
            elif block.end_at > now:
                block.end_at = now

    async def _ended(self, task: Task, said: str) -> Task:
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", said)
        log.info("Task: %s", said, extra={"task_id": task.id})
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return task


_STATES = {
    TaskStatus.OPEN: "open",
    TaskStatus.ACTIVE: "running",
    TaskStatus.COMPLETED: "completed",
    TaskStatus.CANCELLED: "cancelled",
}
