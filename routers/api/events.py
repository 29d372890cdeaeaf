"""Busy times as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from errors import InvalidInputError
from routers.api.documented import CREATED, errors
from routers.api.etags import IfMatch, refuse_stale, tag
from routers.api.schemas import Example, Instant, Schema
from routers.deps import Reading, RowId, writing
from services import events
from services.events import EventEdit, EventService, Saved
from services.scope import Scope

router = APIRouter(tags=["events"])

USUAL_DAYS, MOST_DAYS = 31, 366
EXAMPLE: Example = {"title": "Standup", "start": "2026-11-24T08:30:00Z", "end": "2026-11-24T08:45:00Z"}


class EventOut(Schema):
    """A busy time that the planner may not touch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": 4, **EXAMPLE, "version": 1}]})

    id: int
    title: str
    start: Annotated[AwareDatetime, Field(validation_alias="start_at")]
    end: Annotated[AwareDatetime, Field(validation_alias="end_at")]
    version: int


class EventSavedOut(EventOut):
    """A stored busy time, and the titles of the tasks that were pinned to its time and no longer are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "id": 4, "version": 1, "unpinned": ["Report"]}]})

    unpinned: tuple[str, ...] = ()


class EventIn(BaseModel):
    """A new busy time, of 31 days at most."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    title: Annotated[str, Field(max_length=1000)]
    start: AwareDatetime
    end: AwareDatetime


class EventPatch(BaseModel):
    """What is to change of a busy time; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"end": "2026-11-24T09:00:00Z"}]})

    title: Annotated[str, Field(max_length=1000)] = ""
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


@router.get("/events")
async def list_events(
    scope: Reading,
    since: Annotated[Instant | None, Query(description="From this instant on; the present when left out.")] = None,
    until: Annotated[Instant | None, Query(description="Up to this instant; 31 days later when left out.")] = None,
) -> tuple[EventOut, ...]:
    """The busy times that touch a span of at most 366 days, by start."""
    begin = since or scope.now
    end = until or begin + timedelta(days=USUAL_DAYS)
    if not timedelta(0) < end - begin <= timedelta(days=MOST_DAYS):
        sentence = f"The span ends after it begins, at most {MOST_DAYS} days later."
        raise InvalidInputError(sentence, {"until": sentence})
    return tuple(EventOut.model_validate(event) for event in await EventService(scope).list_between(begin, end))


@router.post("/events", status_code=status.HTTP_201_CREATED, responses=CREATED)
async def create_event(request: Request, response: Response, event: EventIn) -> EventSavedOut:
    """Add a busy time; the plan goes around it, and what was pinned there is let go."""
    async with writing(request) as scope:
        saved = await EventService(scope).add(_edit(scope, _form(event.title, event.start, event.end)))
    response.headers["Location"] = f"/api/v1/events/{saved.event.id}"
    return _saved(response, saved)


@router.get("/events/{event_id}", responses=errors(404))
async def get_event(scope: Reading, response: Response, event_id: RowId) -> EventOut:
    """One busy time."""
    event = EventOut.model_validate(await EventService(scope).get(event_id))
    tag(response, event.version)
    return event


@router.patch("/events/{event_id}", responses=errors(404, 409, 412))
async def change_event(
    request: Request, response: Response, event_id: RowId, patch: EventPatch, wanted: IfMatch
) -> EventSavedOut:
    """Change what is sent of a busy time; the plan follows."""
    async with writing(request) as scope:
        service = EventService(scope)
        await scope.lock()
        stored = await service.get(event_id)
        refuse_stale(stored.version, wanted)
        title = patch.title if "title" in patch.model_fields_set else stored.title
        form = _form(title, patch.start or stored.start_at, patch.end or stored.end_at)
        saved = await service.edit(event_id, _edit(scope, {**form, "version": str(stored.version)}))
    return _saved(response, saved)


@router.delete("/events/{event_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 412))
async def delete_event(request: Request, event_id: RowId, wanted: IfMatch) -> None:
    """Remove a busy time; its time is free again."""
    async with writing(request) as scope:
        await scope.lock()
        refuse_stale((await EventService(scope).get(event_id)).version, wanted)
        await EventService(scope).delete(event_id)


def _form(title: str, start: datetime, end: datetime) -> dict[str, str]:
    return {"title": title, "start_at": start.isoformat(), "end_at": end.isoformat()}


def _edit(scope: Scope, form: Mapping[str, str]) -> EventEdit:
    """The form's rules, with what is at fault by the API's names."""
    try:
        return events.parse(form, scope.now, scope.person.zone)
    except InvalidInputError as error:
        raise InvalidInputError(
            error.message, {name.removesuffix("_at"): told for name, told in error.fields.items()}
        ) from None


def _saved(response: Response, saved: Saved) -> EventSavedOut:
    event = saved.event
    tag(response, event.version)
    columns = {name: getattr(event, name) for name in ("id", "title", "start_at", "end_at", "version")}
    return EventSavedOut.model_validate({**columns, "unpinned": saved.unpinned})
