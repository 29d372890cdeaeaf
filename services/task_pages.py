"""Tasks as programs read them: pages by what they have in common, and all about one. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from errors import InvalidInputError, NotFoundError
from models import TaskStatus
from planning.hours import to_utc
from repositories.plans import PlanRepository
from repositories.task_pages import NAMES, TaskPageRepository, Wanted
from repositories.tasks import TaskRepository
from services.assignees import label_of, people_in
from services.fields import clean
from services.scope import Scope

Sort = Literal["newest", "oldest", "priority", "deadline", "title"]
Level = Literal["high", "medium", "low"]
LEVELS: Mapping[Level, tuple[float, float]] = {"high": (7.0, 11.0), "medium": (4.0, 7.0), "low": (0.0, 4.0)}
"""As the badges are coloured."""
NO_DEADLINE, OVERDUE, NONE = "none", "overdue", "none"
DAYS: Mapping[str, tuple[int, int]] = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}
Values = Mapping[str, object]
NO_TASK = "This task does not exist, or it was deleted."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asks for; None leaves a question open. `project`, `label` and `assignee` are names without regard to case,
    or "none";
    `due` is "overdue", "today", "tomorrow", "week" (from today on), "none" or a local date such as 2026-11-27; `text` are
    words, the last of which may go on."""

    status: TaskStatus | None = None
    project: str | None = None
    label: str | None = None
    assignee: str | None = None
    priority: Level | None = None
    due: str | None = None
    text: str = ""


class TaskPageService:
    """One person's tasks by their columns."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.lists = TaskPageRepository(scope.session)

    async def page(self, asked: Asked, sort: Sort, limit: int, offset: int) -> tuple[tuple[Values, ...], int]:
        """Tasks as they are sent (`TaskOut`), and how many there are in all. Raises InvalidInputError (`due`)."""
        found = await self.lists.list_wanted(self.scope.person.id, self._wanted(asked), sort, limit, offset)
        return tuple(_values(row) for row in found.rows), found.total

    async def one(self, task_id: int) -> Values:
        """A task as in a page, with its `blocks` and the ids that it `waits_for`. Raises NotFoundError."""
        if await TaskRepository(self.scope.session).get(self.scope.person.id, task_id) is None:
            raise NotFoundError(NO_TASK)
        return await self.stored(task_id)

    async def stored(self, task_id: int) -> Values:
        """`one`, also of a task that was deleted meanwhile."""
        user_id, session = self.scope.person.id, self.scope.session
        row = await self.lists.get_row(user_id, task_id)
        if row is None:
            raise NotFoundError(NO_TASK)
        waits = await TaskRepository(session).list_waits_for(user_id, task_id)
        return {
            **_values(row),
            "blocks": await PlanRepository(session).list_task_blocks(user_id, task_id),
            "waits_for": sorted(other for other, _ in waits),
        }

    def _wanted(self, asked: Asked) -> Wanted:
        zone = ZoneInfo(self.scope.person.zone)
        due, today = asked.due, self.scope.now.astimezone(zone).date()
        span: tuple[datetime | None, datetime] | None = None
        if due == OVERDUE:
            span = (None, self.scope.now)
        elif due is not None and due != NO_DEADLINE:
            first, last = DAYS.get(due, (0, 1))
            day = today if due in DAYS else _day(due)
            begin, end = day + timedelta(days=first), day + timedelta(days=last)
            span = (to_utc(begin, 0, zone), to_utc(end, 0, zone))
        return Wanted(
            status=asked.status,
            project=_key(asked.project),
            label=_key(asked.label),
            assignee=label_of(person) if (person := _key(asked.assignee)) else person,
            priority=LEVELS[asked.priority] if asked.priority else None,
            due=span,
            is_undated=due == NO_DEADLINE,
            text=asked.text,
        )


def _values(row: Row[*tuple[Any, ...]]) -> dict[str, object]:
    """The columns of a row by their names; its labels by theirs, and the people among them."""
    values: dict[str, object] = dict(zip(NAMES, row, strict=True))
    values["labels"] = labels = sorted(row.labels.split("\n"), key=str.casefold) if row.labels else []
    values["assignees"] = people_in(labels)
    return values


def _key(name: str | None) -> str | None:
    """The name as projects and labels are found by; "" for "none"."""
    folded = None if name is None else " ".join(clean(name).split()).casefold()
    return "" if folded == NONE else folded


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2100:
        sentence = "Say overdue, today, tomorrow, week, none or a day such as 2026-11-27."
        raise InvalidInputError(sentence, {"due": sentence})
    return day
