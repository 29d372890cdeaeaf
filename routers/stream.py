"""The event stream of an open page: it says that something changed, and the page asks for what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from errors import UnauthenticatedError
from routers.deps import hub_of, reading
from services.revisions import current_revision

router = APIRouter(include_in_schema=False)

LOOK_SECONDS = 5.0
"""Another process may have changed something, and its wake does not reach this one."""


@router.get("/stream", response_class=EventSourceResponse)
async def stream(request: Request, last_event_id: Annotated[str | None, Header()] = None) -> AsyncIterator[ServerSentEvent]:
    """`changed` events numbered by the revision of the person's things; a reconnecting page misses nothing."""
    hub = hub_of(request)
    async with reading(request) as scope:
        user_id, revision = scope.person.id, await current_revision(scope)
    seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else revision
    woken = hub.listen(user_id)
    try:
        yield ServerSentEvent(comment="listening", retry=2000)
        while not hub.is_closing:
            if revision != seen:
                seen = revision
                yield ServerSentEvent(raw_data=str(revision), event="changed", id=str(revision))
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await woken.wait()
            except TimeoutError:
                pass
            woken.clear()
            try:
                async with reading(request) as scope:
                    revision = await current_revision(scope)
            except UnauthenticatedError:
                return  # the session has ended: the page asks again, and is told
    finally:
        hub.leave(user_id, woken)
