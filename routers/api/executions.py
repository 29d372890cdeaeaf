"""What was really done as JSON: the runs of the planner, and the time that was worked on tasks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from routers.api.documented import errors
from routers.api.schemas import Schema, VersionOut
from routers.deps import OptionalId, Reading, RowId
from services.time_log import TimeLogService
from services.versions import VersionService

router = APIRouter(tags=["executions"])

Limit = Annotated[int, Query(ge=1, le=100)]


class ExecutionOut(Schema):
    """One run of the planner: how long it took in seconds, which engine found the plan, and what it changed in words."""

    id: int
    plan_version: int
    at: AwareDatetime
    seconds: float
    engine: str
    status: str
    summary: str
    note: str
    total: int
    undone_at: AwareDatetime | None


class TimeEntryOut(Schema):
    """One stretch of real work; a running one has no end yet."""

    id: int
    task_id: int
    task: str
    started: AwareDatetime
    ended: AwareDatetime | None
    minutes: int


@router.get("/executions")
async def list_executions(scope: Reading, before: OptionalId = None, limit: Limit = 50) -> tuple[ExecutionOut, ...]:
    """The newest runs of the planner; `before` an id for older ones."""
    return tuple(ExecutionOut.model_validate(run) for run in await VersionService(scope).list_newest(limit, before))


@router.get("/executions/time-entries")
async def list_time_entries(
    scope: Reading,
    task_id: Annotated[int | None, Query(ge=1, lt=2**63, description="Only those of this task.")] = None,
    before: OptionalId = None,
    limit: Limit = 50,
) -> tuple[TimeEntryOut, ...]:
    """The newest stretches of work; `before` an id for older ones."""
    return tuple(TimeEntryOut.model_validate(entry) for entry in await TimeLogService(scope).newest(limit, before, task_id))


@router.get("/executions/{run_id}", responses=errors(404))
async def get_execution(scope: Reading, run_id: RowId) -> VersionOut:
    """One run of the planner, with each change that it made and why."""
    return VersionOut.model_validate(await VersionService(scope).get(run_id))
