"""The event stream as an application meets it; tests/test_serve.py has it over a real process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi import Request
from fastapi.sse import ServerSentEvent

from routers.stream import stream
from tests.support.cast import Cast
from tests.support.pages import Site
from tests.support.stage import Stage

PATIENCE_SECONDS = 15


class TestAccounts:
    """A stream belongs to a session, and ends with it."""

    async def test_ends_when_shut_out(self, cast: Cast) -> None:
        request = Request(
            {
                **{"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "app": cast.site.app},
                "headers": [(name.lower().encode(), value.encode()) for name, value in cast.member.headers.items()],
            }
        )
        cast.stage.database.listeners.append(cast.site.app.state.hub.wake)
        told = [event async for event in shut_out_at_first(stream(request, None), cast)]
        assert [event.event for event in told] == [None]


async def shut_out_at_first(events: AsyncIterator[ServerSentEvent], cast: Cast) -> AsyncIterator[ServerSentEvent]:
    """The stream's events; with the first of them its person is shut out."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in events:
            yield event
            await cast.disable(cast.member)


async def test_tells_how_far_the_planner_is(site: Site, stage: Stage) -> None:
    """To the pages of its person alone, and that it has ended; it is no change, and has no number."""
    hub = site.app.state.hub
    base = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": [], "app": site.app}
    events = stream(Request(base), None)
    assert isinstance(events, AsyncGenerator)
    assert (await anext(events)).comment == "listening"
    hub.tell(stage.eve, 90)
    hub.tell(stage.ada, 40)
    told = await anext(events)
    hub.tell(stage.ada, None)
    hub.wake(stage.ada)
    ended = await anext(events)
    assert [(event.event, event.raw_data, event.id) for event in (told, ended)] == [
        ("planning", "40", None),
        ("planning", "", None),
    ]
    await events.aclose()
