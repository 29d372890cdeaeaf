"""Projects and labels: one page with a small form for each, to rename it, give it hours a week, or delete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, Request, Response

from errors import InvalidInputError
from models import Label, Project
from routers.deps import FormValues, Reading, RowId, is_htmx, reading, writing
from routers.rendering import Toast, redirect, render
from services.projects import Kind, ProjectService
from services.scope import Scope

router = APIRouter(prefix="/projects", include_in_schema=False)

Word = Literal["project", "label"]
KINDS: Mapping[Word, Kind] = {"project": Project, "label": Label}


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    return await _page(request, scope)


@router.post("/{kind}/{group_id}")
async def save(request: Request, kind: Word, group_id: RowId, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            name = await ProjectService(scope).save(KINDS[kind], group_id, form.values)
    except InvalidInputError as error:
        async with reading(request) as scope:
            return await _page(request, scope, typed={f"{kind}-{group_id}": (form.values, error.fields)}, status=error.status)
    return await _answered(request, Toast(f"Saved “{name}”."))


@router.post("/{kind}/{group_id}/delete")
async def delete(request: Request, kind: Word, group_id: RowId) -> Response:
    async with writing(request) as scope:
        name = await ProjectService(scope).delete(KINDS[kind], group_id)
    return await _answered(request, Toast(f"Deleted “{name}”. Its tasks stay."))


async def _answered(request: Request, toast: Toast) -> Response:
    if not is_htmx(request):
        return redirect("/projects", toast)
    async with reading(request) as scope:
        return await _page(request, scope, (toast,))


async def _page(
    request: Request,
    scope: Scope,
    toasts: tuple[Toast, ...] = (),
    typed: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] | None = None,
    status: int = 200,
) -> Response:
    """The whole page, or for htmx its lists with the messages. `typed`: by form, what could not be stored and its mistakes."""
    service = ProjectService(scope)
    values: dict[str, object] = {
        "projects": await service.list_groups(Project),
        "labels": await service.list_groups(Label),
        "typed": typed or {},
    }
    if is_htmx(request):
        return render(request, scope, "projects/lists.oob.html", status=status, toasts=toasts, groups=values)
    return render(request, scope, "projects/index.html", status=status, page="projects", groups=values)
