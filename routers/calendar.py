"""The calendar: its page, what its grid draws, its regions as the event stream asks for them, and adding in it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from errors import InvalidInputError, NotFoundError
from routers.deps import Form, FormValues, Reading, is_htmx, parse_day, reading, writing
from routers.rendering import Toast, priority_level, redirect, render
from services.calendar import CalendarItem, CalendarService, CalendarView
from services.calendar_moves import CalendarMoves
from services.fields import Fields
from services.scope import Scope
from services.task_form import FARTHEST_DAYS
from services.wording import local_input

router = APIRouter(prefix="/calendar", include_in_schema=False)

LONGEST_MINUTES = 24 * 60
USUAL_MINUTES = 30
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Shown:
    """The view and the day that the page shows, so that its redraw shows the same."""

    view: CalendarView
    day: date | None

    @property
    def url(self) -> str:
        return f"/calendar?view={self.view}" + (f"&date={self.day}" if self.day else "")


def shown_in(values: Mapping[str, str], user_agent: str = "") -> Shown:
    """`view` and `date` of a query or a form; without a view a phone has the day, and all others the week.

    Raises NotFoundError for what is no view or no day.
    """
    view = values.get("view", "") or ("day" if "Mobi" in user_agent else "week")
    if view not in get_args(CalendarView):
        raise NotFoundError("There is no such view of the calendar.")
    return Shown(cast("CalendarView", view), parse_day(values.get("date", "")))


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    shown = shown_in(request.query_params, request.headers.get("user-agent", ""))
    page = await CalendarService(scope).page(shown.view, shown.day)
    offset = scope.now.astimezone(ZoneInfo(scope.person.zone)).isoformat()[-6:]
    return render(request, scope, "calendar/index.html", page="calendar", calendar=page, offset=offset)


@router.get("/items")
async def items(request: Request, scope: Reading) -> Response:
    """What the grid draws, in the person's wall time."""
    shown, zone = shown_in(request.query_params), ZoneInfo(scope.person.zone)
    service = CalendarService(scope)
    found = await service.contents(service.shown(shown.view, shown.day))
    return JSONResponse(
        {
            "items": [_item(item, zone) for item in found.items],
            "work": [{"start": _wall(low, zone), "end": _wall(high, zone)} for low, high in found.work],
        }
    )


@router.get("/regions")
async def regions(request: Request, scope: Reading) -> Response:
    return await redrawn(request, scope, shown_in(request.query_params))


@router.get("/new")
async def new(request: Request, scope: Reading) -> Response:
    """The form for a new task, at a time where one was pointed at."""
    fields = Fields(request.query_params, scope.now, scope.person.zone)
    start = fields.moment("start_at", FARTHEST_DAYS)
    end = fields.moment("end_at", FARTHEST_DAYS, after=start)
    minutes = int((end - start).total_seconds() // 60) if start and end and start < end else USUAL_MINUTES
    form = {
        "text": "",
        "start_at": local_input(start, scope.person.zone),
        "minutes": str(minutes) if start else "",
        "token": secrets.token_urlsafe(12),
    }
    return _dialog(request, scope, shown_in(request.query_params), form)


@router.post("/tasks")
async def create(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            fields = Fields(form.values, scope.now, scope.person.zone)
            text = fields.line("text", LONGEST_TEXT, "Say what is to be done, such as: call Ann.")
            start = fields.moment("start_at", FARTHEST_DAYS)
            minutes = fields.optional_whole("minutes", 1, LONGEST_MINUTES, "Say how many minutes it takes")
            if fields.errors:
                raise InvalidInputError("Some fields need another look.", fields.errors)
            task = await CalendarMoves(scope).add(text, start, minutes, form.submit_key)
    except InvalidInputError as error:
        async with reading(request) as scope:
            values = {name: form.values.get(name, "") for name in ("text", "start_at", "minutes", "token")}
            errors = error.fields or {"text": error.message}
            return _dialog(request, scope, shown_in(form.values), values, errors, error.status)
    said = f"“{task.title}” is pinned there." if start else f"Added “{task.title}”."
    return await answered(request, form, Toast(said, undo_url=None), "calendar/saved.oob.html")


async def redrawn(
    request: Request, scope: Scope, shown: Shown, *toasts: Toast, template: str = "calendar/regions.oob.html"
) -> Response:
    """The regions of the page as out-of-band fragments."""
    page = await CalendarService(scope).page(shown.view, shown.day)
    return render(request, scope, template, calendar=page, toasts=toasts)


async def answered(request: Request, form: Form, toast: Toast, template: str = "calendar/regions.oob.html") -> Response:
    """What an action answers once it is committed: the redrawn regions, or without scripts the page again."""
    shown = shown_in(form.values, request.headers.get("user-agent", ""))
    if not is_htmx(request):
        return redirect(shown.url, toast)
    async with reading(request) as scope:
        return await redrawn(request, scope, shown, toast, template=template)


def _dialog(
    request: Request,
    scope: Scope,
    shown: Shown,
    form: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        scope,
        "calendar/new.html",
        block="dialog" if is_htmx(request) else None,
        status=status,
        page="calendar",
        shown=shown,
        form=form,
        errors=errors or {},
    )


def _item(item: CalendarItem, zone: ZoneInfo) -> dict[str, object]:
    """One thing for the grid. `at` is its start as an instant, which moves send back: wall times may come twice."""
    start, end = item.start_at.astimezone(zone), item.end_at.astimezone(zone)
    if end.replace(tzinfo=None) <= start.replace(tzinfo=None):
        # An hour that the clock has twice: it is drawn, if only as a quarter.
        end = start + timedelta(minutes=15)
    return {
        "kind": item.kind,
        "id": item.id,
        "block": item.block_id,
        "title": item.title,
        "start": _wall(start, zone),
        "end": _wall(end, zone),
        "at": item.start_at.isoformat(),
        "status": item.status,
        "provisional": item.source == "provisional",
        "pinned": item.pinned,
        "level": priority_level(item.priority),
        "late": item.late_minutes,
        "reason": item.reason,
        "movable": item.can_move,
    }


def _wall(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"
