"""Working on tasks: start, stop, complete, reopen. One task runs at a time, and the database sees to it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from assistant.draft import MAX_DURATION_MINUTES
from errors import ConflictError, NotFoundError
from models import Block, BlockSource, LeaseKind, Task, TaskStatus, TimeEntry
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import framing, jobs, wording
from services.planning import PlanningService
from services.scope import Scope
from services.series import SeriesService

log = logging.getLogger(__name__)

UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)
EXTRA_MINUTES = 15


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
        if await self.tasks.has_parts(task.user_id, task.id):
            raise ConflictError(f"“{task.title}” has parts. Start one of them.")
        await self._refuse_second(task)
        task.status, task.updated_at = TaskStatus.ACTIVE, self.scope.now
        try:
            await self.entries.add(TimeEntry(user_id=task.user_id, task_id=task.id, started_at=self.scope.now))
        except IntegrityError:
            raise ConflictError("Another task was started meanwhile. Stop that one first.") from None
        await self._block_from_now(task)
        self._say(task, "Started.")
        return await self._ended(task)

    async def stop(self, task_id: int) -> Task:
        """Pause the running task: the time is kept, what is left is planned again."""
        task = await self._locked(task_id)
        if not await self.entries.close(task.user_id, task.id, self.scope.now):
            raise ConflictError(f"“{task.title}” is not running.")
        task.status, task.updated_at = TaskStatus.OPEN, self.scope.now
        task.needs_scheduling, task.unplaced_reason = True, None
        await self.scope.session.flush()
        await PlanningService(self.scope).place_provisionally(task)
        self._say(task, "Stopped.")
        return await self._ended(task)

    async def extend(self, task_id: int) -> tuple[Task, int]:
        """Give the running task `EXTRA_MINUTES` more than its estimate or, when it is over that, than it took so far.

        The task, and by how many minutes its estimate grew. Raises ConflictError when it does not run.
        """
        task = await self._locked(task_id)
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        if all(entry.ended_at is not None for entry in entries):
            raise ConflictError(f"“{task.title}” is not running.")
        worked = sum(((entry.ended_at or self.scope.now) - entry.started_at for entry in entries), timedelta())
        steps = -(-worked // timedelta(minutes=framing.GRID_MINUTES))
        added = max(task.duration_minutes, steps * framing.GRID_MINUTES) + EXTRA_MINUTES - task.duration_minutes
        return await self._retimed(task, task.duration_minutes + added, "Took more time for it"), added

    async def shorten(self, task_id: int, minutes: int) -> Task:
        """Take back what `extend` gave. Raises ConflictError when the task is done, or its estimate has changed too much."""
        task = await self._locked(task_id)
        if task.status not in UNFINISHED or task.duration_minutes <= minutes:
            raise ConflictError(f"“{task.title}” has changed since, so its time stays as it is.")
        return await self._retimed(task, task.duration_minutes - minutes, "Took back the time for it")

    async def complete(self, task_id: int) -> Task:
        """Finish an open or running task, with its parts that are not done; the remaining time is free again."""
        task = await self._locked(task_id)
        if task.status not in UNFINISHED:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]} already.")
        for one in (task, *await self.tasks.list_parts_of(task.user_id, task.id)):
            if one.status in UNFINISHED:
                await self._complete(one, "Completed." if one is task else f"Completed with “{task.title}”.")
        await SeriesService(self.scope).advance(task)
        return await self._ended(task)

    async def cancel(self, task_id: int) -> Task:
        """Give up an open or running task, with its parts that are not done: kept, and no longer planned, until `reopen`."""
        task = await self._locked(task_id)
        if task.status not in UNFINISHED:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]} already.")
        for one in (task, *await self.tasks.list_parts_of(task.user_id, task.id)):
            if one.status in UNFINISHED:
                await self.entries.close(one.user_id, one.id, self.scope.now)
                one.status, one.updated_at = TaskStatus.CANCELLED, self.scope.now
                one.needs_scheduling, one.unplaced_reason = False, None
                await self._cut_blocks(one, self.scope.now)
                self._say(one, "Cancelled." if one is task else f"Cancelled with “{task.title}”.")
        return await self._ended(task)

    async def reopen(self, task_id: int) -> Task:
        """Take back a completion, a cancellation or a skip, with the parts that went with it, or the whole that went with this.

        What is left is planned again.
        """
        task = await self._locked(task_id)
        if task.status in UNFINISHED:
            raise ConflictError(f"“{task.title}” is {_STATES[task.status]} already.")
        await SeriesService(self.scope).take_back(task)
        parts = await self.tasks.list_parts_of(task.user_id, task.id)
        parent = await self.tasks.get(task.user_id, task.parent_id) if task.parent_id else None
        with_it = [part for part in parts if part.status is task.status and _ended_at(part) == _ended_at(task)]
        with_it += [parent] if parent is not None and parent.status is TaskStatus.COMPLETED else []
        for one in (task, *with_it):
            one.status, one.completed_at, one.updated_at = TaskStatus.OPEN, None, self.scope.now
            one.needs_scheduling, one.unplaced_reason = True, None
            self._say(one, "Reopened." if one is task else f"Reopened with “{task.title}”.")
        await self.scope.session.flush()
        for one in (task, *with_it):
            await SeriesService(self.scope).place(one)
        return await self._ended(task)

    async def _retimed(self, task: Task, minutes: int, said: str) -> Task:
        """Set the estimate; a running block shows it at once, and the planner makes room for it or uses what is free."""
        if minutes > MAX_DURATION_MINUTES:
            raise ConflictError(f"A task takes at most {wording.hours(MAX_DURATION_MINUTES)}. Plan the rest as another one.")
        task.duration_minutes, task.duration_source, task.updated_at = minutes, "person", self.scope.now
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        running = next((entry for entry in entries if entry.ended_at is None), None)
        if running is None:
            task.needs_scheduling = True
        else:
            length = timedelta(minutes=jobs.piece_minutes(task, framing.remaining_minutes(task, entries)))
            blocks = await self.plans.list_task_blocks(task.user_id, task.id)
            for block in [block for block in blocks if block.start_at <= self.scope.now][-1:]:
                block.end_at = max(running.started_at.replace(second=0, microsecond=0), block.start_at) + length
        self._say(task, f"{said}: {wording.hours(minutes)}.")
        return await self._ended(task)

    async def _complete(self, task: Task, said: str) -> None:
        await self.entries.close(task.user_id, task.id, self.scope.now)
        task.status, task.completed_at, task.updated_at = TaskStatus.COMPLETED, self.scope.now, self.scope.now
        task.needs_scheduling, task.unplaced_reason = False, None
        await self._cut_blocks(task, self.scope.now)
        self._say(task, said)

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
        """The running task's block begins now; the planner stretches it while it runs.

        Of a task that may be split, one piece is done now, in place of the next one; later pieces and pins stay.
        """
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        left = framing.remaining_minutes(task, entries)
        end_at = self.scope.now + timedelta(minutes=jobs.piece_minutes(task, left))
        await self._make_way(task, end_at)
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

    async def _make_way(self, task: Task, end_at: datetime) -> None:
        """Delete the task's blocks that the work until `end_at` stands for."""
        blocks = await self.plans.list_task_blocks(task.user_id, task.id)
        later = [block for block in blocks if block.start_at >= end_at] if jobs.is_split(task) else []
        if len(later) == len(blocks):  # nothing of it was planned by then: the next floating piece is done early
            early = next((block for block in later if not block.pinned), None)
            later = [block for block in later if block is not early]
        await self.plans.delete_blocks(task.user_id, [block.id for block in blocks if block not in later])

    async def _cut_blocks(self, task: Task, now: datetime) -> None:
        """Past time stays on the timeline as done; future time is given back."""
        for block in await self.plans.list_task_blocks(task.user_id, task.id):
            if block.start_at >= now.replace(second=0, microsecond=0):
                await self.plans.delete_blocks(task.user_id, [block.id])
            elif block.end_at > now:
                block.end_at = now

    def _say(self, task: Task, said: str) -> None:
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", said)
        log.info("Task: %s", said, extra={"task_id": task.id})

    async def _ended(self, task: Task) -> Task:
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return task


def _ended_at(task: Task) -> datetime:
    """When the task was completed or cancelled."""
    return task.completed_at or task.updated_at


_STATES = {
    TaskStatus.OPEN: "open",
    TaskStatus.ACTIVE: "running",
    TaskStatus.COMPLETED: "completed",
    TaskStatus.CANCELLED: "cancelled",
}
