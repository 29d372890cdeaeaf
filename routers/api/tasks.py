"""Tasks as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Query

from assistant.parsed import as_json
from errors import InvalidInputError
from models import TaskStatus
from routers.api.schemas import ParsedOut, ParseIn, TaskOut, TasksOut
from routers.deps import Reading
from services.drafts import DraftService
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


@router.post("/tasks/parse", response_model_exclude_none=True)
async def parse(scope: Reading, said: ParseIn) -> ParsedOut:
    """How the quick-add field would understand a line of text; nothing is stored."""
    zone = said.timezone or scope.person.zone
    if zone not in available_timezones():
        raise InvalidInputError("There is no such time zone.", {"timezone": "Name a zone such as Europe/Berlin."})
    day_first = scope.person.day_first if said.day_first is None else said.day_first
    person = replace(scope.person, zone=zone, day_first=day_first)
    here = replace(scope, person=person, now=said.now or scope.now)
    return ParsedOut.model_validate(as_json(await DraftService(here).read_at(said.text, said.ignored)))
