"""The event stream, over a real process: what changed, and what a page missed while it was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi import Request
from fastapi.sse import ServerSentEvent

from routers.stream import stream
from tests.e2e.server import AppServer
from tests.support.cast import Cast
from tests.support.pages import Site
from tests.support.stage import Stage

PATIENCE_SECONDS = 15


def events(server: AppServer, wanted: int, last_id: str | None = None, act: bool = False) -> list[tuple[str, str]]:
    """The first changes of a new stream, as (name, id)."""
    headers = {"Last-Event-ID": last_id} if last_id is not None else {}
    found: list[tuple[str, str]] = []
    event: dict[str, str] = {}
    with server.client.stream("GET", "/stream", headers=headers, timeout=PATIENCE_SECONDS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if act and line.startswith((":", "retry")):
                act = False
                server.post("/tasks", {"text": "Write 1h"})
            name, _, value = line.partition(":")
            if line:
                event[name] = value.strip()
            else:
                found += [(event["event"], event["id"])] if event.get("event") == "changed" else []
                event = {}
            if len(found) == wanted:
                return found
    raise AssertionError(f"the stream ended with {found}")


def test_changes_are_told(server: AppServer) -> None:
    """The task is added, then planned: two changes at the least, each with a higher number."""
    found = events(server, 2, act=True)
    assert {name for name, _ in found} == {"changed"}
    assert int(found[1][1]) > int(found[0][1])


def test_replay(server: AppServer) -> None:
    """A page that comes back with an old number hears at once that it is old; with the newest it hears nothing."""
    server.post("/tasks", {"text": "Write 1h"})
    started = time.monotonic()
    ((name, number),) = events(server, 1, last_id="0")
    assert name == "changed"
    assert int(number) > 0
    assert time.monotonic() - started < 5


def test_nonsense_as_number(server: AppServer) -> None:
    assert events(server, 1, last_id="9" * 30, act=True)


def test_stops_with_open_streams(server: AppServer) -> None:
    """A page that stays open does not keep the server from ending."""
    with server.client.stream("GET", "/stream", timeout=PATIENCE_SECONDS) as answer:
        next(answer.iter_lines())
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 10


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
