"""Stretches of real work: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, select, update

from db import AsyncSession
from models import Task, TaskStatus, TimeEntry

LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class TimeEntryRepository:
    """Reads and writes of one person's time entries."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get_running(self, user_id: int) -> tuple[Task, TimeEntry] | None:
        """The task that runs now and its open entry."""
        statement = (
            select(Task, TimeEntry)
            .join(TimeEntry, TimeEntry.task_id == Task.id)
            .where(TimeEntry.user_id == user_id, TimeEntry.ended_at.is_(None), Task.deleted_at.is_(None))
        )
        row = (await self.session.execute(statement)).first()
        return (row[0], row[1]) if row else None

    async def list_of_running(self, user_id: int) -> Sequence[TimeEntry]:
        """All entries of the task that runs now, the open one the last; none when nothing runs."""
        return (await self.session.scalars(_OF_RUNNING, {"user_id": user_id})).all()

    async def add(self, entry: TimeEntry) -> None:
        """Open an entry; IntegrityError when one is open already."""
        self.session.add(entry)
        await self.session.flush()

    async def close(self, user_id: int, task_id: int, now: datetime) -> bool:
        """End the task's open entry; False when there is none.

        Not before it began: who waited for the lock may have read an earlier `now` than the one who started the task.
        """
        ended_at = case((TimeEntry.started_at > now, TimeEntry.started_at), else_=now)
        statement = (
            update(TimeEntry)
            .where(TimeEntry.user_id == user_id, TimeEntry.task_id == task_id, TimeEntry.ended_at.is_(None))
            .values(ended_at=ended_at)
            .returning(TimeEntry.id)
        )
        return (await self.session.execute(statement, execution_options={"synchronize_session": False})).first() is not None

    async def list_for_tasks(self, user_id: int, task_ids: Sequence[int]) -> Sequence[TimeEntry]:
        """The entries of these tasks, by start."""
        return (await self.session.scalars(_FOR_TASKS, {"user_id": user_id, "task_ids": task_ids})).all()

    async def list_newest(
        self, user_id: int, limit: int, before_id: int | None, task_id: int | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The newest entries of undeleted tasks, with their titles; below an id and of a task when given."""
        statement = (
            select(TimeEntry.id, TimeEntry.task_id, TimeEntry.started_at, TimeEntry.ended_at, Task.title)
            .join(Task, Task.id == TimeEntry.task_id)
            .where(TimeEntry.user_id == user_id, Task.deleted_at.is_(None))
            .order_by(TimeEntry.id.desc())
            .limit(limit)
        )
        if before_id is not None:
            statement = statement.where(TimeEntry.id < before_id)
        if task_id is not None:
            statement = statement.where(TimeEntry.task_id == task_id)
        return (await self.session.execute(statement)).all()

    async def list_live(self, user_id: int) -> Sequence[TimeEntry]:
        """The entries of tasks that are still to be done."""
        return (await self.session.scalars(_OF_LIVE, {"user_id": user_id})).all()


_RUNNING = (
    select(TimeEntry.task_id)
    .join(Task, Task.id == TimeEntry.task_id)
    .where(TimeEntry.user_id == bindparam("user_id"), TimeEntry.ended_at.is_(None), Task.deleted_at.is_(None))
)
_OWN = select(TimeEntry).where(TimeEntry.user_id == bindparam("user_id"))
_OF_RUNNING = _OWN.where(TimeEntry.task_id.in_(_RUNNING)).order_by(TimeEntry.ended_at.is_(None), TimeEntry.started_at)
_FOR_TASKS = _OWN.where(TimeEntry.task_id.in_(bindparam("task_ids", expanding=True))).order_by(TimeEntry.started_at)
_OF_LIVE = _OWN.join(Task, Task.id == TimeEntry.task_id).where(Task.status.in_(LIVE), Task.deleted_at.is_(None))
