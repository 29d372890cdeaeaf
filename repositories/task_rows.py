"""The rows of lists: tasks with the block that they stand at, their parts and their parent. Columns only, no entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Integer, Join, Row, Select, and_, bindparam, case, func, or_, outerjoin, select, union_all
from sqlalchemy.orm import aliased

from db import AsyncSession
from models import Block, Project, Series, Task, TaskStatus
from repositories.tasks import IS_LIVE, IS_OPEN, LIVE, PARENT

GroupKey = Literal["today", "tomorrow", "later", "unplaced", "done"]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list and how many rows there are in all."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    total: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the groups of a list that begins at `midnight` of a day end: what is done since then, and the next two days."""

    midnight: datetime
    tomorrow: datetime
    day_after: datetime


class TaskRowRepository:
    """Reads of one person's lists; deleted tasks are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_groups(
        self, user_id: int, now: datetime, bounds: Bounds, windows: Mapping[GroupKey, tuple[int, int]], risks: int
    ) -> tuple[Mapping[GroupKey, Page], Page]:
        """The groups of a list, of each the rows of its window [first, last) and how many there are; and the first tasks at
        risk. All in one pass over what is still to be done and what was done since midnight.

        What is planned is sorted by its first block that is not over, a task with parts by the first block of its parts, or
        at the end of today's without one; what has no place by its pressure; what is done by when, the newest first.
        """
        edges = {f"{key}_{edge}": windows.get(key, (0, 0))[index] for key in GROUPS for index, edge in enumerate(EDGES)}
        values = {"now": now, "user_id": user_id, "risks": risks, **edges}
        dates = {"midnight": bounds.midnight, "tomorrow": bounds.tomorrow, "day_after": bounds.day_after}
        rows = (await self.session.execute(_GROUPED, values | dates)).all()
        of_groups = {key: [row for row in rows if row.group == key] for key in GROUPS}
        pages = {
            key: Page([row for row in found if first < row.place <= last], found[0].total if found else 0)
            for key, found in of_groups.items()
            for first, last in (windows.get(key, (0, 0)),)
        }
        pressing = sorted((row for row in rows if row.is_at_risk and row.risk_place <= risks), key=lambda row: row.risk_place)
        return pages, Page(pressing, rows[0].risk_total if rows else 0)

    async def list_placed(self, user_id: int, now: datetime, limit: int) -> Page:
        """Open and running tasks that have a place, or parts, by start."""
        return await self._list_rows(_PLACED, user_id, now, limit)

    async def list_unplaced(self, user_id: int, now: datetime, limit: int) -> Page:
        """Open tasks without a block, the most pressing first."""
        return await self._list_rows(_UNPLACED, user_id, now, limit)

    async def list_at_risk(self, user_id: int, now: datetime, limit: int) -> Page:
        """Tasks that the plan finishes late or does not place wholly, the most pressing first."""
        return await self._list_rows(_AT_RISK, user_id, now, limit)

    async def _list_rows(self, statement: Select[*tuple[Any, ...]], user_id: int, now: datetime, limit: int) -> Page:
        rows = (await self.session.execute(statement, {"user_id": user_id, "now": now, "limit": limit})).all()
        return Page(rows, rows[0].total if rows else 0)

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

GROUPS: tuple[GroupKey, ...] = get_args(GroupKey)
EDGES = ("first", "last")
_MINE = (Task.user_id == bindparam("user_id"), Task.deleted_at.is_(None))
_HAS_PLACE = or_(Block.id.is_not(None), IS_FRAME)
_HAS_NONE = and_(IS_OPEN, Block.id.is_(None), ~IS_FRAME)
_IS_LATE = select(_own.id).where(_own.task_id == Task.id, _own.end_at > DEADLINE).correlate(Task, PARENT).exists()
_IS_AT_RISK = or_(and_(IS_LIVE, _IS_LATE), and_(IS_OPEN, or_(Task.unplaced_reason.is_not(None), Block.id.is_(None)), ~IS_FRAME))


def _listed(condition: ColumnElement[bool], *order: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """The first `limit` rows in an order, each with the `total`."""
    # The columns of what is shown only: long lists are sorted by few of them, and some look far.
    chosen = select(Task.id.label("id"), func.count().over().label("total")).select_from(WITH_FIRST_BLOCK)
    shown = chosen.where(*_MINE, condition).order_by(*order).limit(bindparam("limit", type_=Integer)).subquery()
    joined = WITH_FIRST_BLOCK.join(shown, shown.c.id == Task.id)
    return select(*ROW_COLUMNS, shown.c.total).select_from(joined).order_by(*order)


def _grouped() -> Select[*tuple[Any, ...]]:
    """The rows of `list_groups`: each with its `group` (None: at risk alone), its `place` in it from 1 and its `total`, and
    with its `risk_place` among those that are at risk, of which there are `risk_total`."""
    group = case(
        (Task.status == TaskStatus.COMPLETED, "done"),
        (Block.start_at < bindparam("tomorrow"), "today"),
        (Block.start_at < bindparam("day_after"), "tomorrow"),
        (Block.id.is_not(None), "later"),
        (IS_FRAME, "today"),
        (IS_OPEN, "unplaced"),
    )
    # Two questions, each with an index of its own: one with an "or" would look at all that was ever done.
    mine = (_part.user_id == bindparam("user_id"), _part.deleted_at.is_(None))
    is_done = and_(_part.status == TaskStatus.COMPLETED, _part.completed_at >= bindparam("midnight"))
    wanted = union_all(*(select(_part.id).where(*mine, condition) for condition in (_part.status.in_(LIVE), is_done)))
    columns = (Task.id, Task.priority, Task.completed_at, Block.start_at, group.label("group"), _IS_AT_RISK.label("is_at_risk"))
    task = select(*columns).select_from(WITH_FIRST_BLOCK).where(Task.id.in_(wanted)).subquery().c
    order = (
        case((task.group == "done", None), else_=task.start_at).nulls_last(),
        case((task.group == "unplaced", task.priority)).desc(),
        case((task.group == "done", task.completed_at)).desc(),
        task.id,
    )
    placed = select(
        *(task.id, task.group, task.is_at_risk),
        func.row_number().over(partition_by=task.group, order_by=order).label("place"),
        func.count().over(partition_by=task.group).label("total"),
        func.row_number().over(partition_by=task.is_at_risk, order_by=(task.priority.desc(), task.id)).label("risk_place"),
        func.sum(case((task.is_at_risk, 1), else_=0)).over().label("risk_total"),
    ).subquery()
    row = placed.c
    first, last = (case({key: bindparam(f"{key}_{edge}", type_=Integer) for key in GROUPS}, value=row.group) for edge in EDGES)
    # The first of each group comes in any case: it knows the total.
    is_shown = or_(row.place == 1, and_(row.place > first, row.place <= last))
    is_pressing = and_(row.is_at_risk, row.risk_place <= bindparam("risks", type_=Integer))
    joined = WITH_FIRST_BLOCK.join(placed, row.id == Task.id)
    more = (row.group, row.place, row.total, row.is_at_risk, row.risk_place, row.risk_total)
    return select(*ROW_COLUMNS, *more).select_from(joined).where(or_(is_shown, is_pressing)).order_by(row.place)


_PLACED = _listed(and_(IS_LIVE, _HAS_PLACE), Block.start_at.nulls_last(), Task.id.asc())
_UNPLACED = _listed(_HAS_NONE, Task.priority.desc(), Task.id.asc())
_AT_RISK = _listed(_IS_AT_RISK, Task.priority.desc(), Task.id.asc())
_GROUPED = _grouped()
"""Built once: to build such a statement takes longer than to ask it."""
