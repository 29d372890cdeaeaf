"""Pages of tasks by what they have in common, for programs: statements only, columns instead of entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db import AsyncSession
from models import Label, Project, Task, TaskLabel, TaskStatus
from repositories.task_list import KEPT_DEADLINE
from repositories.task_rows import Page
from repositories.task_search import contains_text
from repositories.tasks import IS_LIVE


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks: None leaves a question open. `project`, `label` and `assignee` are keys ("": of none; a person is the label
    "@ann"), `priority` and `due` half-open ranges; `is_undated`: without a deadline; `text` is searched for in titles and
    notes. A part keeps its parent's labels, and its project and deadline where it has none of its own."""

    status: TaskStatus | None = None
    project: str | None = None
    label: str | None = None
    assignee: str | None = None
    priority: tuple[float, float] | None = None
    due: tuple[datetime | None, datetime] | None = None
    is_undated: bool = False
    text: str = ""


class TaskPageRepository:
    """Reads of one person's tasks; deleted ones, and templates of series, are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_wanted(self, user_id: int, wanted: Wanted, sort: str, limit: int, offset: int) -> Page:
        """A page of them in the order that `ORDERS` names, and how many there are in all; their labels are lines of one text.

        They are counted only where they go on behind the page, or the page lies behind them.
        """
        asked, mine = _conditions(user_id, wanted), {"user_id": user_id}
        source = _PAGES[sort].where(*asked) if asked else _PAGES[sort]
        # Columns, which need nothing of what the session does for entities.
        connection = await self.session.connection()
        found = (await connection.execute(source, {**mine, "limit": limit + 1, "offset": offset})).all()
        if len(found) <= limit and (found or not offset):
            return Page(found, offset + len(found))
        counted = _COUNT.where(*asked) if asked else _COUNT
        return Page(found[:limit], await connection.scalar(counted, mine) or 0)

    async def get_row(self, user_id: int, task_id: int) -> Row[*tuple[Any, ...]] | None:
        """One task as in a page, also a deleted one."""
        return (await self.session.execute(_WITH_PROJECT.where(Task.user_id == user_id, Task.id == task_id))).first()


_whole = aliased(Task)


def _word(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """The text of an enumeration, as it is sent."""
    return type_coerce(column, String()).label(column.key)


# A separator that is a parameter would be written into the statement anew each time.
_lines: Any = literal_column("'\n'")
_labels = (
    select(func.aggregate_strings(Label.name, _lines))
    .join(TaskLabel, TaskLabel.label_id == Label.id)
    .where(TaskLabel.task_id == Task.id, TaskLabel.user_id == Task.user_id)
)
COLUMNS = (
    *(Task.id, Task.title, Task.context, _word(Task.status), Task.importance, Task.priority, Task.priority_reason),
    *(Task.duration_minutes, Task.duration_source, Task.earliest_at.label("earliest"), Task.deadline_at.label("deadline")),
    *(Task.deadline_is_hard, Project.name.label("project"), _labels.correlate(Task).scalar_subquery().label("labels")),
    *(Task.parent_id, Task.hour_set_id, _word(Task.energy), Task.min_chunk_minutes, Task.max_chunk_minutes),
    *(Task.max_per_day_minutes, Task.buffer_minutes, Task.needs_scheduling, Task.unplaced_reason, Task.advice_source),
    *(Task.created_at.label("created"), Task.updated_at.label("updated"), Task.completed_at.label("completed"), Task.version),
)
"""What programs read of a task, in that order and by those names (`routers.api.task_schemas.TaskOut`)."""
ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "newest": (Task.id.desc(),),
    "oldest": (Task.id.asc(),),
    "priority": (Task.priority.desc().nulls_last(),),
    "deadline": (KEPT_DEADLINE.asc().nulls_last(),),
    "title": (func.lower(Task.title),),
}
"""Each is made whole by the id: while nothing changes, no task is on two pages or on none."""
_MINE = (Task.user_id == bindparam("user_id"), Task.deleted_at.is_(None))
_WITH_PROJECT = select(*COLUMNS).outerjoin(Project, Project.id == Task.project_id)
NAMES = tuple(_WITH_PROJECT.selected_columns.keys())
_PART = {name: bindparam(name, type_=Integer) for name in ("limit", "offset")}
_PAGES = {
    name: _WITH_PROJECT.where(*_MINE).order_by(*order, Task.id.desc()).limit(_PART["limit"]).offset(_PART["offset"])
    for name, order in ORDERS.items()
}
_COUNT = select(func.count(Task.id)).where(*_MINE)
"""Built once: to build them takes as long as to ask them."""


def _conditions(user_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(Task.status == wanted.status)
    if wanted.project is not None:
        found.append(_is_in_project(user_id, wanted.project))
    if wanted.label is not None:
        found.append(_has_label(user_id, Label.key == wanted.label) if wanted.label else not_(_has_label(user_id)))
    if wanted.assignee is not None:
        is_theirs = _has_label(user_id, Label.key == wanted.assignee)
        found.append(is_theirs if wanted.assignee else not_(_has_label(user_id, Label.key.like("@_%"))))
    if wanted.priority is not None:
        found.append(and_(Task.priority >= wanted.priority[0], Task.priority < wanted.priority[1]))
    if (words := contains_text(wanted.text)) is not None:
        found.append(words)
    if wanted.is_undated:
        found.append(KEPT_DEADLINE.is_(None))
    if wanted.due is not None:
        since, until = wanted.due
        found.append(until > KEPT_DEADLINE)
        found.append(since <= KEPT_DEADLINE if since else IS_LIVE)
    return found


def _has_label(user_id: int, *like: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a task, or its parent, has a label that is like that."""
    labelled = select(TaskLabel.task_id).join(Label, Label.id == TaskLabel.label_id).where(TaskLabel.user_id == user_id, *like)
    return or_(Task.id.in_(labelled), and_(Task.parent_id.is_not(None), Task.parent_id.in_(labelled)))


def _is_in_project(user_id: int, key: str) -> ColumnElement[bool]:
    """Whether a task, or else its parent, is in the project with a key ("": in none)."""
    of_whole = select(_whole.id).where(_whole.id == Task.parent_id, _whole.project_id.is_not(None))
    if not key:
        return and_(Task.project_id.is_(None), not_(of_whole.correlate(Task).exists()))
    named = select(Project.id).where(Project.user_id == user_id, Project.key == key)
    kept = of_whole.where(_whole.project_id.in_(named)).correlate(Task).exists()
    return or_(Task.project_id.in_(named), and_(Task.project_id.is_(None), kept))
