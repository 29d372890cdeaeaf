"""What is done as JSON: completed tasks, planned against worked time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, ConfigDict

from routers.api.schemas import Example, Schema
from routers.deps import Reading
from services.history import HistoryService

router = APIRouter(tags=["history"])

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
EXAMPLE: Example = {
    "id": 12,
    "title": "Write report",
    "completed": "2026-11-24T15:10:00Z",
    "planned_minutes": 180,
    "actual_minutes": 205,
}


class DoneOut(Schema):
    """A completed task; `actual_minutes` is null where no time was kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "priority": 6.4}]})

    id: int
    title: str
    completed: AwareDatetime
    planned_minutes: int
    actual_minutes: int | None
    priority: float | None


class HistoryOut(Schema):
    """Completed tasks of whole days in the person's zone, the newest first; with `older` as `to` come those of the days before
    (null: there are none)."""

    tasks: tuple[DoneOut, ...]
    older: date | None


@router.get("/history")
async def list_history(
    scope: Reading,
    to: Annotated[date | None, Query(description="The newest day that is wanted.", ge=FIRST_DAY, le=LAST_DAY)] = None,
) -> HistoryOut:
    """Completed tasks of whole days, about 100 at a time."""
    page = await HistoryService(scope).page(to)
    rows = [row for day in page.days for row in day.rows]
    return HistoryOut(
        tasks=tuple(
            DoneOut(
                id=row.id,
                title=row.title,
                completed=row.completed_at,
                planned_minutes=row.planned_minutes,
                actual_minutes=row.actual_minutes,
                priority=row.priority,
            )
            for row in rows
        ),
        older=page.older_on,
    )
