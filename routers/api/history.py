"""What is done as JSON: completed tasks, planned against worked time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, ConfigDict

from routers.api.schemas import Example, Schema
from routers.deps import Reading
from services.history import HistoryService

router = APIRouter(tags=["history"])

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
    """Completed tasks, the newest first; with `older` as `before` come those before them (null: there are none)."""

    tasks: tuple[DoneOut, ...]
    older: AwareDatetime | None


@router.get("/history")
async def list_history(
    scope: Reading,
    before: Annotated[AwareDatetime | None, Query(description="Only what was completed before this instant.")] = None,
) -> HistoryOut:
    """Completed tasks, 100 at a time."""
    days, older = await HistoryService(scope).page(before)
    rows = [row for day in days for row in day.rows]
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
        older=older,
    )
