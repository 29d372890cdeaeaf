"""The parts of a task, in its dialog: added by a line of text, put in order, removed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response

from errors import InvalidInputError, NotFoundError
from routers.deps import Form, FormValues, RowId, is_htmx, reading, showing, writing
from routers.rendering import Toast, redirect, render
from services.parts import PartService
from services.task_details import TaskDetailsService
from services.tasks import TaskService
from services.today import TodayService

router = APIRouter(include_in_schema=False)

TEMPLATE = "tasks/parts.oob.html"


@dataclass(frozen=True, slots=True)
class PartForm:
    """What stands in the field for a new part. `token` makes a form that is sent twice one part."""

    token: str
    text: str = ""
    error: str | None = None
    is_added: bool = False


def part_form(text: str = "", error: str | None = None, *, is_added: bool = False) -> PartForm:
    """The form with a fresh token."""
    return PartForm(secrets.token_urlsafe(12), text, error, is_added)


@router.post("/tasks/{task_id}/parts")
async def create(request: Request, task_id: RowId, form: FormValues) -> Response:
    text = form.values.get("text", "")
    try:
        async with writing(request) as scope:
            added = await TaskService(scope).add(text, form.submit_key, task_id)
    except InvalidInputError as error:
        if not is_htmx(request):
            raise
        return await _parts(request, form, task_id, (), part_form(text, error.message), error.status)
    return await _answered(request, form, task_id, Toast(added.understood), part_form(is_added=True))


@router.post("/parts/{part_id}/remove")
async def remove(request: Request, part_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        part = await TaskService(scope).get(part_id)
        if part.parent_id is None:
            raise NotFoundError("This is not a part of a task.")
        await TaskService(scope).delete(part_id)
    toast = Toast(f"Removed “{part.title}”.", undo_url=f"/tasks/{part_id}/restore")
    return await _answered(request, form, part.parent_id, toast, part_form())


@router.post("/parts/{part_id}/{direction}")
async def move(request: Request, part_id: RowId, direction: Literal["earlier", "later"], form: FormValues) -> Response:
    async with writing(request) as scope:
        parent = await PartService(scope).move(part_id, direction)
    return await _answered(request, form, parent.id, Toast(f"Moved {direction}."), part_form())


async def _answered(request: Request, form: Form, task_id: int, toast: Toast, typed: PartForm) -> Response:
    if not is_htmx(request):
        return redirect(f"/tasks/{task_id}#parts", toast)
    return await _parts(request, form, task_id, (toast,), typed)


async def _parts(
    request: Request, form: Form, task_id: int, toasts: tuple[Toast, ...], typed: PartForm, status: int = 200
) -> Response:
    """The parts in the dialog, and the redrawn page behind it."""
    shown = showing(form.values)
    async with reading(request) as scope:
        details, _ = await TaskDetailsService(scope).show(task_id)
        view = await TodayService(scope).page(shown.day, shown.groups)
        return render(request, scope, TEMPLATE, status=status, details=details, view=view, toasts=toasts, part_form=typed)
