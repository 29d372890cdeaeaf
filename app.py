"""The web process: lifespan, middleware, routers, error handlers and static files. No routes."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

import logs
from assistant.gateway import Gateway, warm
from config import Settings, get_settings
from db import Database
from outbound import Outbound
from planning.process import SolverProcess
from routers import (
    account,
    ai_log,
    blocks,
    calendar,
    calendar_moves,
    chat,
    data,
    docs,
    events,
    health,
    history,
    hours,
    insights,
    installation,
    look,
    oidc,
    palette,
    parts,
    people,
    plan,
    projects,
    reminders,
    saved_filters,
    series,
    settings,
    sign_in,
    stream,
    task_list,
    tasks,
    today,
    welcome,
)
from routers.api import RESOURCES, auth
from routers.api import tasks as api_tasks
from routers.api.documented import COMMON, DESCRIPTION, errors
from routers.api.etags import EntityTags
from routers.assets import Assets
from routers.cors import ApiCors
from routers.deps import signed_in
from routers.errors import register
from routers.limits import RateLimit
from routers.middleware import Guard
from scheduler import Scheduler
from services.beginning import begin
from services.chat_turns import ChatTurns
from services.efforts import Efforts
from services.limits import Counter, counters_of_attempts, counters_of_requests
from services.mailer import Mailer
from services.runs import Runner
from services.signals import Hub
from services.watch import Watch

log = logging.getLogger(__name__)

PAGES = (
    today,
    calendar,
    calendar_moves,
    chat,
    task_list,
    saved_filters,
    tasks,
    series,
    parts,
    blocks,
    plan,
    projects,
    events,
    settings,
    look,
    oidc,
    palette,
    welcome,
    hours,
    data,
    ai_log,
    history,
    insights,
    account,
    people,
    reminders,
    stream,
)
"""They are for whoever is signed in."""
OPEN = (sign_in, oidc, installation, health, docs)
"""They are for everybody, and read nothing of anybody."""
API, AUTH = "/api/v1", "/auth"
SEVERAL = "Another process serves this SQLite database too: RATE_LIMIT counts in each of them. PostgreSQL is for several."
COLLECTED_AFTER = 20_000
"""Things made before cycles are looked for among them: a page makes more than Python's 700, and nearly all go by themselves."""
SHOWN_AS_BEARER = HTTPBearer(
    auto_error=False, description="An access token of `POST /auth/token`, or a token made in Settings."
)
"""It is for the description alone: `signed_in` decides."""


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] | None = None) -> FastAPI:
    """The application. `clock` tells the time to everything in it; tests hand in their own."""
    settings = settings or get_settings()
    logs.configure(settings.log_format, settings.log_level)
    app = FastAPI(
        title="Dayloom",
        version="1",
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    database = Database(settings.database_url, settings.database_pool_size)
    equip(app, settings, database, clock or (lambda: datetime.now(UTC)))
    # The last one is asked first: who may ask, from which page, how often; then what is answered, packed small.
    app.add_middleware(EntityTags)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    app.add_middleware(RateLimit, rate=settings.rate_limit)
    if settings.cors_origins:
        app.add_middleware(ApiCors, origins=settings.cors_origins)
    app.add_middleware(Guard, hosts=_hosts(settings), is_open=not settings.is_loopback, origins=settings.cors_origins)
    # A request is compared with one route after the other: files and the API, whose answers are soon made, come before pages.
    app.mount("/static", Assets(), name="static")
    app.include_router(auth.router, prefix=AUTH, responses=errors(422, 429, 500, 503))
    known = [Depends(signed_in), Depends(SHOWN_AS_BEARER)]
    for resource in RESOURCES:
        app.include_router(resource, prefix=API, dependencies=known, responses=errors(*COMMON))
    in_path = [*known, Depends(api_tasks.user_in_path)]
    app.include_router(api_tasks.basics, prefix=API + "/{user_id}", dependencies=in_path, responses=errors(*COMMON))
    for page in OPEN:
        app.include_router(page.router)
    for page in PAGES:
        app.include_router(page.router, dependencies=[Depends(signed_in)])
    register(app)
    return app


def equip(app: FastAPI, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
    """Give the application what its requests work with."""
    state = app.state
    state.settings, state.database, state.clock = settings, database, clock
    state.gateway = Gateway(outbound=Outbound(settings.outbound))
    state.solver, state.hub = SolverProcess(), Hub()
    state.efforts = Efforts(state.hub.tell)
    state.turns = ChatTurns(database, settings, state.gateway, state.solver, clock)
    state.mailer, state.redis = Mailer(settings), None
    shared: list[Counter] = []
    if url := settings.redis_url.get_secret_value():
        from services.redis_link import RedisCounter, RedisLink

        state.redis = RedisLink(url, state.hub)
        shared.append(RedisCounter(state.redis))
    state.requests, state.attempts = counters_of_requests(database, *shared), counters_of_attempts(database, *shared)


def _operation_id(route: APIRoute) -> str:
    """The function's name; the second address of the same function says so."""
    return f"{route.name}_by_user" if "{user_id}/" in route.path_format else route.name


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Everything slow starts in the background: the first page does not wait for the model's or the solver's libraries."""
    state = app.state
    runner = Runner(state.database, state.settings, state.gateway, state.solver, state.clock, state.efforts)
    scheduler = Scheduler(runner, state.settings.poll_seconds)
    state.database.listeners += [state.hub.wake, scheduler.wake]
    watch = Watch(state.database, state.hub, lambda: not (state.redis and state.redis.is_up))
    background = [asyncio.create_task(_begin(app, scheduler)), asyncio.create_task(watch.run())]
    if state.redis:
        state.database.listeners.append(state.redis.tell)
        background.append(asyncio.create_task(state.redis.run()))
    try:
        yield
    finally:
        state.hub.close()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await scheduler.stop()
        await state.turns.close()
        await state.mailer.settle()
        await state.solver.close()
        await state.database.close()


async def _begin(app: FastAPI, scheduler: Scheduler) -> None:
    state, told = app.state, ""
    while isinstance(begun := await begin(state.database, state.settings, state.clock()), str):
        if begun != told:  # once, and not each time that it is tried
            log.error("%s", begun)
        told = begun
        await asyncio.sleep(state.settings.poll_seconds)
    _tell_way_in(state.settings, begun.setup_link)
    if not state.database.claim():
        log.warning(SEVERAL)
    scheduler.start()
    # DSPy only where a model is in use: it takes half a second and 24 MB, and a first call loads it too.
    loads = [state.solver.start(), *([asyncio.to_thread(warm)] if begun.person.uses_model else [])]
    for result in await asyncio.gather(*loads, return_exceptions=True):
        if isinstance(result, Exception):
            log.warning("Something did not start, and will be tried again when it is needed: %s", result)
    gc.freeze()  # what is loaded by now stays, and is left out of each search for what may go
    gc.set_threshold(COLLECTED_AFTER)


def _tell_way_in(settings: Settings, setup_link: str | None) -> None:
    """Whoever reads the log of an instance that nobody owns may take it."""
    if setup_link is not None:
        log.warning("Nobody owns this Dayloom yet. Open this link to set it up (once, within 24 hours): %s", setup_link)
    if settings.has_accounts and not settings.is_https and not settings.is_loopback:
        log.warning("PUBLIC_URL is not https: whoever listens on the network can act as those who sign in.")


def _hosts(settings: Settings) -> frozenset[str]:
    """The names under which this server may be asked: others are a page that plays tricks with DNS."""
    public = settings.url.partition("://")[2].partition("/")[0]
    name = public.rsplit(":", 1)[0] if not public.endswith("]") else public
    return frozenset({name.lower(), settings.host, "localhost", "127.0.0.1", "[::1]"})
