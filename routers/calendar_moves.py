"""Moving in the calendar: what a drop and the buttons of the list do, and the preview of a drop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from errors import AppError, InvalidInputError
from models import BlockSource
from routers.calendar import answered
from routers.deps import LARGEST_ID, FormValues, RowId, rehearsing, solver_of, writing
from routers.doors import settings_of
from routers.rendering import Toast, block_url
from services import calendar_words, what_if
from services.calendar_moves import CalendarMoves, Moved, Place, Shown
from services.changes import Applied
from services.fields import Fields
from services.scope import Scope
from services.task_form import FARTHEST_DAYS

router = APIRouter(prefix="/calendar", include_in_schema=False)

TaskId = Annotated[int, Query(ge=1, le=LARGEST_ID)]
At = Annotated[AwareDatetime, Query()]
PREVIEW_SECONDS = 0.4
"""A preview is looked at while the hand is still moving, so it gets less time than a plan."""


@router.post("/blocks/{block_id}/move")
async def move(request: Request, block_id: RowId, task: TaskId, at: At, form: FormValues) -> Response:
    async with writing(request) as scope:
        start, end = _times(form.values, scope)
        moved = await CalendarMoves(scope).move(Shown(block_id, task, at), start, end)
    return await answered(request, form, _toast(scope, moved))


@router.post("/blocks/{block_id}/pin")
async def pin(request: Request, block_id: RowId, task: TaskId, at: At, form: FormValues) -> Response:
    async with writing(request) as scope:
        moved = await CalendarMoves(scope).move(Shown(block_id, task, at), at)
    return await answered(request, form, _toast(scope, moved))


@router.post("/blocks/{block_id}/step")
async def step(
    request: Request, block_id: RowId, task: TaskId, at: At, to: Literal["earlier", "later"], form: FormValues
) -> Response:
    async with writing(request) as scope:
        moved = await CalendarMoves(scope).step(Shown(block_id, task, at), to)
    return await answered(request, form, _toast(scope, moved))


@router.post("/blocks/{block_id}/day")
async def to_day(
    request: Request, block_id: RowId, task: TaskId, at: At, form: FormValues, day: date | None = None
) -> Response:
    async with writing(request) as scope:
        fields = Fields(form.values, scope.now, scope.person.zone)
        chosen = day or fields.day("to_day", "Say to which day.")
        if chosen is None:
            raise InvalidInputError(" ".join(fields.errors.values()), fields.errors)
        moved = await CalendarMoves(scope).to_day(Shown(block_id, task, at), chosen)
    return await answered(request, form, _toast(scope, moved))


@router.post("/blocks/{block_id}/unpin")
async def unpin(request: Request, block_id: RowId, task: TaskId, at: At, form: FormValues) -> Response:
    async with writing(request) as scope:
        freed = await CalendarMoves(scope).unpin(Shown(block_id, task, at))
    return await answered(request, form, Toast(f"“{freed.title}” is no longer pinned: the planner decides again."))


@router.post("/blocks/{block_id}/back")
async def back(
    request: Request,
    block_id: RowId,
    task: TaskId,
    at: At,
    start: At,
    end: At,
    source: BlockSource,
    pinned: bool,
    minutes: Annotated[int, Query(ge=1, le=100_000)],
    run: Annotated[int, Query(ge=0, le=LARGEST_ID)],
    form: FormValues,
) -> Response:
    async with writing(request) as scope:
        before = Place(start, end, pinned, source, minutes, run)
        restored = await CalendarMoves(scope).back(Shown(block_id, task, at), before)
        said = calendar_words.where(restored.title, start, scope)
    return await answered(request, form, Toast(f"{said} again."))


@router.post("/tasks/{task_id}/place")
async def place(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        moved = await CalendarMoves(scope).place(task_id, _times(form.values, scope)[0])
    return await answered(request, form, _toast(scope, moved))


@router.post("/events/{event_id}/move")
async def move_event(request: Request, event_id: RowId, at: At, form: FormValues) -> Response:
    """The times come with the form, or with the address where it is the way back."""
    async with writing(request) as scope:
        start, end = _times({**request.query_params, **form.values}, scope)
        said, was = await CalendarMoves(scope).move_event(event_id, at, start, end)
    known = {"at": start.isoformat(), "start_at": was[0].isoformat(), "end_at": was[1].isoformat()}
    return await answered(request, form, Toast(said, undo_url=f"/calendar/events/{event_id}/move?{urlencode(known)}"))


@router.post("/preview/blocks/{block_id}")
async def preview_move(request: Request, block_id: RowId, task: TaskId, at: At, form: FormValues) -> Response:
    async def act(scope: Scope) -> tuple[Applied, ...]:
        start, end = _times(form.values, scope)
        await CalendarMoves(scope).move(Shown(block_id, task, at), start, end)
        return ()

    return await _preview(request, task, act)


@router.post("/preview/tasks/{task_id}")
async def preview_place(request: Request, task_id: RowId, form: FormValues) -> Response:
    async def act(scope: Scope) -> tuple[Applied, ...]:
        await CalendarMoves(scope).place(task_id, _times(form.values, scope)[0])
        return ()

    return await _preview(request, task_id, act)


async def _preview(request: Request, task_id: int, act: Callable[[Scope], Awaitable[tuple[Applied, ...]]]) -> Response:
    """What a drop would move, in a sentence, or why it cannot be; nothing is written."""
    seconds = min(PREVIEW_SECONDS, settings_of(request).plan_seconds)
    try:
        found = await what_if.rehearsed(lambda: rehearsing(request), act, solver_of(request), seconds)
    except AppError as error:
        return JSONResponse({"text": error.message, "refused": True})
    return JSONResponse({"text": calendar_words.moves(found, task_id), "refused": False})


def _times(values: Mapping[str, str], scope: Scope) -> tuple[datetime, datetime | None]:
    """`start_at` and perhaps `end_at`, in the person's wall time or as instants."""
    fields = Fields(values, scope.now, scope.person.zone)
    start = fields.moment("start_at", FARTHEST_DAYS, "Say when it starts.")
    end = fields.moment("end_at", FARTHEST_DAYS, after=start)
    if fields.errors or start is None:
        raise InvalidInputError(" ".join(fields.errors.values()), fields.errors)
    return start, end


def _toast(scope: Scope, moved: Moved) -> Toast:
    """Where it is now, with the way back, and with the way to let it go."""
    block, before = moved.block, moved.before
    unpin_url = block_url("unpin", block.id, moved.task.id, block.start_at)
    said = f"{calendar_words.where(moved.task.title, block.start_at, scope)}, pinned."
    if before is None:
        return Toast(said, unpin_url=unpin_url)
    undo_url = block_url(
        "back",
        block.id,
        moved.task.id,
        block.start_at,
        start=before.start_at.isoformat(),
        end=before.end_at.isoformat(),
        source=before.source.value,
        pinned=int(before.pinned),
        minutes=before.duration_minutes,
        run=before.run_id,
    )
    return Toast(said, undo_url=undo_url, unpin_url=unpin_url)
