"""The page Today: the list in groups, the day's timeline, what runs now, and how the day stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from models import LeaseKind, RunLease, TaskStatus, TimeEntry
from planning.hours import to_utc
from repositories.leases import LeaseRepository
from repositories.tasks import Page, TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import views
from services.scope import Scope
from services.timeline import TimelineService

FIRST_ROWS = 50
MOST_ROWS = 1000
UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)
Shown = Mapping[views.GroupKey, int]
"""How many rows of a group the page shows, where it is more than the first."""
LABELS: dict[views.GroupKey, str] = {
    "today": "Today",
    "tomorrow": "Tomorrow",
    "later": "Later",
    "unplaced": "No place yet",
    "done": "Done today",
}


class TodayService:
    """Reads the page; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.tasks = TaskRepository(scope.session)

    async def page(self, day: date | None, shown: Shown) -> views.Today:
        """All of Today, with the timeline of `day` (None: today) and as many rows of the groups as are `shown`."""
        person, now = self.scope.person, self.scope.now
        today = now.astimezone(self.zone).date()
        return views.Today(
            day=day or today,
            today=today,
            now=now,
            zone=person.zone,
            running=await self.running(),
            groups=await self.groups(shown),
            timeline=await TimelineService(self.scope).day(day or today),
            planner=await self.planner(),
            at_risk=await self.tasks.count_at_risk(person.id),
            open_total=await self.tasks.count_live(person.id),
        )

    async def groups(self, shown: Shown) -> tuple[views.TaskGroup, ...]:
        """The groups that have tasks, each with its first rows."""
        found = [await self.group(key, 0, shown.get(key, FIRST_ROWS)) for key in LABELS]
        return tuple(group for group in found if group.total)

    async def group(self, key: views.GroupKey, offset: int, limit: int = FIRST_ROWS) -> views.TaskGroup:
        """Rows of one group from `offset` on."""
        page = await self._rows(key, min(max(limit, FIRST_ROWS), MOST_ROWS), offset)
        return views.TaskGroup(key, LABELS[key], tuple(task_row(row) for row in page.rows), page.total)

    async def running(self) -> views.Running | None:
        """The running task and since when."""
        found = await TimeEntryRepository(self.scope.session).get_running(self.scope.person.id)
        if found is None:
            return None
        task, entry = found
        row = await self.tasks.get_row(task.user_id, task.id)
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(task.user_id, [task.id])
        return views.Running(task_row(row), entry.started_at, tracked_minutes(entries)) if row else None

    async def planner(self) -> views.PlannerStatus:
        """What the background is doing for this person, in a sentence."""
        leases = {lease.kind: lease for lease in await LeaseRepository(self.scope.session).list_states(self.scope.person.id)}
        failed = next((lease for lease in leases.values() if lease.failures), None)
        if failed is not None:
            return views.PlannerStatus(
                "failed", "The planner had a problem and tries again by itself. Your tasks are safe; the log says more."
            )
        plan, advise = leases[LeaseKind.PLAN], leases[LeaseKind.ADVISE]
        if plan.owner:
            return views.PlannerStatus("planning", "Planning…")
        if self.scope.person.uses_model and _is_due(advise):
            return views.PlannerStatus("planning" if advise.owner else "waiting", "The assistant is reading your tasks…")
        return views.PlannerStatus("waiting", "Planning…") if _is_due(plan) else views.PlannerStatus("idle")

    async def _rows(self, key: views.GroupKey, limit: int, offset: int) -> Page:
        today = self.scope.now.astimezone(self.zone).date()
        midnight, tomorrow, day_after = (to_utc(today + timedelta(days=days), 0, self.zone) for days in range(3))
        user_id = self.scope.person.id
        match key:
            case "today":
                return await self.tasks.list_planned(user_id, None, tomorrow, limit, offset)
            case "tomorrow":
                return await self.tasks.list_planned(user_id, tomorrow, day_after, limit, offset)
            case "later":
                return await self.tasks.list_planned(user_id, day_after, None, limit, offset)
            case "unplaced":
                return await self.tasks.list_unplaced(user_id, limit, offset)
            case "done":
                return await self.tasks.list_done_since(user_id, midnight, limit, offset)


def task_row(row: Row[*tuple[Any, ...]]) -> views.TaskRow:
    """A row of the repository as a line of the list."""
    late = 0
    if row.end_at is not None and row.deadline_at is not None and row.status in UNFINISHED:
        late = max(0, int((row.end_at - row.deadline_at).total_seconds() // 60))
    return views.TaskRow(
        id=row.id,
        title=row.title,
        status=TaskStatus(row.status).value,
        duration_minutes=row.duration_minutes,
        priority=row.priority,
        importance=row.importance,
        deadline_at=row.deadline_at,
        deadline_is_hard=row.deadline_is_hard,
        start_at=row.start_at,
        end_at=row.end_at,
        source=row.source,
        pinned=bool(row.pinned),
        reason=row.reason or row.unplaced_reason or "",
        late_minutes=late,
        completed_at=row.completed_at,
    )


def tracked_minutes(entries: Sequence[TimeEntry]) -> int:
    """Whole minutes of ended work."""
    return sum(
        int((entry.ended_at - entry.started_at).total_seconds() // 60) for entry in entries if entry.ended_at is not None
    )


def _is_due(lease: RunLease) -> bool:
    return lease.due_seconds is not None
