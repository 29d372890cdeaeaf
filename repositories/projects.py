"""Projects and labels, which are alike, and the tasks that belong to them: statements only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import aliased

from db import AsyncSession
from models import Label, Project, Task, TaskLabel, TaskStatus, TimeEntry

Named = TypeVar("Named", bound=Project | Label)
LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class ProjectRepository:
    """Reads and writes of one person's projects and labels."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_named(self, user_id: int, kind: type[Named]) -> Sequence[Named]:
        """All of a kind, by name."""
        return (await self.session.scalars(select(kind).where(kind.user_id == user_id).order_by(kind.key))).all()

    async def get(self, user_id: int, kind: type[Named], named_id: int) -> Named | None:
        return await self.session.scalar(select(kind).where(kind.user_id == user_id, kind.id == named_id))

    async def get_by_key(self, user_id: int, kind: type[Named], key: str) -> Named | None:
        return await self.session.scalar(select(kind).where(kind.user_id == user_id, kind.key == key))

    async def add(self, named: Project | Label) -> None:
        self.session.add(named)
        await self.session.flush()

    async def delete(self, named: Project | Label) -> None:
        """Its tasks stay, without it."""
        await self.session.delete(named)
        await self.session.flush()

    async def list_task_labels(self, user_id: int, task_ids: Sequence[int]) -> Sequence[tuple[int, str]]:
        """(task, label name) pairs of these tasks, by name."""
        if not task_ids:
            return []
        rows = await self.session.execute(_TASK_LABELS, {"user_id": user_id, "task_ids": task_ids})
        return [(task_id, name) for task_id, name in rows]

    async def list_all_task_labels(self, user_id: int) -> Sequence[tuple[int, str]]:
        """(task, label name) pairs of all tasks of a person."""
        statement = (
            select(TaskLabel.task_id, Label.name)
            .join(Label, Label.id == TaskLabel.label_id)
            .where(TaskLabel.user_id == user_id)
        )
        return [(task_id, name) for task_id, name in await self.session.execute(statement)]

    async def replace_labels(self, user_id: int, task_id: int, label_ids: Sequence[int]) -> None:
        statement = delete(TaskLabel).where(TaskLabel.user_id == user_id, TaskLabel.task_id == task_id)
        await self.session.execute(statement)
        self.session.add_all(TaskLabel(user_id=user_id, task_id=task_id, label_id=label_id) for label_id in label_ids)
        await self.session.flush()

    async def copy_labels(self, user_id: int, from_id: int, to_id: int) -> None:
        """Give one task the labels of another."""
        statement = select(TaskLabel.label_id).where(TaskLabel.user_id == user_id, TaskLabel.task_id == from_id)
        await self.replace_labels(user_id, to_id, (await self.session.scalars(statement)).all())

    async def list_members(self, user_id: int, kind: type[Project] | type[Label]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Of each that has tasks still to be done: its id, its name, its minutes a week and the id of such a task.

        A part belongs to the labels of its parent too, and to its project where it has none of its own.
        """
        statement = _IN_PROJECT if kind is Project else _WITH_LABEL
        return (await self.session.execute(statement, {"user_id": user_id})).all()

    async def list_worked(
        self, user_id: int, kind: type[Project] | type[Label], since: datetime
    ) -> Sequence[tuple[int, datetime, datetime]]:
        """Of each: (its id, from, to) of the ended work on its tasks that went on after `since`."""
        members = (_in_project(LIVE_OR_DONE) if kind is Project else _with_label(LIVE_OR_DONE)).subquery()
        statement = (
            select(members.c.id, TimeEntry.started_at, TimeEntry.ended_at)
            .join(TimeEntry, TimeEntry.task_id == members.c.task_id)
            .where(TimeEntry.user_id == user_id, TimeEntry.ended_at > since)
        )
        rows = await self.session.execute(statement, {"user_id": user_id})
        return [(group_id, start, end) for group_id, start, end in rows]

    async def count_tasks(self, user_id: int, kind: type[Project] | type[Label]) -> dict[int, int]:
        """How many tasks still to be done each has."""
        members = (_IN_PROJECT if kind is Project else _WITH_LABEL).subquery()
        statement = select(members.c.id, func.count().label("total")).group_by(members.c.id)
        return {row.id: row.total for row in await self.session.execute(statement, {"user_id": user_id})}


_TASK_LABELS = (
    select(TaskLabel.task_id, Label.name)
    .join(Label, Label.id == TaskLabel.label_id)
    # The tasks say where to look: an index on the owner would lead SQLite through all of the owner's labels.
    .where(TaskLabel.user_id + 0 == bindparam("user_id"), TaskLabel.task_id.in_(bindparam("task_ids", expanding=True)))
    .order_by(Label.key)
)
LIVE_OR_DONE = (*LIVE, TaskStatus.COMPLETED)
_parent = aliased(Task)


def _in_project(statuses: Collection[TaskStatus]) -> Select[*tuple[Any, ...]]:
    own = func.coalesce(Task.project_id, _parent.project_id)
    return (
        select(Project.id, Project.name, Project.weekly_minutes, Task.id.label("task_id"))
        .select_from(Task)
        .outerjoin(_parent, _parent.id == Task.parent_id)
        .join(Project, and_(Project.id == own, Project.user_id == Task.user_id))
        .where(Task.user_id == bindparam("user_id"), Task.status.in_(statuses), Task.deleted_at.is_(None))
        .order_by(Project.name, Task.id)
    )


def _with_label(statuses: Collection[TaskStatus]) -> Select[*tuple[Any, ...]]:
    return (
        select(Label.id, Label.name, Label.weekly_minutes, Task.id.label("task_id"))
        .select_from(Task)
        .join(TaskLabel, or_(TaskLabel.task_id == Task.id, TaskLabel.task_id == Task.parent_id))
        .join(Label, and_(Label.id == TaskLabel.label_id, Label.user_id == Task.user_id))
        .where(Task.user_id == bindparam("user_id"), Task.status.in_(statuses), Task.deleted_at.is_(None))
        .order_by(Label.name, Task.id)
        .distinct()
    )


_IN_PROJECT, _WITH_LABEL = _in_project(LIVE), _with_label(LIVE)
