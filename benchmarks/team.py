"""A team at work: people who are signed in at two processes on one PostgreSQL, each with a page open, adding tasks.

The page is what a browser makes of it: its event stream, and after each event the redrawn regions of Today. This process asks
for all of them, on the same machine: what it needs itself is part of what is measured.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from benchmarks.checks import MANY, SECRET, team
from benchmarks.measure import LATENCY, Line, Section, latency
from db import Database
from models import Preferences, Role
from services import users
from services.hour_service import HourService
from services.hours_form import parse_set
from services.scope import Scope
from tests.e2e.server import AppServer
from tests.support.cast import Headers, arrive
from tests.support.databases import PostgresTemplates
from tests.support.stage import NO_MODEL, Stage, ada_and_eve

SETTLE_SECONDS = 120.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_WEEK = {f"{day}_{edge}_1": "00:00" for day in DAYS for edge in ("start", "end")}
FORM = {"HX-Request": "true"}
UNPLANNED = "SELECT count(*) FROM tasks t WHERE needs_scheduling OR NOT EXISTS (SELECT FROM blocks b WHERE b.task_id = t.id)"
DUE = "SELECT count(*) FROM run_leases WHERE due_seconds IS NOT NULL"


@dataclass
class Measured:
    """What came of it: seconds of each request, seconds from an added task to the page's event, and what went wrong."""

    added: list[float] = field(default_factory=list)
    redrawn: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Morning:
    """So many people work for so many seconds, with `pause` seconds, more or less, from one task of a person to the next."""

    people: int
    seconds: float
    pause: float


def people(morning: Morning) -> Section:
    """Let them work, and then the planner finish."""
    templates = PostgresTemplates(ada_and_eve)
    try:
        with tempfile.TemporaryDirectory(prefix="dayloom-bench-") as name, _pair(templates, Path(name)) as (url, servers):
            signed_in = asyncio.run(_gather(url, morning.people))
            measured = asyncio.run(_work(servers, signed_in, morning))
            begin = time.perf_counter()
            while _count(templates, url, DUE) and time.perf_counter() - begin < SETTLE_SECONDS:
                time.sleep(0.1)
            settled, unplanned = time.perf_counter() - begin, _count(templates, url, UNPLANNED)
            errors = measured.errors + [line for server in servers for line in server.complaints()]
    finally:
        templates.close()
    for error in errors[:5]:
        print(error)
    return Section(
        f"{morning.people} people at two processes and PostgreSQL, {morning.seconds:g} s",
        LATENCY,
        (
            latency("POST /tasks (the page's request)", measured.added, 0.2),
            latency("GET /today/regions after an event", measured.redrawn),
            latency("from the request to the page's event", measured.told),
            _none("errors", len(errors)),
            _none(f"tasks without a plan {settled:.1f} s later", unplanned),
        ),
        f"Each adds a task about every {morning.pause:g} s; this process asked for all of them on the same machine.",
    )


def _none(name: str, found: int) -> Line:
    return Line(name, ("", "", "", str(found)), "0", found == 0)


@contextmanager
def _pair(templates: PostgresTemplates, folder: Path) -> Iterator[tuple[str, tuple[AppServer, AppServer]]]:
    """Two processes with accounts."""
    url = templates.create()
    shared = {
        "DATABASE_URL": url.replace("postgresql+asyncpg://", "postgresql://"),
        "AUTH": "accounts",
        "SECRET_KEY": SECRET,
        "RATE_LIMIT": MANY,
        "LOG_LEVEL": "warning",
    }
    for name in ("first", "second"):
        (folder / name).mkdir()
    servers = AppServer(folder / "first", shared), AppServer(folder / "second", shared)
    try:
        for server in servers:
            server.start()
        yield url, servers
    finally:
        for server in servers:
            server.stop()
            server.client.close()


async def _gather(url: str, count: int) -> list[Headers]:
    """People who work around the clock, each with the cookie of their browser."""
    database = Database(url)
    stage = team(database, SECRET)
    try:
        return [await _join(stage, f"person{number}", Role.MEMBER if number else Role.OWNER) for number in range(count)]
    finally:
        await database.close()


async def _join(stage: Stage, name: str, role: Role) -> Headers:
    async with stage.database.session_scope() as session:
        user_id = await users.add_person(session, name, Preferences(timezone="Etc/UTC", model=NO_MODEL), stage.clock())
    async with stage.database.session_scope() as session:
        person = await users.get_person(session, stage.settings, user_id)
        await HourService(Scope(session, person, stage.clock(), stage.settings)).set_weekly(None, parse_set(WHOLE_WEEK).ranges)
    return (await arrive(stage, user_id, name, role)).headers


async def _work(servers: tuple[AppServer, AppServer], signed_in: list[Headers], morning: Morning) -> Measured:
    """Everybody opens their page, and then works."""
    measured = Measured()
    async with asyncio.TaskGroup() as group:
        for number, headers in enumerate(signed_in):
            group.create_task(_one(servers[number % 2].url, headers, measured, morning, random.Random(number)))
    return measured


async def _one(url: str, headers: Headers, measured: Measured, morning: Morning, rng: random.Random) -> None:
    """One person: the page is open while they add tasks, at moments of their own."""
    client = httpx2.AsyncClient(base_url=url, headers=dict(headers), timeout=30, trust_env=False)
    async with client:
        (await client.get("/")).raise_for_status()
        await _add(client, measured, morning, rng)


async def _add(client: httpx2.AsyncClient, measured: Measured, morning: Morning, rng: random.Random) -> None:
    async with _page(client, measured) as asked_at:
        number, end = 0, time.perf_counter() + morning.seconds
        await asyncio.sleep(rng.uniform(0, morning.pause))
        while time.perf_counter() < end:
            number += 1
            form = {"text": f"Errand {number} {number % 4 * 15 + 15}min", "token": secrets.token_hex(8)}
            begin = time.perf_counter()
            asked_at.append(begin)
            await _ask(client, "POST", "/tasks", measured.added, measured, data=form)
            await asyncio.sleep(rng.uniform(0.5, 1.5) * morning.pause)


@asynccontextmanager
async def _page(client: httpx2.AsyncClient, measured: Measured) -> AsyncIterator[list[float]]:
    """An open page; what is put into its list is when something was asked for whose event is awaited."""
    asked_at: list[float] = []
    showing = asyncio.create_task(_show(client, measured, asked_at))
    try:
        yield asked_at
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing


async def _show(client: httpx2.AsyncClient, measured: Measured, asked_at: list[float]) -> None:
    """Hear of changes, and have the page draw them."""
    is_changed = asyncio.Event()
    drawing = asyncio.create_task(_draw(client, measured, is_changed))
    try:
        async with client.stream("GET", "/stream", timeout=httpx2.Timeout(30, read=None)) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line != "event: changed":  # how far a run is moves a bar, and asks for nothing
                    continue
                if asked_at:
                    measured.told.append(time.perf_counter() - asked_at.pop())
                    asked_at.clear()
                is_changed.set()
    except httpx2.HTTPError as error:
        measured.errors.append(f"stream: {error!r}")
    finally:
        drawing.cancel()


async def _draw(client: httpx2.AsyncClient, measured: Measured, is_changed: asyncio.Event) -> None:
    """As the page has it (`hx-sync="queue last"`): one request at a time, and one more for all that was heard meanwhile."""
    while True:
        await is_changed.wait()
        is_changed.clear()
        await _ask(client, "GET", "/today/regions", measured.redrawn, measured)


async def _ask(
    client: httpx2.AsyncClient,
    method: str,
    path: str,
    samples: list[float],
    measured: Measured,
    data: dict[str, str] | None = None,
) -> None:
    begin = time.perf_counter()
    try:
        answer = await client.request(method, path, data=data, headers=FORM)
    except httpx2.HTTPError as error:
        measured.errors.append(f"{method} {path}: {error!r}")
        return
    samples.append(time.perf_counter() - begin)
    if answer.status_code != 200:
        measured.errors.append(f"{method} {path}: {answer.status_code}")


def _count(templates: PostgresTemplates, url: str, query: str) -> int:
    return int(str(templates.ask(url, query)[0][0]))
