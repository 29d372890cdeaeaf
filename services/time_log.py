"""The time that was worked, stretch by stretch, as programs read it. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from repositories.time_entries import TimeEntryRepository
from services.scope import Scope


@dataclass(frozen=True, slots=True)
class LoggedTime:
    """One stretch of work on a task; `minutes` up to now for one that goes on."""

    id: int
    task_id: int
    task: str
    started: datetime
    ended: datetime | None
    minutes: int


class TimeLogService:
    """Reads one person's time entries."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def newest(self, limit: int, before_id: int | None, task_id: int | None) -> tuple[LoggedTime, ...]:
        """The newest stretches, below an id and of a task when given."""
        entries = TimeEntryRepository(self.scope.session)
        rows = await entries.list_newest(self.scope.person.id, limit, before_id, task_id)
        return tuple(
            LoggedTime(
                id=row.id,
                task_id=row.task_id,
                task=row.title,
                started=row.started_at,
                ended=row.ended_at,
                minutes=max(0, int(((row.ended_at or self.scope.now) - row.started_at).total_seconds() // 60)),
            )
            for row in rows
        )
