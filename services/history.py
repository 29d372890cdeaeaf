"""History: completed tasks by day, planned against worked time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from models import Task
from planning.hours import to_utc
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import views
from services.scope import Scope
from services.today import tracked_minutes

PAGE_ROWS = 100
"""A page ends with the day that holds this row, or before it."""
MOST_ROWS = 1000
"""A single day shows so many at most."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Whole days, the newest first, and the next older day that has something (None: there is none)."""

    days: tuple[views.DoneDay, ...]
    older_on: date | None


class HistoryService:
    """Reads what is done; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.tasks = TaskRepository(scope.session)

    async def page(self, last_on: date | None) -> HistoryPage:
        """The days up to `last_on` (None: up to now) on which tasks were completed: whole ones, so that their totals hold."""
        user_id = self.scope.person.id
        before = self._midnight_after(last_on) if last_on else None
        tasks = await self.tasks.list_completed(user_id, PAGE_ROWS + 1, before)
        older_on = self._day_of(tasks[PAGE_ROWS]) if len(tasks) > PAGE_ROWS else None
        shown = [task for task in tasks[:PAGE_ROWS] if self._day_of(task) != older_on]
        if older_on is not None and not shown:
            # One day fills the page: it is shown wholly.
            since = to_utc(older_on, 0, self.zone)
            shown = [*await self.tasks.list_completed(user_id, MOST_ROWS, before, since)]
            older = await self.tasks.list_completed(user_id, 1, since)
            older_on = self._day_of(older[0]) if older else None
        worked = await self._worked([task.id for task in shown])
        days = (
            _day(day, [_row(task, worked.get(task.id)) for task in group]) for day, group in groupby(shown, key=self._day_of)
        )
        return HistoryPage(tuple(days), older_on)

    def _midnight_after(self, day: date) -> datetime:
        return to_utc(day + timedelta(days=1), 0, self.zone)

    def _day_of(self, task: Task) -> date:
        return _completed_at(task).astimezone(self.zone).date()

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
