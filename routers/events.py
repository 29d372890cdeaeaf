"""Busy times: a small form in the dialog, and its three buttons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from errors import AppError, ConflictError, InvalidInputError, NotFoundError
from routers.deps import Form, FormValues, Reading, RowId, ShownDay, is_htmx, reading, writing
from routers.rendering import Toast, render
from routers.today import answered
from services import events
from services.events import EventService, Saved
from services.scope import Scope
from services.wording import local_input

router = APIRouter(prefix="/events", include_in_schema=False)

SAVED = "tasks/saved.oob.html"


@router.get("/new")
async def new(request: Request, scope: Reading, day: ShownDay) -> Response:
    zone = ZoneInfo(scope.person.zone)
    local = scope.now.astimezone(zone)
    hour = time(min(local.hour + 1, 22)) if day in {None, local.date()} else time(9)
    start = datetime.combine(day or local.date(), hour, zone)
    form = {
        "title": "",
        "start_at": local_input(start, scope.person.zone),
        "end_at": local_input(start + timedelta(hours=1), scope.person.zone),
    }
    return _dialog(request, scope, None, form)


@router.post("")
async def create(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            saved = await EventService(scope).add(events.parse(form.values, scope.now, scope.person.zone))
    except InvalidInputError as error:
        return await _again(request, None, form, error)
    return await answered(request, form, _toast(f"“{saved.event.title}” is busy time now.", saved), SAVED)


@router.get("/{event_id}")
async def show(request: Request, scope: Reading, event_id: RowId) -> Response:
    try:
        event = await EventService(scope).get(event_id)
    except NotFoundError as error:
        if is_htmx(request):
            return _gone(request, error)
        raise
    zone = scope.person.zone
    form = {
        "title": event.title,
        "start_at": local_input(event.start_at, zone),
        "end_at": local_input(event.end_at, zone),
        "version": str(event.version),
    }
    return _dialog(request, scope, event_id, form)


@router.post("/{event_id}")
async def save(request: Request, event_id: RowId, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            edit = events.parse(form.values, scope.now, scope.person.zone)
            saved = await EventService(scope).edit(event_id, edit)
    except (InvalidInputError, ConflictError) as error:
        return await _again(request, event_id, form, error)
    except NotFoundError as error:
        if is_htmx(request):
            return _gone(request, error, (("title", form.values.get("title", "")),))
        raise
    return await answered(request, form, _toast(f"Saved “{saved.event.title}”.", saved), SAVED)


@router.post("/{event_id}/delete")
async def delete(request: Request, event_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        event = await EventService(scope).delete(event_id)
    return await answered(request, form, Toast(f"Removed “{event.title}”."), SAVED)


def _gone(request: Request, error: NotFoundError, typed: tuple[tuple[str, str], ...] = ()) -> Response:
    return render(request, None, "tasks/_gone.html", status=error.status, message=error.message, typed=typed, restore_url=None)


def _toast(said: str, saved: Saved) -> Toast:
    return Toast(f"{said}{saved.consequence}")


async def _again(request: Request, event_id: int | None, form: Form, error: AppError) -> Response:
    """The form as it was typed, with what is wrong; after a conflict the next save replaces what is stored."""
    async with reading(request) as scope:
        values = {name: form.values.get(name, "") for name in ("title", "start_at", "end_at", "version")}
        conflict = error.message if isinstance(error, ConflictError) else None
        if conflict and event_id:
            values["version"] = str((await EventService(scope).get(event_id)).version)
        return _dialog(request, scope, event_id, values, error.fields, conflict, error.status)


def _dialog(
    request: Request,
    scope: Scope,
    event_id: int | None,
    form: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    conflict: str | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        scope,
        "events/dialog.html",
        block="dialog" if is_htmx(request) else None,
        status=status,
        page="today",
        event_id=event_id,
        form=form,
        errors=errors or {},
        conflict=conflict,
    )
