"""History: completed tasks by day, planned against worked time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from models import Task
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import views
from services.scope import Scope
from services.today import tracked_minutes

PAGE_ROWS = 100


class HistoryService:
    """Reads what is done; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)

    async def page(self, before: datetime | None) -> tuple[tuple[views.DoneDay, ...], datetime | None]:
        """The newest completed tasks below `before`, by local day, and where the next page begins (None: there is none)."""
        user_id = self.scope.person.id
        tasks = await TaskRepository(self.scope.session).list_completed(user_id, PAGE_ROWS + 1, before)
        shown = tasks[:PAGE_ROWS]
        worked = await self._worked([task.id for task in shown])
        days = tuple(
            _day(day, [_row(task, worked.get(task.id)) for task in group])
            for day, group in groupby(shown, key=lambda task: _completed_at(task).astimezone(self.zone).date())
        )
        return days, _completed_at(shown[-1]) if len(tasks) > PAGE_ROWS else None

    async def _worked(self, task_ids: Sequence[int]) -> dict[int, int]:
        """Worked minutes of those tasks that were tracked."""
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(self.scope.person.id, task_ids)
        by_task = groupby(sorted(entries, key=lambda entry: entry.task_id), key=lambda entry: entry.task_id)
        return {task_id: tracked_minutes([*group]) for task_id, group in by_task}


def _completed_at(task: Task) -> datetime:
    assert task.completed_at is not None, "a completed task has its time"
    return task.completed_at


def _row(task: Task, actual: int | None) -> views.DoneRow:
    return views.DoneRow(task.id, task.title, _completed_at(task), task.duration_minutes, actual, task.priority)


def _day(day: date, rows: Sequence[views.DoneRow]) -> views.DoneDay:
    tracked = [row for row in rows if row.actual_minutes is not None]
    return views.DoneDay(
        day=day,
        rows=tuple(rows),
        planned_minutes=sum(row.planned_minutes for row in rows),
        actual_minutes=sum(row.actual_minutes or 0 for row in tracked),
    )
