"""Who asks: the person behind a browser's cookie, a program's token or, without accounts, the one local person.

The database is asked each time, so that a session that was ended or a person who was disabled is out with the next request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config import Settings
from db import AsyncSession
from errors import UnauthenticatedError, UnavailableError
from models import Grant, Role
from repositories.accounts import AccountRepository, Known, SessionRepository
from repositories.tokens import ApiTokenRepository
from services import jwt_tokens, users
from services.door import NOWHERE, Visit, digest_of
from services.users import Person

API_TOKEN_PREFIX = "dl_"  # noqa: S105 - what tokens begin with
SEEN_EVERY = timedelta(hours=1)
"""How exactly it is known when a session was last used: a write for each request would cost more than it tells."""
SIGN_IN = "You are not signed in, or not any more. Sign in, then try again."
BAD_TOKEN = "This token is not valid, or its time is over."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of who asks: the secret of a cookie, or a token; and from where."""

    cookie: str | None = None
    token: str | None = None
    visit: Visit = NOWHERE


@dataclass(frozen=True, slots=True)
class Access:
    """How somebody was let in: as whom, what they may do, and the browser's session (None for programs)."""

    name: str = ""
    email: str = ""
    role: Role = Role.OWNER
    grant: Grant = Grant.ADMIN
    session_id: int | None = None
    token_id: int | None = None
    visit: Visit = NOWHERE

    @property
    def has_account(self) -> bool:
        """Whether there is somebody to sign out."""
        return bool(self.email)

    @property
    def runs_instance(self) -> bool:
        """Whether they may see and change the accounts of others."""
        return self.has_account and self.role is not Role.MEMBER and self.grant is Grant.ADMIN


LOCAL = Access()


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who was let in. With `until`, that they were here should be noted: their session now lasts until then."""

    person: Person
    access: Access
    until: datetime | None = None


async def identify(session: AsyncSession, settings: Settings, credentials: Credentials, now: datetime) -> Visitor:
    """Who asks. Raises UnauthenticatedError for nobody, UnavailableError before an instance without accounts has its person."""
    if not settings.has_accounts:
        person = await users.get_local_person(session, settings)
        if person is None:
            raise UnavailableError("Dayloom is still starting. Try again in a moment.")
        return Visitor(person, LOCAL)
    if credentials.token is not None:
        found = await _by_token(session, settings, credentials.token, now)
    else:
        found = await _by_cookie(session, settings, credentials.cookie, now)
    return replace(found, access=replace(found.access, visit=credentials.visit))


async def note_seen(session: AsyncSession, visitor: Visitor, now: datetime) -> None:
    """Remember that they were here."""
    user_id, access = visitor.person.id, visitor.access
    if access.token_id is not None:
        await ApiTokenRepository(session).note_seen(user_id, access.token_id, now)
    elif access.session_id is not None and visitor.until is not None:
        await SessionRepository(session).note_seen(user_id, access.session_id, now, visitor.until)


def expiry(settings: Settings, began_at: datetime, now: datetime) -> datetime:
    """When what began at `began_at` and is used now ends: unused for so long, or so long after it began."""
    return min(now + timedelta(days=settings.session_idle_days), began_at + timedelta(days=settings.session_absolute_days))


async def _by_cookie(session: AsyncSession, settings: Settings, cookie: str | None, now: datetime) -> Visitor:
    found = await AccountRepository(session).find_by_session(digest_of(cookie), now) if cookie else None
    if found is None:
        raise UnauthenticatedError(SIGN_IN)
    browser, known = found
    visitor = _visitor(known, settings, Grant.ADMIN, SIGN_IN)
    access = replace(visitor.access, session_id=browser.id)
    until = expiry(settings, browser.created_at, now) if now - browser.seen_at >= SEEN_EVERY else None
    return replace(visitor, access=access, until=until)


async def _by_token(session: AsyncSession, settings: Settings, token: str, now: datetime) -> Visitor:
    accounts = AccountRepository(session)
    if token.startswith(API_TOKEN_PREFIX):
        found = await accounts.find_by_api_token(digest_of(token), now)
        if found is None:
            raise UnauthenticatedError(BAD_TOKEN)
        row, known = found
        visitor = _visitor(known, settings, row.scope, BAD_TOKEN)
        is_stale = row.seen_at is None or now - row.seen_at >= SEEN_EVERY
        return replace(visitor, access=replace(visitor.access, token_id=row.id), until=row.expires_at if is_stale else None)
    claims = jwt_tokens.read(settings, token, jwt_tokens.ACCESS, now)
    by_id = await accounts.find_known(claims.user_id) if claims else None
    if by_id is None or claims is None:
        raise UnauthenticatedError(BAD_TOKEN)
    return _visitor(by_id, settings, claims.grant, BAD_TOKEN)


def _visitor(known: Known, settings: Settings, grant: Grant, refusal: str) -> Visitor:
    account, name, preferences = known[0], known[1], known[2]
    if account.disabled_at is not None:
        raise UnauthenticatedError(refusal)
    return Visitor(users.person_of(preferences, settings), Access(name, account.email, account.role, grant))
