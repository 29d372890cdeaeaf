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
from repositories.projects import ProjectRepository
from repositories.task_rows import Bounds, Page, TaskRowRepository
from repositories.time_entries import TimeEntryRepository
from services import views, wording
from services.away import AwayService
from services.scope import Scope
from services.timeline import TimelineService
from services.versions import VersionService

FIRST_ROWS = 50
MOST_ROWS = 1000
MOST_RISKS = 3
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
Pages = Mapping[views.GroupKey, Page]


class TodayService:
    """Reads the page; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.rows = TaskRowRepository(scope.session)

    async def page(self, day: date | None, shown: Shown) -> views.Today:
        """All of Today, with the timeline of `day` (None: today) and as many rows of the groups as are `shown`."""
        person, now = self.scope.person, self.scope.now
        today = now.astimezone(self.zone).date()
        shown_day = day or today
        first = today if today <= shown_day < today + timedelta(days=7) else shown_day
        timeline, week = await TimelineService(self.scope).with_week(shown_day, first)
        pages, risks = await self._rows({key: (0, _most(shown.get(key, FIRST_ROWS))) for key in LABELS}, MOST_RISKS)
        groups = await self._labelled({key: page for key, page in pages.items() if page.total})
        states = await LeaseRepository(self.scope.session).list_states(person.id)
        return views.Today(
            day=shown_day,
            today=today,
            now=now,
            zone=person.zone,
            running=await self.running(groups),
            groups=groups,
            timeline=timeline,
            week=week,
            planner=self._planner({lease.kind: lease for lease, _ in states}),
            risks=tuple(task_row(row) for row in risks.rows),
            at_risk=risks.total,
            last_run=await VersionService(self.scope).summary(),
            missed=await AwayService(self.scope).missed(next((since for _, since in states), None)),
            open_total=sum(group.total for group in groups if group.key != "done"),
        )

    async def group(self, key: views.GroupKey, offset: int, limit: int = FIRST_ROWS) -> views.TaskGroup:
        """Rows of one group from `offset` on."""
        pages, _ = await self._rows({key: (offset, offset + _most(limit))}, 0)
        return (await self._labelled({key: pages[key]}))[0]

    async def _labelled(self, pages: Mapping[views.GroupKey, Page]) -> tuple[views.TaskGroup, ...]:
        """Pages of rows with the labels of their tasks, which are read at once."""
        task_ids = [row.id for page in pages.values() for row in page.rows]
        labels: dict[int, list[str]] = {}
        pairs = ProjectRepository(self.scope.session).list_task_labels(self.scope.person.id, task_ids)
        for task_id, name in await pairs:
            labels.setdefault(task_id, []).append(name)
        return tuple(
            views.TaskGroup(key, LABELS[key], tuple(task_row(row, labels.get(row.id, ())) for row in page.rows), page.total)
            for key, page in pages.items()
        )

    async def running(self, groups: Sequence[views.TaskGroup] = ()) -> views.Running | None:
        """The running task, which one of the groups may have read already, and since when."""
        entries = await TimeEntryRepository(self.scope.session).list_of_running(self.scope.person.id)
        if not entries:
            return None
        task_id = entries[-1].task_id
        known = next((row for group in groups for row in group.rows if row.id == task_id), None)
        if known is None and (found := await self.rows.get_row(self.scope.person.id, task_id, self.scope.now)):
            known = task_row(found)
        return views.Running(known, entries[-1].started_at, tracked_minutes(entries)) if known else None

    def _planner(self, leases: Mapping[LeaseKind, RunLease]) -> views.PlannerStatus:
        """What the background is doing for this person, in a sentence."""
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

    async def _rows(self, windows: Mapping[views.GroupKey, tuple[int, int]], risks: int) -> tuple[Pages, Page]:
        """Of the groups those rows, and the first tasks at risk."""
        today = self.scope.now.astimezone(self.zone).date()
        bounds = Bounds(*(to_utc(today + timedelta(days=days), 0, self.zone) for days in range(3)))
        return await self.rows.list_groups(self.scope.person.id, self.scope.now, bounds, windows, risks)


def _most(rows: int) -> int:
    """How many rows of a group are shown when so many are asked for."""
    return min(max(rows, FIRST_ROWS), MOST_ROWS)


def task_row(row: Row[*tuple[Any, ...]], labels: Sequence[str] = ()) -> views.TaskRow:
    """A row of the repository, and the task's labels, as a line of the list."""
    late = 0
    if row.last_end_at is not None and row.deadline_at is not None and row.status in UNFINISHED:
        late = max(0, int((row.last_end_at - row.deadline_at).total_seconds() // 60))
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
        reason=row.unplaced_reason or row.reason or "",
        block_count=row.block_count,
        is_short=row.unplaced_reason is not None and row.start_at is not None,
        project=row.project,
        labels=tuple(labels),
        parent_id=row.parent_id,
        parent_title=row.parent_title or "",
        parts_total=row.parts_total,
        parts_done=row.parts_done,
        late_minutes=late,
        completed_at=row.completed_at,
        repeats=wording.repeats(row.rule, row.starts_at, row.is_timed) if row.rule else "",
    )


def tracked_minutes(entries: Sequence[TimeEntry]) -> int:
    """Whole minutes of ended work."""
    return sum(
        int((entry.ended_at - entry.started_at).total_seconds() // 60) for entry in entries if entry.ended_at is not None
    )


def _is_due(lease: RunLease) -> bool:
    return lease.due_seconds is not None
