"""How a task repeats, in its dialog: said in words, one occurrence skipped, the series ended."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from errors import InvalidInputError
from routers.deps import FormValues, RowId, is_htmx, reading, writing
from routers.rendering import Toast, render
from routers.tasks import acted
from services.repeats import RepeatService
from services.series import SeriesService
from services.task_details import TaskDetailsService

router = APIRouter(prefix="/tasks", include_in_schema=False)


@router.post("/{task_id}/repeat")
async def repeat(request: Request, task_id: RowId, form: FormValues) -> Response:
    text = form.values.get("repeats", "")
    try:
        async with writing(request) as scope:
            task = await RepeatService(scope).repeat(task_id, text)
            then = await SeriesService(scope).sentence(task)
    except InvalidInputError as error:
        if not is_htmx(request):
            raise
        async with reading(request) as scope:
            details, _ = await TaskDetailsService(scope).show(task_id)
            template = "tasks/series.oob.html"
            return render(request, scope, template, status=error.status, details=details, repeats=text, problem=error.message)
    return await acted(request, form, Toast(f"“{task.title}” repeats.{then}"))


@router.post("/{task_id}/skip")
async def skip(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await RepeatService(scope).skip(task_id)
        then = await SeriesService(scope).sentence(task)
    return await acted(request, form, Toast(f"Skipped “{task.title}”.{then}", undo_url=f"/tasks/{task_id}/reopen"))


@router.post("/{task_id}/end")
async def end(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await RepeatService(scope).end(task_id)
    return await acted(request, form, Toast(f"“{task.title}” repeats no more.", undo_url=f"/tasks/{task_id}/resume"))


@router.post("/{task_id}/resume")
async def resume(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await RepeatService(scope).resume(task_id)
        then = await SeriesService(scope).sentence(task)
    return await acted(request, form, Toast(f"“{task.title}” repeats again.{then}"))
