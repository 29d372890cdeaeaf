"""Who asks, by what a request brings along; and the unit of work of whoever is not signed in yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from fastapi import Request

from config import Settings
from db import AsyncSession, Database
from errors import ForbiddenError, NotFoundError
from models import Grant
from routers.origins import SAFE_METHODS, is_api, is_cross_site
from services import access
from services.access import Credentials, Visitor
from services.door import Door, Visit

NO_ACCOUNTS = "Nobody signs in here: this Dayloom belongs to whoever reaches it (AUTH=local)."
ONLY_READ = "This token may only read."
Thing = TypeVar("Thing")
OfRequest = Callable[[Request], Thing]
"""One of the things that `app.equip` gives the application."""


async def identified(request: Request, session: AsyncSession) -> Visitor:
    """Who asks. Raises UnauthenticatedError for nobody, ForbiddenError for a token that may only read and wants more."""
    visitor = await access.identify(session, settings_of(request), credentials_of(request), now_of(request))
    if visitor.access.grant is Grant.READ and request.method not in SAFE_METHODS:
        raise ForbiddenError(ONLY_READ)
    return visitor


def credentials_of(request: Request) -> Credentials:
    """What the request says of who asks. Programs have tokens and pages have cookies: a token opens no page, and of the API a
    cookie opens only what pages of this very site ask for."""
    headers, cookie = request.headers, request.cookies.get(cookie_name(settings_of(request)))
    if not is_api(request.url.path):
        return Credentials(cookie=cookie, visit=visit_of(request))
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return Credentials(token=token.strip() if scheme.lower() == "bearer" else "", visit=visit_of(request))
    is_foreign = is_cross_site(headers, headers.get("host", "").lower())
    return Credentials(cookie=None if is_foreign else cookie, visit=visit_of(request))


def cookie_name(settings: Settings) -> str:
    """The session's cookie: over TLS with the prefix by which browsers take it from this host alone."""
    return "__Host-session" if settings.is_https else "session"


def visit_of(request: Request) -> Visit:
    """From where somebody asks."""
    return Visit(request.client.host if request.client else "", request.headers.get("user-agent", ""))


@asynccontextmanager
async def at_door(request: Request) -> AsyncIterator[Door]:
    """A unit of work of nobody yet. Raises NotFoundError where nobody signs in."""
    refuse_without_accounts(request)
    async with database_of(request).session_scope() as session:
        yield Door(session, now_of(request), settings_of(request), visit_of(request))


@asynccontextmanager
async def before_door(request: Request) -> AsyncIterator[Door]:
    """The same, only to look: it never waits for a writer."""
    refuse_without_accounts(request)
    async with database_of(request).read_scope() as session:
        yield Door(session, now_of(request), settings_of(request), visit_of(request))


def refuse_without_accounts(request: Request) -> None:
    """Raise NotFoundError where nobody signs in."""
    if not settings_of(request).has_accounts:
        raise NotFoundError(NO_ACCOUNTS)


settings_of: OfRequest[Settings] = attrgetter("app.state.settings")
database_of: OfRequest[Database] = attrgetter("app.state.database")


def now_of(request: Request) -> datetime:
    """The one now of this request."""
    now: datetime = request.app.state.clock()
    return now
