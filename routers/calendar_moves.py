"""Moving in the calendar: what a drop and the buttons of the list do, and the preview of a drop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
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
from services.event_moves import EventMoves, MovedEvent, ShownEvent
from services.events import Pin
from services.fields import Fields
from services.scope import Scope
from services.task_form import FARTHEST_DAYS

router = APIRouter(prefix="/calendar", include_in_schema=False)

TaskId = Annotated[int, Query(ge=1, le=LARGEST_ID)]
At = Annotated[AwareDatetime, Query()]
PREVIEW_SECONDS = 0.4
"""A preview is looked at while the hand is still moving, so it gets less time than a plan."""
MOST_PINS = 4
"""So many pins fit in an address that undoes; a move that lets go of more has no Undo, rather than half of one."""
_PIN = r"[1-9]\d{0,17}-\d{1,10}-[1-9]\d{0,6}"


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
    by: Literal["person", "rules", "assistant"],
    run: Annotated[int, Query(ge=0, le=LARGEST_ID)],
    form: FormValues,
) -> Response:
    async with writing(request) as scope:
        before = Place(start, end, pinned, source, minutes, by, run)
        restored = await CalendarMoves(scope).back(Shown(block_id, task, at), before)
        said = calendar_words.where(restored.title, start, scope)
    return await answered(request, form, Toast(f"{said} again."))


@router.post("/tasks/{task_id}/place")
async def place(request: Request, task_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        moved = await CalendarMoves(scope).place(task_id, _times(form.values, scope)[0])
    return await answered(request, form, _toast(scope, moved))


@router.post("/events/{event_id}/move")
async def move_event(
    request: Request,
    event_id: RowId,
    at: At,
    form: FormValues,
    pins: Annotated[str, Query(max_length=400, pattern=rf"^({_PIN}(\.{_PIN})*)?$")] = "",
) -> Response:
    """The times come with the form, or with the address where it is the way back; then `pins` are made again, each as the
    number of its task, the second of its start and its seconds."""
    async with writing(request) as scope:
        start, end = _times({**request.query_params, **form.values}, scope)
        again = [_pin(text) for text in pins.split(".") if text]
        moved = await EventMoves(scope).move(ShownEvent(event_id, at), start, end, again)
    return await answered(request, form, _event_toast(event_id, start, moved))


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
        by=before.duration_source,
        run=before.run_id,
    )
    return Toast(said, undo_url=undo_url, unpin_url=unpin_url)


def _event_toast(event_id: int, start_at: datetime, moved: MovedEvent) -> Toast:
    """What was moved, with the way back, on which the pins that it let go are made again."""
    if len(moved.released) > MOST_PINS:
        return Toast(moved.sentence)
    known = {"at": start_at.isoformat(), "start_at": moved.was[0].isoformat(), "end_at": moved.was[1].isoformat()}
    known |= {"pins": ".".join(map(_packed, moved.released))} if moved.released else {}
    return Toast(moved.sentence, undo_url=f"/calendar/events/{event_id}/move?{urlencode(known)}")


def _packed(pin: Pin) -> str:
    return f"{pin.task_id}-{int(pin.start_at.timestamp())}-{int((pin.end_at - pin.start_at).total_seconds())}"


def _pin(text: str) -> Pin:
    task_id, second, seconds = map(int, text.split("-"))
    start_at = datetime.fromtimestamp(second, UTC)
    return Pin(task_id, start_at, start_at + timedelta(seconds=seconds))
