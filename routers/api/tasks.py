"""Tasks as JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models import TaskStatus
from routers.api.schemas import TaskOut, TasksOut
from routers.deps import Reading
from services.plan_view import PlanViewService

router = APIRouter(prefix="/api/v1", tags=["tasks"])


@router.get("/tasks")
async def index(
    scope: Reading,
    status: Annotated[TaskStatus | None, Query(description="Only tasks of this status.")] = None,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TasksOut:
    """The tasks, the newest first."""
    rows, total = await PlanViewService(scope).tasks(status, page_size, (page - 1) * page_size)
    return TasksOut(
        tasks=tuple(
            TaskOut.model_validate(
                {name: getattr(task, name) for name in TaskOut.model_fields if hasattr(task, name)}
                | {
                    "earliest": task.earliest_at,
                    "deadline": task.deadline_at,
                    "created": task.created_at,
                    "completed": task.completed_at,
                }
            )
            for task in rows
        ),
        total=total,
        page=page,
        page_size=page_size,
        has_more=page * page_size < total,
    )
