"""Filters that a person keeps: small forms on the page Tasks."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from routers.deps import Form, FormValues, RowId, is_htmx, writing
from routers.rendering import Toast, redirect
from routers.today import answered
from services.saved_filters import SavedFilterService

router = APIRouter(prefix="/filters", include_in_schema=False)


@router.post("")
async def add(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        saved = await SavedFilterService(scope).add(form.values)
    return await _answered(request, form, saved.query, Toast(f"Kept this filter as “{saved.name}”."))


@router.post("/{filter_id}")
async def rename(request: Request, filter_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        saved = await SavedFilterService(scope).rename(filter_id, form.values)
    return await _answered(request, form, saved.query, Toast(f"The filter is called “{saved.name}” now."))


@router.post("/{filter_id}/delete")
async def delete(request: Request, filter_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        saved = await SavedFilterService(scope).delete(filter_id)
    return await _answered(request, form, "", Toast(f"Removed the filter “{saved.name}”. Its tasks stay."))


async def _answered(request: Request, form: Form, query: str, toast: Toast) -> Response:
    return await answered(request, form, toast) if is_htmx(request) else redirect(f"/tasks?{query}", toast)
