"""Tasks: adding by a line of text, the dialog, and the buttons of a task's life."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response

from assistant.draft import MAX_DURATION_MINUTES
from errors import AppError, ConflictError, InvalidInputError, NotFoundError, UnavailableError
from routers.deps import Form, FormValues, Reading, RowId, Showing, is_htmx, reading, showing, writing
from routers.parts import part_form
from routers.rendering import Toast, redirect, render
from routers.today import QuickAdd, answered, page, quick_add, redrawn
from services import task_form, views, wording
from services.chips import ChipService
from services.parts import PartService
from services.scope import Scope
from services.series import SeriesService
from services.task_details import TaskDetailsService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.today import FIRST_ROWS, TodayService

router = APIRouter(prefix="/tasks", include_in_schema=False)

MAX_OFFSET = 10**9
ELSEWHERE = ("dialog", "palette")
"""Targets of a submission that does not come from the field of Today: the page may have no place for the answer."""


@router.post("")
async def create(request: Request, form: FormValues) -> Response:
    text, shown, ignored = form.values.get("text", ""), showing(form.values), form.all("ignored")
    try:
        async with writing(request) as scope:
            added = await TaskService(scope).add(text, form.submit_key, ignored=ignored)
    except (InvalidInputError, UnavailableError) as error:
        again = quick_add(text, error.message, ignored=tuple(ignored), token=form.values.get("token"))
        return await _refused(request, shown, again, error)
    if not is_htmx(request):
        return redirect(f"/?day={shown.day}" if shown.day else "/", Toast(added.understood))
    if request.headers.get("hx-target", "").endswith(ELSEWHERE):
        return await acted(request, form, Toast(added.understood))
    async with reading(request) as scope:
        note = quick_add(understood=added.understood)
        return await redrawn(request, scope, shown, template="tasks/create.oob.html", add=note)


@router.get("/more")
async def more(
    request: Request, scope: Reading, group: Annotated[str, Query()], offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0
) -> Response:
    key = next((key for key in get_args(views.GroupKey) if key == group), None)
    if key is None:
        raise NotFoundError("There is no such list.")
    shown = await TodayService(scope).group(key, offset)
    reached = offset + len(shown.rows)
    next_offset = reached if reached < shown.total and len(shown.rows) == FIRST_ROWS else None
    return render(request, scope, "tasks/_more.html", group=shown, next_offset=next_offset)


@router.post("/parse")
async def parse(request: Request, form: FormValues) -> Response:
    """How the text in the field is understood so far; nothing is stored. `ignore` are the anchors of a chip to remove."""
    text = form.values.get("text", "")
    ignored = (*form.all("ignored"), *form.values.get("ignore", "").splitlines())
    async with reading(request) as scope:
        heard = await ChipService(scope).hear(text, ignored) if text.strip() else None
        removed = heard.ignored if heard else ()
        add = quick_add(text, heard=heard, ignored=removed, token=form.values.get("token"))
        if is_htmx(request):
            return render(request, scope, "today/_quick_add_note.html", quick_add=add)
        return await page(request, scope, showing(form.values), add)


@router.get("/{task_id}")
async def show(request: Request, scope: Reading, task_id: RowId) -> Response:
    try:
        return await _dialog(request, scope, task_id)
    except NotFoundError as error:
        return await _gone(request, task_id, error)


@router.post("/{task_id}")
async def save(request: Request, task_id: RowId, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            edit = task_form.parse(form.values, form.all("waits_for"), scope.now, scope.person.zone)
            task = await TaskService(scope).edit(task_id, edit)
    except (InvalidInputError, ConflictError) as error:
        conflict = error.message if isinstance(error, ConflictError) else None
        async with reading(request) as scope:
            return await _dialog(request, scope, task_id, form, error.fields, conflict, error.status)
    except NotFoundError as error:
        typed = (("title", form.values.get("title", "")), ("context", form.values.get("context", "")))
        return await _gone(request, task_id, error, typed)
    return await acted(request, form, Toast(f"Saved “{task.title}”."))


@router.post("/{task_id}/start")
async def start(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TimeEntryService(scope).start(task_id)
    return await acted(request, form, Toast(f"Started “{task.title}”."))


@router.post("/{task_id}/stop")
async def stop(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TimeEntryService(scope).stop(task_id)
    return await acted(request, form, Toast(f"Stopped “{task.title}”. The time is kept."))


@router.post("/{task_id}/extend")
async def extend(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task, added = await TimeEntryService(scope).extend(task_id)
    said = f"{wording.minutes(added)} more for “{task.title}”, {wording.minutes(task.duration_minutes)} in all."
    return await acted(request, form, Toast(said, undo_url=f"/tasks/{task_id}/shorten?by={added}"))


@router.post("/{task_id}/shorten")
async def shorten(
    request: Request, task_id: RowId, form: FormValues, by: Annotated[int, Query(ge=1, le=MAX_DURATION_MINUTES)]
) -> Response:
    async with writing(request) as scope:
        task = await TimeEntryService(scope).shorten(task_id, by)
    return await acted(request, form, Toast(f"“{task.title}” takes {wording.minutes(task.duration_minutes)} again."))


@router.post("/{task_id}/complete")
async def complete(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TimeEntryService(scope).complete(task_id)
        whole = await PartService(scope).finished_parent(task)
        then = await SeriesService(scope).sentence(task)
    said = f" All parts of “{whole.title}” are done: complete it too?" if whole else then
    return await acted(request, form, Toast(f"Completed “{task.title}”.{said}", undo_url=f"/tasks/{task_id}/reopen"))


@router.post("/{task_id}/reopen")
async def reopen(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TimeEntryService(scope).reopen(task_id)
    return await acted(request, form, Toast(f"“{task.title}” is open again."))


@router.post("/{task_id}/delete")
async def delete(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TaskService(scope).delete(task_id)
        then = await SeriesService(scope).sentence(task)
    return await acted(request, form, Toast(f"Deleted “{task.title}”.{then}", undo_url=f"/tasks/{task_id}/restore"))


@router.post("/{task_id}/restore")
async def restore(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        task = await TaskService(scope).restore(task_id)
    return await acted(request, form, Toast(f"“{task.title}” is back."))


async def _gone(request: Request, task_id: int, error: NotFoundError, typed: tuple[tuple[str, str], ...] = ()) -> Response:
    """In the dialog: that the task is gone, with what was typed about it, and the way back if there is one."""
    if not is_htmx(request):
        raise error
    async with reading(request) as scope:
        restore_url = f"/tasks/{task_id}/restore" if await TaskService(scope).can_restore(task_id) else None
        status, message = error.status, error.message
        return render(request, scope, "tasks/_gone.html", status=status, message=message, typed=typed, restore_url=restore_url)


async def _refused(request: Request, shown: Showing, again: QuickAdd, error: AppError) -> Response:
    """The field as it was, with the sentence below it; it needs no database for that, unless the whole page is asked for."""
    if is_htmx(request):
        is_unseen = request.headers.get("hx-target", "").endswith("palette")
        toasts = (Toast(error.message, "error"),) if is_unseen else ()
        return render(request, None, "tasks/refused.oob.html", status=error.status, quick_add=again, toasts=toasts)
    async with reading(request) as scope:
        return await page(request, scope, shown, again, error.status)


async def acted(request: Request, form: Form, toast: Toast) -> Response:
    """The redrawn page; from within the dialog, that is closed too."""
    is_dialog = request.headers.get("hx-target", "").endswith("dialog")
    return await answered(request, form, toast, "tasks/saved.oob.html" if is_dialog else "today/regions.oob.html")


async def _dialog(
    request: Request,
    scope: Scope,
    task_id: int,
    form: FormValues | None = None,
    errors: dict[str, str] | None = None,
    conflict: str | None = None,
    status: int = 200,
) -> Response:
    """The dialog, with what was typed where that could not be stored."""
    shown = TaskDetailsService(scope)
    details, stored = await shown.show(task_id)
    choices = await shown.choices(task_id)
    values = dict(stored)
    if form is not None:
        typed = {name: form.values.get(name, "") for name in stored}
        values = typed | ({"version": stored["version"]} if conflict else {})
        chosen = set(form.all("waits_for"))
        choices = tuple(views.Choice(item.value, item.label, item.value in chosen) for item in choices)
    return render(
        request,
        scope,
        "tasks/dialog.html",
        block="dialog" if is_htmx(request) else None,
        status=status,
        page="today",
        details=details,
        form=values,
        errors=errors or {},
        conflict=conflict,
        choices_waits_for=choices,
        choices_hours=await shown.choices_of_hours(values.get("hour_set_id", "")),
        projects=await shown.project_names(),
        part_form=part_form(),
    )
