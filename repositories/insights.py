"""What a person's past says, as columns to be counted: statements only, each bounded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select

from db import AsyncSession
from models import Label, Run, Task, TaskLabel, TaskStatus, TimeEntry
from repositories.task_rows import IS_FRAME

MOST_ROWS = 20_000
"""So many rows of a kind are read at most, the newest: a year of fifty a day."""
Rows = Sequence[Row[*tuple[Any, ...]]]


class InsightRepository:
    """Reads of one person's past; deleted tasks are out of sight. `since` is included."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_finished(self, user_id: int, since: datetime) -> Rows:
        """Of tasks completed from `since` on: id, completed_at, duration_minutes, and started_at and ended_at of each stretch
        of ended work on them, whenever it was (one row without, where there is none). A whole counts by its parts."""
        is_ended = and_(TimeEntry.task_id == Task.id, TimeEntry.ended_at.is_not(None))
        statement = (
            select(Task.id, Task.completed_at, Task.duration_minutes, TimeEntry.started_at, TimeEntry.ended_at)
            .outerjoin(TimeEntry, is_ended)
            .where(Task.user_id == user_id, Task.completed_at >= since, Task.status == TaskStatus.COMPLETED)
            .where(Task.deleted_at.is_(None), ~IS_FRAME)
            .order_by(Task.completed_at.desc(), Task.id)
            .limit(MOST_ROWS)
        )
        return (await self.session.execute(statement)).all()

    async def list_labels(self, user_id: int, since: datetime) -> Rows:
        """(task_id, name) of the labels of tasks completed from `since` on; a part has those of its whole too."""
        statement = (
            select(Task.id.label("task_id"), Label.name)
            .join(TaskLabel, or_(TaskLabel.task_id == Task.id, TaskLabel.task_id == Task.parent_id))
            .join(Label, Label.id == TaskLabel.label_id)
            .where(Task.user_id == user_id, Task.completed_at >= since, Task.status == TaskStatus.COMPLETED)
            .where(Task.deleted_at.is_(None))
            .distinct()
            .limit(MOST_ROWS)
        )
        return (await self.session.execute(statement)).all()

    async def list_worked(self, user_id: int, since: datetime) -> Rows:
        """(started_at, ended_at) of the ended work that went on after `since`, on whatever task, the newest first."""
        statement = (
            select(TimeEntry.started_at, TimeEntry.ended_at)
            .where(TimeEntry.user_id == user_id, TimeEntry.ended_at > since)
            .order_by(TimeEntry.ended_at.desc())
            .limit(MOST_ROWS)
        )
        return (await self.session.execute(statement)).all()

    async def list_due(self, user_id: int, since: datetime, until: datetime) -> Rows:
        """(deadline_at, completed_at) of tasks whose own deadline lies within `[since, until)`; cancelled ones do not count."""
        statement = (
            select(Task.deadline_at, Task.completed_at)
            .where(Task.user_id == user_id, Task.deadline_at >= since, Task.deadline_at < until)
            .where(Task.status != TaskStatus.CANCELLED, Task.deleted_at.is_(None))
            .order_by(Task.deadline_at.desc())
            .limit(MOST_ROWS)
        )
        return (await self.session.execute(statement)).all()

    async def list_runs(self, user_id: int, since: datetime, except_engine: str) -> Rows:
        """(finished_at, diff) of the runs of the planner; of all runs only the newest are kept."""
        statement = (
            select(Run.finished_at, Run.diff)
            .where(Run.user_id == user_id, Run.finished_at >= since, Run.engine != except_engine)
            .order_by(Run.id.desc())
            .limit(MOST_ROWS)
        )
        return (await self.session.execute(statement)).all()
