"""The product as a process, on both engines: it serves, it tells pages what changed and what they missed, and it stops."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.conftest import ENGINES, as_environment
from tests.e2e.server import AppServer
from tests.support.databases import Templates

PATIENCE_SECONDS = 15


@pytest.fixture(scope="module", params=ENGINES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One process for each engine: a start takes longer than all that is asked of it here."""
    templates: Templates = request.getfixturevalue(f"{request.param}_templates")
    url = templates.create()
    server = AppServer(tmp_path_factory.mktemp("serve"), {"DATABASE_URL": as_environment(url), "TIMEZONE": "Europe/Berlin"})
    yield server
    server.stop()
    server.client.close()
    templates.drop(url)


@pytest.fixture
def server(shared: AppServer) -> AppServer:
    """It runs, whatever the test before has done to it."""
    if not shared.is_running:
        shared.start()
    return shared


def test_serves(server: AppServer) -> None:
    assert server.client.get("/healthz").json() == {"status": "ok"}
    assert server.client.get("/readyz").json() == {"status": "ok"}
    assert "Server" not in server.client.get("/").headers


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
