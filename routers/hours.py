"""Hours on the settings page: the weekly sets, and the dates that differ."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from errors import InvalidInputError
from routers.deps import FormValues, RowId, is_htmx, reading, writing
from routers.rendering import Toast, redirect
from routers.settings import page
from services.hour_service import HourService
from services.hours_settings import HoursSettings, Typed

router = APIRouter(prefix="/settings", include_in_schema=False)

CHANGED = "settings/changed.oob.html"


@router.post("/hours")
async def add_set(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            added = await HourService(scope).add_set(form.values.get("name", ""))
    except InvalidInputError as error:
        return await _refused(request, "hours", form.values, error, "hours")
    return await _answered(request, f"hour-set-{added.id}", Toast(f"Added “{added.name}”."), "hours", "days", opened=added.id)


@router.post("/hours/{set_id}")
async def save_set(request: Request, set_id: RowId, form: FormValues) -> Response:
    part = f"hours-{set_id}"
    try:
        async with writing(request) as scope:
            is_renamed = await HoursSettings(scope).save_set(set_id, form.values)
    except InvalidInputError as error:
        return await _refused(request, part, form.values, error, part)
    redraw = (part, "days") if is_renamed else (part,)
    return await _answered(request, f"hour-set-{set_id}", Toast("Saved."), *redraw, saved=part)


@router.post("/hours/{set_id}/weeks")
async def show_weeks(request: Request, set_id: RowId, form: FormValues) -> Response:
    """The form with as many weeks as were chosen; nothing is stored yet."""
    part = f"hours-{set_id}"
    async with reading(request) as scope:
        await HourService(scope).require(set_id)
        typed = Typed(part, form.values, {})
        if is_htmx(request):
            return await page(request, scope, CHANGED, typed=typed, redraw=(part,), opened=set_id, toasts=())
        return await page(request, scope, typed=typed, opened=set_id)


@router.post("/hours/{set_id}/delete")
async def delete_set(request: Request, set_id: RowId) -> Response:
    async with writing(request) as scope:
        deleted = await HourService(scope).delete_set(set_id)
    return await _answered(request, "settings-hours", Toast(f"Deleted “{deleted.name}”."), "hours", "days")


@router.post("/days")
async def add_days(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            said = await HoursSettings(scope).add_days(form.values)
    except InvalidInputError as error:
        return await _refused(request, "days", form.values, error, "days")
    return await _answered(request, "settings-days", Toast(said), "days")


@router.post("/days/remove")
async def remove_days(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        said, undo = await HoursSettings(scope).remove_days(form.values)
    undo_url = f"/settings/days/restore?{urlencode(undo)}" if undo else None
    return await _answered(request, "settings-days", Toast(said, undo_url=undo_url), "days")


@router.post("/days/restore")
async def restore_days(request: Request) -> Response:
    """The address of an undo button says which days."""
    async with writing(request) as scope:
        said = await HoursSettings(scope).add_days(request.query_params)
    return await _answered(request, "settings-days", Toast(said), "days")


async def _answered(
    request: Request, anchor: str, toast: Toast, *redraw: str, saved: str | None = None, opened: int | None = None
) -> Response:
    """The redrawn parts once it is committed, or without scripts the page again. What says so itself needs no toast."""
    if not is_htmx(request):
        return redirect(f"/settings#{anchor}", toast)
    async with reading(request) as scope:
        toasts = () if saved else (toast,)
        return await page(request, scope, CHANGED, saved=saved, redraw=redraw, opened=opened, toasts=toasts)


async def _refused(request: Request, part: str, form: Mapping[str, str], error: InvalidInputError, *redraw: str) -> Response:
    """The part as it was typed, with a sentence at each field."""
    typed = Typed(part, form, error.fields)
    async with reading(request) as scope:
        if is_htmx(request):
            return await page(request, scope, CHANGED, typed=typed, status=error.status, redraw=redraw, toasts=())
        return await page(request, scope, typed=typed, status=error.status)
