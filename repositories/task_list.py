"""The list of all tasks: what is asked for, and the page of it from a place on. Each order has its index; no page counts rows.

Statements only; words and addresses are `services.task_filter`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from db import AsyncSession
from models import Block, Task, TaskLabel, TaskStatus
from repositories.task_rows import IS_FRAME, ROW_COLUMNS, WITH_FIRST_BLOCK
from repositories.task_search import contains_text
from repositories.tasks import IS_LIVE, IS_OPEN, LIVE

Sort = Literal["created", "own", "due", "importance", "priority", "planned", "title"]
Key = datetime | float | str | None
LONGEST_BLOCK = timedelta(days=8)
"""Blocks are at most as long as a task, which is a week."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the key of its last task in the order (None: it has none), and that task's id."""

    key: Key
    task_id: int


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks, in which order, from where on and how many. What is left out does not matter.

    `importances` may hold None: nothing was said. `due_after` and `due_before` bound the deadline, the first included, and
    `has_deadline` asks for one, or for none; a part keeps its parent's deadline, project and labels where it has none of its
    own. `is_at_risk`: late by the plan, or without a place for all of it; `is_unplaced`: without any. `is_upwards`: from that
    place on towards the top, in the person's own order.
    """

    statuses: frozenset[TaskStatus] = frozenset(LIVE)
    text: str = ""
    project_id: int | None = None
    label_id: int | None = None
    importances: frozenset[int | None] = frozenset()
    due_after: datetime | None = None
    due_before: datetime | None = None
    has_deadline: bool | None = None
    is_at_risk: bool = False
    is_unplaced: bool = False
    sort: Sort = "created"
    after: Place | None = None
    limit: int = 50
    is_upwards: bool = False


class TaskListRepository:
    """Reads of one person's list of all tasks; deleted tasks are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_rows(
        self, user_id: int, now: datetime, asked: TaskFilter
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], Place | None]:
        """The rows of a page as `TaskRowRepository` has them, and where the next page begins (None: there is none)."""
        places, more = await self.list_places(user_id, now, asked)
        ids = [place.task_id for place in places]
        # These ids are the person's; to ask for their owner again would send SQLite through all that the owner has.
        statement = select(*ROW_COLUMNS).select_from(WITH_FIRST_BLOCK).where(Task.id.in_(ids))
        rows = {row.id: row for row in await self.session.execute(statement, {"now": now})} if ids else {}
        return [rows[task_id] for task_id in ids], more

    async def list_places(self, user_id: int, now: datetime, asked: TaskFilter) -> tuple[list[Place], Place | None]:
        """The tasks of a page, and where the next page begins: first those that have a key, then those without."""
        find = _Finder(user_id, now, asked)
        found: list[Place] = []
        for branches in (find.with_key, find.without_key):
            if len(found) <= asked.limit and (parts := branches(asked.limit + 1 - len(found))):
                rows = await self.session.execute(find.merged(parts, asked.limit + 1 - len(found)))
                found += [Place(key, task_id) for task_id, key in rows]
        return found[: asked.limit], found[asked.limit - 1] if len(found) > asked.limit else None


class by_title(FunctionElement[str]):  # noqa: N801 - reads as the SQL that it is
    """The title as lists order it: SQLite without regard to case, PostgreSQL in the order of its own language."""

    type = String()
    inherit_cache = True


@compiles(by_title)
def _by_title(element: by_title, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses.clauses[0], **options)


@compiles(by_title, "sqlite")
def _by_title_sqlite(element: by_title, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.clauses.clauses[0], **options)} COLLATE NOCASE"


_ID = Task.id + 0
"""The id as no index has it: SQLite then walks the order and looks each task up in the set, however large that is, and stops
where the page is full."""
_own = aliased(Block)
_part = aliased(Task)
_whole = aliased(Task)
_of_whole = _whole.id == Task.parent_id
_has_block = select(_own.id).where(_own.task_id == Task.id).correlate(Task).exists()
KEPT_DEADLINE = func.coalesce(
    Task.deadline_at, select(_whole.deadline_at).where(_of_whole).correlate(Task).scalar_subquery(), type_=Task.deadline_at.type
)
"""A part without a deadline of its own keeps its parent's."""
_keeps_deadline = and_(
    Task.parent_id > 0,  # a range of its index, which NOT NULL is not to SQLite
    Task.deadline_at.is_(None),
    select(_whole.id).where(_of_whole, _whole.deadline_at.is_not(None)).correlate(Task).exists(),
)

KEYS: dict[Sort, tuple[ColumnElement[Any], Key]] = {
    "own": (Task.rank.expression, -(2**62)),
    "due": (Task.deadline_at.expression, datetime(1, 1, 2, tzinfo=UTC)),
    "importance": (Task.importance.expression, 1),
    "priority": (Task.priority.expression, 0.0),
    "title": (by_title(Task.title), ""),
}
"""What an order sorts by, and the least that there is: by that, and not by NOT NULL, SQLite finds the first task with any."""


class _Finder:
    """The statements of one page. Each status is a branch of its own, which its index gives in order, so that no branch is
    read further than a page; the branches of a page are merged."""

    def __init__(self, user_id: int, now: datetime, asked: TaskFilter) -> None:
        self.user_id, self.now, self.asked = user_id, now, asked
        self.is_down = asked.sort == "priority" or asked.is_upwards
        self.conditions = _conditions(asked)

    def with_key(self, limit: int) -> list[Subquery]:
        """The tasks that have what the order sorts by."""
        after = self.asked.after
        if self.asked.sort == "created" or (after and after.key is None):
            return []
        if self.asked.sort == "planned":
            starts = _starts(self.user_id, self.now)
            source = select(Task.id, starts.c.start_at).join_from(starts, Task, Task.id == starts.c.id)
            return [self._branch(source, starts.c.start_at, limit, Task.status.in_(self.asked.statuses))]
        key, least = KEYS[self.asked.sort]
        by_status = [
            self._branch(select(Task.id, key), key, limit, Task.status == status, key >= literal(least, key.type))
            for status in sorted(self.asked.statuses)
        ]
        if self.asked.sort != "due":
            return by_status
        of_parts = select(Task.id, _whole.deadline_at).join(_whole, _of_whole)
        is_asked = (Task.status.in_(self.asked.statuses), _keeps_deadline)
        return [*by_status, self._branch(of_parts, _whole.deadline_at.expression, limit, *is_asked)]

    def without_key(self, limit: int) -> list[Subquery]:
        """The tasks that do not, the newest first."""
        lacks: list[ColumnElement[bool]] = []
        match self.asked.sort:
            case "title" | "own":
                return []
            case "planned":
                lacks = [Task.id.not_in(select(_starts(self.user_id, self.now).c.id))]
            case "due":
                lacks = [Task.deadline_at.is_(None), ~_keeps_deadline]
            case "importance" | "priority":
                lacks = [KEYS[self.asked.sort][0].is_(None)]
        self.is_down = True
        return [
            self._branch(select(Task.id, null()), None, limit, Task.status == status, *lacks)
            for status in sorted(self.asked.statuses)
        ]

    def merged(self, branches: Sequence[Subquery], limit: int) -> Select[*tuple[Any, ...]]:
        """(id, key) of the first tasks of all branches."""
        found = union_all(*(select(branch) for branch in branches)).subquery()
        task_id, key = found.c
        return (
            select(task_id, key).order_by(*self._by(by_title(key) if self.asked.sort == "title" else key, task_id)).limit(limit)
        )

    def _branch(
        self, source: Select[*tuple[Any, ...]], key: ColumnElement[Any] | None, limit: int, *where: ColumnElement[bool]
    ) -> Subquery:
        in_sight = (Task.user_id == self.user_id, Task.deleted_at.is_(None))
        statement = source.where(*in_sight, *where, *self.conditions, *self._later(key))
        by = self._by(key, Task.id.expression) if key is not None else self._by(Task.id.expression)
        return statement.order_by(*by).limit(limit).subquery()

    def _by(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [column.desc() if self.is_down else column.asc() for column in columns]

    def _later(self, key: ColumnElement[Any] | None) -> list[ColumnElement[bool]]:
        """What comes after the place where the page before ended."""
        after = self.asked.after
        if after is None or (key is None) != (after.key is None):
            return []
        if key is None:
            return [Task.id < after.task_id]
        place, last = tuple_(key, Task.id), tuple_(literal(after.key, key.type), literal(after.task_id))
        return [place < last if self.is_down else place > last]


def _conditions(asked: TaskFilter) -> list[ColumnElement[bool]]:
    """What a task must be like, but for its status."""
    conditions: list[ColumnElement[bool]] = []
    if (words := contains_text(asked.text)) is not None:
        conditions.append(words)
    if asked.project_id is not None:
        own = select(_whole.id).where(_whole.project_id == asked.project_id)
        kept = select(_part.id).join(_whole, _whole.id == _part.parent_id)
        kept = kept.where(_whole.project_id == asked.project_id, _part.project_id.is_(None))
        conditions.append(_ID.in_(union_all(own, kept)))
    if asked.label_id is not None:
        own = select(TaskLabel.task_id).where(TaskLabel.label_id == asked.label_id)
        kept = select(_part.id).join(TaskLabel, TaskLabel.task_id == _part.parent_id)
        conditions.append(_ID.in_(union_all(own, kept.where(TaskLabel.label_id == asked.label_id))))
    if asked.importances:
        said = Task.importance.in_(asked.importances - {None})
        conditions.append(or_(said, Task.importance.is_(None)) if None in asked.importances else said)
    return conditions + _due(asked) + _risky(asked)


def _due(asked: TaskFilter) -> list[ColumnElement[bool]]:
    bounds = [asked.due_after <= KEPT_DEADLINE] if asked.due_after else []
    bounds += [asked.due_before > KEPT_DEADLINE] if asked.due_before else []
    if asked.has_deadline is not None:
        bounds.append(KEPT_DEADLINE.is_not(None) if asked.has_deadline else KEPT_DEADLINE.is_(None))
    return bounds


def _risky(asked: TaskFilter) -> list[ColumnElement[bool]]:
    """As `TaskRowRepository.list_at_risk` and `list_unplaced` have it."""
    conditions: list[ColumnElement[bool]] = []
    if asked.is_unplaced:
        conditions += [IS_OPEN, ~_has_block, ~IS_FRAME]
    if asked.is_at_risk:
        late = select(_own.id).where(_own.task_id == Task.id, _own.end_at > KEPT_DEADLINE).correlate(Task).exists()
        is_missing = and_(IS_OPEN, or_(Task.unplaced_reason.is_not(None), ~_has_block), ~IS_FRAME)
        conditions.append(or_(and_(IS_LIVE, late), is_missing))
    return conditions


def _starts(user_id: int, now: datetime) -> Subquery:
    """Where tasks stand: the start of the first block of each, or of its parts, that is not over."""
    ahead = (Block.user_id == user_id, Block.start_at > now - LONGEST_BLOCK, Block.end_at > now)
    own = select(Block.task_id.label("id"), Block.start_at).where(*ahead)
    of_parts = (
        select(_part.parent_id, Block.start_at)
        .join(_part, _part.id == Block.task_id)
        .where(*ahead, _part.parent_id.is_not(None), _part.deleted_at.is_(None), _part.status.in_(LIVE))
    )
    every = union_all(own, of_parts).subquery()
    return (
        select(every.c.id, func.min(every.c.start_at, type_=Block.start_at.type).label("start_at"))
        .group_by(every.c.id)
        .subquery()
    )
