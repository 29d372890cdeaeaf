"""Fixtures of all tests: databases on both engines, the cast, the application (over ASGI, as a process), the model."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app import COLLECTED_AFTER, create_app, equip
from db import Database
from tests.e2e.server import AppServer
from tests.support.cast import Cast, gather
from tests.support.databases import PostgresTemplates, SqliteTemplates, Templates, UnavailableEngineError, is_ci
from tests.support.model_server import ModelServer
from tests.support.pages import ADDRESS, Site
from tests.support.stage import ADA, EVE, Clock, Stage, ada_and_eve, settings_for

ENGINES = ("sqlite", "postgresql")


def pytest_configure() -> None:
    """Nothing that is collected goes: it need not be looked through for garbage."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that at the end no worker is left alone with one."""
    items.sort(key=lambda item: "guarantees" not in item.path.parts)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, as in `app`: to look through it again and again for cycles took an eighth of the time."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 20, 20)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"), ada_and_eve)


@pytest.fixture(scope="session")
def postgresql_templates() -> Iterator[PostgresTemplates]:
    """A PostgreSQL for this session; where there is none, its tests are skipped, but not in CI."""
    try:
        templates = PostgresTemplates(ada_and_eve)
    except UnavailableEngineError as error:
        if is_ci():
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield templates
    templates.close()


@pytest.fixture(params=ENGINES)
def templates(request: pytest.FixtureRequest) -> Templates:
    """Both engines, one after the other."""
    found: Templates = request.getfixturevalue(f"{request.param}_templates")
    return found


@pytest.fixture
def database_url(templates: Templates, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database: with ada and eve where the test has a stage, else empty."""
    url = templates.create("people" if "stage" in request.fixturenames else "tables")
    yield url
    templates.drop(url)


@pytest.fixture
def clock() -> Clock:
    """Monday 23 November 2026, 09:00 in Berlin."""
    return Clock()


@pytest.fixture(scope="session")
async def databases() -> AsyncIterator[dict[str, Database]]:
    """Those of the tests before, by URL, with the statements that they have compiled."""
    found: dict[str, Database] = {}
    yield found
    for database in found.values():
        await database.close()


@pytest.fixture
async def database(database_url: str, databases: dict[str, Database]) -> AsyncIterator[Database]:
    """On PostgreSQL it keeps its connections, and what they have prepared, for the test after; SQLite has another file then."""
    if database_url not in databases:
        databases[database_url] = Database(database_url)
    database = databases[database_url]
    yield database
    database.listeners.clear()
    await end_what_is_left()
    if database.is_sqlite:
        await database.close()


async def end_what_is_left() -> None:
    """Cancel the tasks that a test has begun and not awaited, as the end of a loop does."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture
async def stage(database: Database, clock: Clock) -> Stage:
    """Ada, who is this instance's person, and eve, who must see nothing of hers."""
    return Stage(database, settings_for(database.url), clock, ADA, EVE)


@pytest.fixture(scope="session")
def apps() -> dict[str, FastAPI]:
    """Those of the tests before, by the URL of their database, with the routes that they have built."""
    return {}


@pytest.fixture
async def site(stage: Stage, apps: dict[str, FastAPI]) -> AsyncIterator[Site]:
    """The application without its background: what a request does by itself. `stage.planned()` does the rest."""
    if stage.database.url not in apps:
        apps[stage.database.url] = create_app(stage.settings, stage.clock)
    app = apps[stage.database.url]
    app.middleware_stack = None  # it counts requests, and is made anew with the first one
    equip(app, stage.settings, stage.database, stage.clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
        yield Site(app, http)
    await app.state.solver.close()


@pytest.fixture
async def cast(stage: Stage, apps: dict[str, FastAPI]) -> AsyncIterator[Cast]:
    """The application with accounts: ada owns it, eve is a member, amy an admin; each signed in."""
    stage.settings = settings_for(stage.database.url, auth="accounts", rate_limit="100000/minute")
    key = f"accounts in {stage.database.url}"
    if key not in apps:
        apps[key] = create_app(stage.settings, stage.clock)
    app = apps[key]
    app.middleware_stack = None
    equip(app, stage.settings, stage.database, stage.clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
        yield await gather(stage, Site(app, http))
    await app.state.mailer.settle()
    await app.state.solver.close()


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """The scripted model."""
    with ModelServer() as server:
        yield server


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., AppServer]]:
    """Starts `cli.py serve` on a migrated database, with more of the environment by name."""
    running: list[AppServer] = []

    def start(url: str, **environment: str) -> AppServer:
        folder = tmp_path / f"server-{len(running)}"
        folder.mkdir()
        server = AppServer(folder, {"DATABASE_URL": as_environment(url), "TIMEZONE": "Europe/Berlin", **environment})
        running.append(server)
        server.start()
        return server

    yield start
    for server in running:
        server.stop()
        server.client.close()


@pytest.fixture
def server(database_url: str, start_server: Callable[..., AppServer]) -> AppServer:
    """The product as a process, on both engines."""
    return start_server(database_url)


def as_environment(url: str) -> str:
    """An async URL as people write it."""
    return url.replace("sqlite+aiosqlite://", "sqlite://").replace("postgresql+asyncpg://", "postgresql://")
