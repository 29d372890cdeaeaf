"""The rows of lists: tasks with the block that they stand at, their parts and their parent. Columns only, no entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Join, Row, and_, bindparam, case, func, or_, outerjoin, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db import AsyncSession
from models import Block, Project, Series, Task, TaskStatus
from repositories.tasks import IS_LIVE, IS_OPEN, LIVE, PARENT


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list and how many rows there are in all."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    total: int


class TaskRowRepository:
    """Reads of one person's lists; deleted tasks are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_planned(
        self, user_id: int, now: datetime, start_at: datetime | None, end_at: datetime | None, limit: int, offset: int
    ) -> Page:
        """Open and running tasks whose first block that is not over starts within `[start_at, end_at)`, by start.

        A task with parts stands at the first block of its parts; without one it comes with those from any start on.
        """
        within = [Block.start_at >= start_at] if start_at else []
        within += [Block.start_at < end_at] if end_at else []
        is_within = and_(Block.id.is_not(None), *within)
        conditions = [IS_LIVE, is_within if start_at else or_(is_within, and_(Block.id.is_(None), IS_FRAME))]
        if start_at:
            conditions.append(_has_block_within(user_id, start_at, end_at))
        order = (Block.start_at.nulls_last(), Task.id)
        return await self._list_rows(user_id, now, conditions, order, limit, offset)

    async def list_unplaced(self, user_id: int, now: datetime, limit: int, offset: int) -> Page:
        """Open tasks without a block, the most pressing first."""
        order, conditions = (Task.priority.desc(), Task.id), [IS_OPEN, Block.id.is_(None), ~IS_FRAME]
        return await self._list_rows(user_id, now, conditions, order, limit, offset)

    async def list_done_since(self, user_id: int, now: datetime, since: datetime, limit: int, offset: int) -> Page:
        """Tasks completed at or after `since`, the newest first."""
        conditions = [Task.status == TaskStatus.COMPLETED, Task.completed_at >= since]
        return await self._list_rows(user_id, now, conditions, (Task.completed_at.desc(), Task.id), limit, offset)

    async def _list_rows(
        self,
        user_id: int,
        now: datetime,
        conditions: Sequence[ColumnElement[bool]],
        order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
        limit: int,
        offset: int,
    ) -> Page:
        """Rows for a list (columns, not entities): each task with its first block that is not over."""
        where = (Task.user_id == user_id, Task.deleted_at.is_(None), *conditions)
        # The columns of what is shown only: long lists are sorted by few of them, and some look far.
        chosen = select(Task.id.label("id"), func.count().over().label("total")).select_from(WITH_FIRST_BLOCK).where(*where)
        shown = chosen.order_by(*order).limit(limit).offset(offset).subquery()
        joined = WITH_FIRST_BLOCK.join(shown, shown.c.id == Task.id)
        statement = select(*ROW_COLUMNS, shown.c.total).select_from(joined).order_by(*order)
        rows = (await self.session.execute(statement, {"now": now})).all()
        if rows or not offset:
            return Page(rows, rows[0].total if rows else 0)
        count = select(func.count(Task.id)).select_from(WITH_FIRST_BLOCK).where(*where)
        return Page(rows, await self.session.scalar(count, {"now": now}) or 0)

    async def get_row(self, user_id: int, task_id: int, now: datetime) -> Row[*tuple[Any, ...]] | None:
        """The list row of one task."""
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(Task.user_id == user_id, Task.id == task_id)
        return (await self.session.execute(statement, {"now": now})).first()

    async def list_titled(
        self, user_id: int, now: datetime, words: Sequence[str], limit: int, *, is_live: bool
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks whose title has all the words in any case, what is still to be done first, the newest first; with `is_live`
        nothing else."""
        where = [Task.user_id == user_id, Task.deleted_at.is_(None), *([IS_LIVE] if is_live else [])]
        where += [Task.title.icontains(word, autoescape=True) for word in words]
        order = (case((Task.status == TaskStatus.ACTIVE, 0), (IS_LIVE, 1), else_=2), Task.id.desc())
        chosen = select(Task.id).where(*where).order_by(*order).limit(limit)
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(Task.id.in_(chosen)).order_by(*order)
        return (await self.session.execute(statement, {"now": now})).all()

    async def list_at_risk(self, user_id: int, now: datetime, limit: int) -> Page:
        """Tasks that the plan finishes late or does not place wholly, the most pressing first."""
        late = select(_own.id).where(_own.task_id == Task.id, _own.end_at > DEADLINE).correlate(Task, PARENT).exists()
        is_unplaced = and_(IS_OPEN, or_(Task.unplaced_reason.is_not(None), Block.id.is_(None)), ~IS_FRAME)
        conditions = [or_(and_(IS_LIVE, late), is_unplaced)]
        return await self._list_rows(user_id, now, conditions, (Task.priority.desc(), Task.id), limit, 0)

    async def list_part_rows(self, user_id: int, task_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
        """The list rows of a task's parts, in their order."""
        where = (Task.user_id == user_id, Task.parent_id == task_id, Task.deleted_at.is_(None))
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(*where).order_by(Task.position, Task.id)
        return (await self.session.execute(statement, {"now": now})).all()


DEADLINE = func.coalesce(Task.deadline_at, PARENT.deadline_at, type_=Task.deadline_at.type)
"""A part keeps the deadline of its parent where it has none of its own."""

_own = aliased(Block)
_part = aliased(Task)
_its_parts = (_part.parent_id == Task.id, _part.deleted_at.is_(None))
IS_FRAME = select(_part.id).where(*_its_parts).correlate(Task).exists()
_block_count = select(func.count(_own.id)).where(_own.task_id == Task.id).correlate(Task).scalar_subquery()
_last_end = select(func.max(_own.end_at)).where(_own.task_id == Task.id).correlate(Task).scalar_subquery()
_parts_total = select(func.count(_part.id)).where(*_its_parts).correlate(Task).scalar_subquery()
_parts_done = select(func.count(_part.id)).where(*_its_parts, _part.status.not_in(LIVE)).correlate(Task).scalar_subquery()


def _has_block_within(user_id: int, start_at: datetime, end_at: datetime | None) -> ColumnElement[bool]:
    """Whether the task, or a part of it, has a block that starts within `[start_at, end_at)`: an index says so at once."""
    within = (_own.user_id == user_id, _own.start_at >= start_at, *([_own.start_at < end_at] if end_at else []))
    of_parts = select(_part.parent_id).join(_own, _own.task_id == _part.id).where(*within, _part.parent_id.is_not(None))
    return or_(Task.id.in_(select(_own.task_id).where(*within)), Task.id.in_(of_parts))


def _with_first_block() -> Join:
    order = (_own.end_at <= bindparam("now"), _own.start_at)
    own = select(_own.id).where(_own.task_id == Task.id).order_by(*order).limit(1)
    parts = select(_own.id).join(_part, _part.id == _own.task_id).where(*_its_parts, _part.status.in_(LIVE))
    of_parts = parts.order_by(*order).limit(1).correlate(Task).scalar_subquery()
    first = func.coalesce(own.correlate(Task).scalar_subquery(), of_parts)
    with_parent = outerjoin(Task, PARENT, PARENT.id == Task.parent_id)
    with_project = outerjoin(with_parent, Project, Project.id == Task.project_id)
    with_series = outerjoin(with_project, Series, and_(Series.id == Task.series_id, Series.ended_at.is_(None)))
    return outerjoin(with_series, Block, Block.id == first)


WITH_FIRST_BLOCK = _with_first_block()
"""Each task with its first block that is not over at the parameter `now`, else with its first block, if it (or a part of it)
has any; with its parent, its project, and its series while that goes on. Built once: it took a tenth of a page's time."""

ROW_COLUMNS = (
    Task.id,
    Task.title,
    Task.status,
    Task.duration_minutes,
    Task.priority,
    Task.importance,
    DEADLINE.label("deadline_at"),
    case((Task.deadline_at.is_(None), PARENT.deadline_is_hard), else_=Task.deadline_is_hard).label("deadline_is_hard"),
    Task.unplaced_reason,
    Task.completed_at,
    Block.start_at,
    Block.end_at,
    Block.source,
    Block.pinned,
    Block.reason,
    _block_count.label("block_count"),
    _last_end.label("last_end_at"),
    PARENT.id.label("parent_id"),
    PARENT.title.label("parent_title"),
    _parts_total.label("parts_total"),
    _parts_done.label("parts_done"),
    Project.name.label("project"),
    Series.rule,
    Series.starts_at,
    Series.is_timed,
)
