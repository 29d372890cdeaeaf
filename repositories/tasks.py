"""Tasks with what they wait for and their history: statements only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, not_, select, update
from sqlalchemy.orm import aliased

from db import AsyncSession
from models import Block, Plan, Task, TaskChange, TaskDependency, TaskStatus, TaskWindow

LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class TaskRepository:
    """Reads and writes of one person's tasks; deleted ones are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, user_id: int, task_id: int, *, with_deleted: bool = False) -> Task | None:
        """The task; the template of a series is nobody's task."""
        is_template = and_(Task.series_id.is_not(None), Task.occurs_at.is_(None))
        statement = select(Task).where(Task.user_id == user_id, Task.id == task_id, not_(is_template))
        if not with_deleted:
            statement = statement.where(Task.deleted_at.is_(None))
        return await self.session.scalar(statement)

    async def get_by_submit_key(self, user_id: int, submit_key: str) -> Task | None:
        return await self.session.scalar(_BY_SUBMIT_KEY, {"user_id": user_id, "submit_key": submit_key})

    async def get_by_submit_start(self, user_id: int, start: str) -> Task | None:
        """The task whose submit key begins with these hexadecimal digits; the range is one that the key's index answers."""
        where = (Task.user_id == user_id, Task.submit_key.between(start + "0" * 32, start + "f" * 32))
        return await self.session.scalar(select(Task).where(*where).limit(1))

    async def add(self, task: Task) -> None:
        self.session.add(task)
        await self.session.flush()

    async def list_live(self, user_id: int) -> Sequence[Task]:
        """All tasks that are still to be done, by id."""
        return (await self.session.scalars(_LIVE, {"user_id": user_id})).all()

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

    async def list_completed_at(self, user_id: int, at: datetime) -> Sequence[int]:
        """The ids of tasks that were completed at an instant, parents first."""
        where = (Task.user_id == user_id, Task.completed_at == at, Task.deleted_at.is_(None))
        return (await self.session.scalars(select(Task.id).where(*where).order_by(Task.parent_id.is_not(None), Task.id))).all()

    async def list_deleted_at(self, user_id: int, at: datetime) -> Sequence[int]:
        """The ids of tasks that were deleted at an instant, parents first; templates of series are nobody's."""
        is_template = and_(Task.series_id.is_not(None), Task.occurs_at.is_(None))
        where = (Task.user_id == user_id, Task.deleted_at == at, not_(is_template))
        return (await self.session.scalars(select(Task.id).where(*where).order_by(Task.parent_id.is_not(None), Task.id))).all()

    async def count_live(self, user_id: int) -> int:
        statement = select(func.count(Task.id)).where(Task.user_id == user_id, Task.status.in_(LIVE), Task.deleted_at.is_(None))
        return await self.session.scalar(statement) or 0

    async def update_quietly(self, user_id: int, task_id: int, **values: object) -> None:
        """What the planner or the assistant notes on a task: not the person's edit, so its version stays."""
        statement = update(Task).where(Task.user_id == user_id, Task.id == task_id).values(**values)
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def list_dependencies(self, user_id: int) -> Sequence[tuple[int, int]]:
        """(task, what it waits for) pairs whose both sides are undeleted."""
        rows = await self.session.execute(_DEPENDENCIES, {"user_id": user_id})
        return [(task_id, waits_for_id) for task_id, waits_for_id in rows]

    async def list_waits_for(self, user_id: int, task_id: int) -> Sequence[tuple[int, str]]:
        """Id and title of what the task waits for, done or not."""
        statement = (
            select(Task.id, Task.title)
            .join(TaskDependency, TaskDependency.waits_for_id == Task.id)
            .where(TaskDependency.user_id == user_id, TaskDependency.task_id == task_id, Task.deleted_at.is_(None))
        )
        return [(waits_for_id, title) for waits_for_id, title in await self.session.execute(statement)]

    async def list_parts(self, user_id: int) -> Sequence[tuple[int, int, bool, bool]]:
        """(part, parent, whether they are done in order, whether it is still to be done), each parent's in their order."""
        rows = await self.session.execute(_PARTS, {"user_id": user_id})
        return [(part, parent, bool(order), bool(live)) for part, parent, order, live in rows]

    async def list_parts_of(self, user_id: int, task_id: int, deleted_at: datetime | None = None) -> Sequence[Task]:
        """The parts of a task in their order: those in sight, or those that went at an instant."""
        is_there = Task.deleted_at.is_(None) if deleted_at is None else Task.deleted_at == deleted_at
        statement = select(Task).where(Task.user_id == user_id, Task.parent_id == task_id, is_there)
        return (await self.session.scalars(statement.order_by(Task.position, Task.id))).all()

    async def has_parts(self, user_id: int, task_id: int) -> bool:
        """Whether it is a frame: a task with undeleted parts."""
        return await self.session.scalar(_ANY_PART, {"user_id": user_id, "task_id": task_id}) is not None

    async def flag_parts(self, user_id: int, task_id: int) -> None:
        """Have the planner look at the parts of a task that are still to be done."""
        where = (Task.user_id == user_id, Task.parent_id == task_id, IS_LIVE)
        statement = update(Task).where(*where).values(needs_scheduling=True)
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def replace_waits_for(self, user_id: int, task_id: int, waits_for: Sequence[int]) -> None:
        """What the task waits for from now on; its waits for deleted tasks stay, for these may come back."""
        mine = (TaskDependency.user_id == user_id, TaskDependency.task_id == task_id)
        stored = {*await self.session.scalars(select(TaskDependency.waits_for_id).where(*mine))}
        there = select(Task.id).where(Task.user_id == user_id, Task.deleted_at.is_(None))
        old = (TaskDependency.waits_for_id.in_(there), TaskDependency.waits_for_id.not_in(waits_for))
        await self.session.execute(delete(TaskDependency).where(*mine, *old))
        new = [other for other in dict.fromkeys(waits_for) if other not in stored]
        self.session.add_all(TaskDependency(user_id=user_id, task_id=task_id, waits_for_id=other) for other in new)
        await self.session.flush()

    async def list_windows(self, user_id: int) -> Sequence[TaskWindow]:
        """The windows of all tasks still to be done."""
        return (await self.session.scalars(_WINDOWS, {"user_id": user_id})).all()

    async def list_task_windows(self, user_id: int, task_id: int) -> Sequence[TaskWindow]:
        return (await self.session.scalars(_TASK_WINDOWS, {"user_id": user_id, "task_id": task_id})).all()

    async def replace_windows(self, user_id: int, task_id: int, windows: Sequence[TaskWindow]) -> None:
        statement = delete(TaskWindow).where(TaskWindow.user_id == user_id, TaskWindow.task_id == task_id)
        await self.session.execute(statement)
        self.session.add_all(windows)
        await self.session.flush()

    def note(self, user_id: int, task_id: int, at: datetime, actor: str, text: str) -> None:
        """Add a line to the task's history."""
        self.session.add(TaskChange(user_id=user_id, task_id=task_id, at=at, actor=actor, text=text))

    async def list_changes(self, user_id: int, task_id: int, limit: int) -> Sequence[TaskChange]:
        statement = select(TaskChange).where(TaskChange.user_id == user_id, TaskChange.task_id == task_id)
        return (await self.session.scalars(statement.order_by(TaskChange.id.desc()).limit(limit))).all()

    async def list_completed(
        self, user_id: int, limit: int, before: datetime | None, since: datetime | None = None
    ) -> Sequence[Task]:
        """Completed tasks from `since` on, the newest first."""
        statement = select(Task).where(Task.user_id == user_id, Task.status == TaskStatus.COMPLETED, Task.deleted_at.is_(None))
        if before is not None:
            statement = statement.where(Task.completed_at < before)
        if since is not None:
            statement = statement.where(Task.completed_at >= since)
        return (await self.session.scalars(statement.order_by(Task.completed_at.desc(), Task.id.desc()).limit(limit))).all()

    async def count_by_hour_set(self, user_id: int) -> Mapping[int, int]:
        """How many tasks still to be done name each set of hours."""
        statement = (
            select(Task.hour_set_id, func.count(Task.id))
            .where(Task.user_id == user_id, IS_LIVE, Task.deleted_at.is_(None))
            .group_by(Task.hour_set_id)
        )
        rows = await self.session.execute(statement)
        return {set_id: count for set_id, count in rows if set_id is not None}

    async def leave_hour_set(self, user_id: int, set_id: int) -> Sequence[int]:
        """Put the tasks still to be done of a set of hours into the usual one, and flag them for the planner; their ids."""
        statement = (
            update(Task)
            .where(Task.user_id == user_id, Task.hour_set_id == set_id, IS_LIVE, Task.deleted_at.is_(None))
            .values(hour_set_id=None, needs_scheduling=True)
            .returning(Task.id)
        )
        return (await self.session.scalars(statement, execution_options={"synchronize_session": False})).all()

    async def list_overdue_owners(self, before: datetime) -> Sequence[int]:
        """People who have an open task whose block began before `before` and that neither the planner nor, after days away,
        they were told about yet."""
        statement = (
            select(Task.user_id)
            .join(Block, and_(Block.task_id == Task.id, Block.user_id == Task.user_id))
            .join(Plan, and_(Plan.user_id == Task.user_id, Plan.away_since_at.is_(None)))
            .where(IS_OPEN, Task.deleted_at.is_(None), Task.needs_scheduling.is_(False), Block.start_at < before)
            .distinct()
        )
        return (await self.session.scalars(statement)).all()

    async def count_overdue(self, user_id: int, before: datetime) -> int:
        """How many open tasks have a block that began before `before`."""
        overdue = select(Block.task_id).where(Block.user_id == user_id, Block.start_at < before)
        statement = select(func.count(Task.id)).where(
            Task.user_id == user_id, IS_OPEN, Task.deleted_at.is_(None), Task.id.in_(overdue)
        )
        return await self.session.scalar(statement) or 0

    async def get_last_act(self, user_id: int) -> datetime | None:
        """When the person last did something to a task."""
        statement = select(func.max(TaskChange.at)).where(TaskChange.user_id == user_id, TaskChange.actor == "person")
        return await self.session.scalar(statement)

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
PARENT = aliased(Task)

_OWN = Task.user_id == bindparam("user_id")
_EXISTING = (_OWN, Task.deleted_at.is_(None))
_BY_SUBMIT_KEY = select(Task).where(_OWN, Task.submit_key == bindparam("submit_key"))
_LIVE = select(Task).where(*_EXISTING, IS_LIVE).order_by(Task.id)
_EXISTING_IDS = select(Task.id).where(*_EXISTING)
_DEPENDENCIES = select(TaskDependency.task_id, TaskDependency.waits_for_id).where(
    TaskDependency.user_id == bindparam("user_id"),
    TaskDependency.task_id.in_(_EXISTING_IDS),
    TaskDependency.waits_for_id.in_(_EXISTING_IDS),
)
_PARTS = (
    select(Task.id, PARENT.id, PARENT.parts_in_order, IS_LIVE)
    .join(PARENT, PARENT.id == Task.parent_id)
    .where(*_EXISTING, PARENT.deleted_at.is_(None))
    .order_by(PARENT.id, Task.position, Task.id)
)
_ANY_PART = select(Task.id).where(*_EXISTING, Task.parent_id == bindparam("task_id")).limit(1)
_OWN_WINDOWS = select(TaskWindow).where(TaskWindow.user_id == bindparam("user_id")).order_by(TaskWindow.id)
_WINDOWS = _OWN_WINDOWS.where(TaskWindow.task_id.in_(_EXISTING_IDS.where(IS_LIVE)))
_TASK_WINDOWS = _OWN_WINDOWS.where(TaskWindow.task_id == bindparam("task_id"))
