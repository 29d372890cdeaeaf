"""Tasks with what they wait for and their history: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, outerjoin, select, update
from sqlalchemy.orm import InstrumentedAttribute

from db import AsyncSession
from models import Block, Task, TaskChange, TaskDependency, TaskStatus

LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list and how many rows there are in all."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    total: int


class TaskRepository:
    """Reads and writes of one person's tasks; deleted ones are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, user_id: int, task_id: int, *, with_deleted: bool = False) -> Task | None:
        statement = select(Task).where(Task.user_id == user_id, Task.id == task_id)
        if not with_deleted:
            statement = statement.where(Task.deleted_at.is_(None))
        return await self.session.scalar(statement)

    async def get_by_submit_key(self, user_id: int, submit_key: str) -> Task | None:
        return await self.session.scalar(select(Task).where(Task.user_id == user_id, Task.submit_key == submit_key))

    async def add(self, task: Task) -> None:
        self.session.add(task)
        await self.session.flush()

    async def list_live(self, user_id: int) -> Sequence[Task]:
        """All tasks that are still to be done, by id."""
        statement = (
            select(Task).where(Task.user_id == user_id, Task.status.in_(LIVE), Task.deleted_at.is_(None)).order_by(Task.id)
        )
        return (await self.session.scalars(statement)).all()

    async def list_page(self, user_id: int, status: TaskStatus | None, limit: int, offset: int) -> tuple[Sequence[Task], int]:
        """Tasks of a status (None: any), the newest first, and how many there are in all."""
        where = [Task.user_id == user_id, Task.deleted_at.is_(None), *([Task.status == status] if status else [])]
        total = await self.session.scalar(select(func.count(Task.id)).where(*where)) or 0
        statement = select(Task).where(*where).order_by(Task.id.desc()).limit(limit).offset(offset)
        return (await self.session.scalars(statement)).all(), total

    async def list_titles(self, user_id: int, limit: int, except_id: int) -> Sequence[tuple[int, str]]:
        """Id and title of tasks still to be done, the newest first."""
        statement = (
            select(Task.id, Task.title)
            .where(Task.user_id == user_id, Task.status.in_(LIVE), Task.deleted_at.is_(None), Task.id != except_id)
            .order_by(Task.id.desc())
            .limit(limit)
        )
        return [(task_id, title) for task_id, title in await self.session.execute(statement)]

    async def list_existing(self, user_id: int, task_ids: Sequence[int]) -> set[int]:
        """Which of these ids are the person's undeleted tasks."""
        statement = select(Task.id).where(Task.user_id == user_id, Task.id.in_(task_ids), Task.deleted_at.is_(None))
        return set(await self.session.scalars(statement))

    async def list_planned(
        self, user_id: int, start_at: datetime | None, end_at: datetime | None, limit: int, offset: int
    ) -> Page:
        """Open and running tasks whose first block starts within `[start_at, end_at)`, by start."""
        conditions: list[ColumnElement[bool]] = [IS_LIVE, Block.id.is_not(None)]
        conditions += [Block.start_at >= start_at] if start_at else []
        conditions += [Block.start_at < end_at] if end_at else []
        return await self._list_rows(user_id, conditions, (Block.start_at, Task.id), limit, offset)

    async def list_unplaced(self, user_id: int, limit: int, offset: int) -> Page:
        """Open tasks without a block, the most pressing first."""
        return await self._list_rows(user_id, [IS_OPEN, Block.id.is_(None)], (Task.priority.desc(), Task.id), limit, offset)

    async def list_done_since(self, user_id: int, since: datetime, limit: int, offset: int) -> Page:
        """Tasks completed at or after `since`, the newest first."""
        conditions = [Task.status == TaskStatus.COMPLETED, Task.completed_at >= since]
        return await self._list_rows(user_id, conditions, (Task.completed_at.desc(), Task.id), limit, offset)

    async def _list_rows(
        self,
        user_id: int,
        conditions: Sequence[ColumnElement[bool]],
        order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
        limit: int,
        offset: int,
    ) -> Page:
        """Rows for a list (columns, not entities): each task with its first block."""
        where = (Task.user_id == user_id, Task.deleted_at.is_(None), *conditions)
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(*where).order_by(*order)
        rows = (await self.session.execute(statement.limit(limit).offset(offset))).all()
        if len(rows) < limit and (rows or not offset):
            return Page(rows, offset + len(rows))
        total = await self.session.scalar(select(func.count(Task.id)).select_from(WITH_FIRST_BLOCK).where(*where))
        return Page(rows, total or 0)

    async def get_row(self, user_id: int, task_id: int) -> Row[*tuple[Any, ...]] | None:
        """The list row of one task."""
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(Task.user_id == user_id, Task.id == task_id)
        return (await self.session.execute(statement)).first()

    async def count_at_risk(self, user_id: int) -> int:
        """Open tasks that the plan finishes late or does not place."""
        late = select(Task.id).join(Block, Block.task_id == Task.id)
        statement = late.where(
            Task.user_id == user_id,
            IS_LIVE,
            Task.deleted_at.is_(None),
            Block.end_at > Task.deadline_at,
        )
        late_total = await self.session.scalar(select(func.count()).select_from(statement.distinct().subquery()))
        unplaced = select(func.count(Task.id)).where(Task.user_id == user_id, IS_OPEN, Task.deleted_at.is_(None), IS_UNPLACED)
        return (late_total or 0) + (await self.session.scalar(unplaced) or 0)

    async def count_live(self, user_id: int) -> int:
        statement = select(func.count(Task.id)).where(Task.user_id == user_id, Task.status.in_(LIVE), Task.deleted_at.is_(None))
        return await self.session.scalar(statement) or 0

    async def update_quietly(self, user_id: int, task_id: int, **values: object) -> None:
        """What the planner or the assistant notes on a task: not the person's edit, so its version stays."""
        statement = update(Task).where(Task.user_id == user_id, Task.id == task_id).values(**values)
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def list_dependencies(self, user_id: int) -> Sequence[tuple[int, int]]:
        """(task, what it waits for) pairs whose both sides are undeleted."""
        existing = select(Task.id).where(Task.user_id == user_id, Task.deleted_at.is_(None))
        statement = select(TaskDependency.task_id, TaskDependency.waits_for_id).where(
            TaskDependency.user_id == user_id,
            TaskDependency.task_id.in_(existing),
            TaskDependency.waits_for_id.in_(existing),
        )
        return [(task_id, waits_for_id) for task_id, waits_for_id in await self.session.execute(statement)]

    async def list_waits_for(self, user_id: int, task_id: int) -> Sequence[tuple[int, str]]:
        """Id and title of what the task waits for, done or not."""
        statement = (
            select(Task.id, Task.title)
            .join(TaskDependency, TaskDependency.waits_for_id == Task.id)
            .where(TaskDependency.user_id == user_id, TaskDependency.task_id == task_id, Task.deleted_at.is_(None))
        )
        return [(waits_for_id, title) for waits_for_id, title in await self.session.execute(statement)]

    async def replace_waits_for(self, user_id: int, task_id: int, waits_for: Sequence[int]) -> None:
        statement = delete(TaskDependency).where(TaskDependency.user_id == user_id, TaskDependency.task_id == task_id)
        await self.session.execute(statement)
        self.session.add_all(TaskDependency(user_id=user_id, task_id=task_id, waits_for_id=other) for other in waits_for)
        await self.session.flush()

    def note(self, user_id: int, task_id: int, at: datetime, actor: str, text: str) -> None:
        """Add a line to the task's history."""
        self.session.add(TaskChange(user_id=user_id, task_id=task_id, at=at, actor=actor, text=text))

    async def list_changes(self, user_id: int, task_id: int, limit: int) -> Sequence[TaskChange]:
        statement = select(TaskChange).where(TaskChange.user_id == user_id, TaskChange.task_id == task_id)
        return (await self.session.scalars(statement.order_by(TaskChange.id.desc()).limit(limit))).all()

    async def list_completed(self, user_id: int, limit: int, before: datetime | None) -> Sequence[Task]:
        """Completed tasks, the newest first."""
        statement = select(Task).where(Task.user_id == user_id, Task.status == TaskStatus.COMPLETED, Task.deleted_at.is_(None))
        if before is not None:
            statement = statement.where(Task.completed_at < before)
        return (await self.session.scalars(statement.order_by(Task.completed_at.desc(), Task.id.desc()).limit(limit))).all()

    async def list_overdue_owners(self, before: datetime) -> Sequence[int]:
        """People who have an open task whose block began before `before` and that the planner was not yet told about."""
        statement = (
            select(Task.user_id)
            .join(Block, and_(Block.task_id == Task.id, Block.user_id == Task.user_id))
            .where(IS_OPEN, Task.deleted_at.is_(None), Task.needs_scheduling.is_(False), Block.start_at < before)
            .distinct()
        )
        return (await self.session.scalars(statement)).all()

    async def flag_overdue(self, user_id: int, before: datetime) -> Sequence[int]:
        """Flag these tasks for the planner; their ids."""
        overdue = select(Block.task_id).where(Block.user_id == user_id, Block.start_at < before)
        statement = (
            update(Task)
            .where(
                Task.user_id == user_id,
                IS_OPEN,
                Task.deleted_at.is_(None),
                Task.needs_scheduling.is_(False),
                Task.id.in_(overdue),
            )
            .values(needs_scheduling=True)
            .returning(Task.id)
        )
        return (await self.session.scalars(statement, execution_options={"synchronize_session": False})).all()


IS_OPEN = Task.status == TaskStatus.OPEN
IS_LIVE = Task.status.in_(LIVE)
IS_UNPLACED = ~select(Block.id).where(Block.task_id == Task.id).exists()

_first_start = select(func.min(Block.start_at)).where(Block.task_id == Task.id).correlate(Task).scalar_subquery()
WITH_FIRST_BLOCK = outerjoin(Task, Block, and_(Block.task_id == Task.id, Block.start_at == _first_start))

ROW_COLUMNS = (
    Task.id,
    Task.title,
    Task.status,
    Task.duration_minutes,
    Task.priority,
    Task.importance,
    Task.deadline_at,
    Task.deadline_is_hard,
    Task.unplaced_reason,
    Task.completed_at,
    Block.start_at,
    Block.end_at,
    Block.source,
    Block.pinned,
    Block.reason,
)
