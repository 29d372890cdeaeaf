"""The blocks of a task, one by one, in its dialog: pinned to their time, or given back to the planner."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from models import Task
from routers.deps import Form, FormValues, RowId, is_htmx, reading, showing, writing
from routers.rendering import Toast, redirect
from routers.today import redrawn
from services.pins import PinService
from services.task_details import TaskDetailsService

router = APIRouter(prefix="/blocks", include_in_schema=False)


@router.post("/{block_id}/pin")
async def pin(request: Request, block_id: RowId, form: FormValues, start_at: Annotated[AwareDatetime, Query()]) -> Response:
    async with writing(request) as scope:
        task = await PinService(scope).pin_block(block_id, start_at)
    return await _answered(request, form, task, Toast("Pinned. The other blocks may still move."))


@router.post("/{block_id}/unpin")
async def unpin(request: Request, block_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await PinService(scope).unpin_block(block_id)
    return await _answered(request, form, task, Toast("No longer pinned: the planner decides again."))


async def _answered(request: Request, form: Form, task: Task, toast: Toast) -> Response:
    """The task's blocks in its dialog and the redrawn page behind it; without scripts the task's page again."""
    if not is_htmx(request):
        return redirect(f"/tasks/{task.id}#why", toast)
    async with reading(request) as scope:
        details, _ = await TaskDetailsService(scope).show(task.id)
        return await redrawn(request, scope, showing(form.values), toast, template="tasks/why.oob.html", details=details)
