"""The event stream of an open page: it says that something changed, and the page asks for what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from errors import UnauthenticatedError, UnavailableError
from routers.deps import hub_of, reading
from services.revisions import current_revision

router = APIRouter(include_in_schema=False)

LOOK_SECONDS = 5.0
"""A session ends by the clock too, which wakes nobody; and a wake may be lost."""


@router.get("/stream", response_class=EventSourceResponse)
async def stream(request: Request, last_event_id: Annotated[str | None, Header()] = None) -> AsyncIterator[ServerSentEvent]:
    """`changed` events numbered by the revision of the person's things; a reconnecting page misses nothing. `planning` events
    say how far a planning run of this process is, in percent."""
    hub = hub_of(request)
    async with reading(request) as scope:
        user_id, revision = scope.person.id, await current_revision(scope)
    seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else revision
    woken, percent = hub.listen(user_id), None
    hub.told[user_id] = revision
    try:
        yield ServerSentEvent(comment="listening", retry=2000)
        while True:
            if revision != seen:
                seen = revision
                yield ServerSentEvent(raw_data=str(revision), event="changed", id=str(revision))
            if percent != hub.percent.get(user_id):
                percent = hub.percent.get(user_id)
                yield ServerSentEvent(raw_data=str(percent or ""), event="planning")
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await woken.wait()
            except TimeoutError:
                pass
            if hub.is_closing:
                return
            woken.clear()
            try:
                async with reading(request) as scope:
                    revision = hub.told[user_id] = await current_revision(scope)
            except UnauthenticatedError:
                return  # the session has ended: the page asks again, and is told
            except UnavailableError:
                continue  # the database is away for a moment; the page is as new as it can be
    finally:
        hub.leave(user_id, woken)
