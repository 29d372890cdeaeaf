"""The cast of an instance with accounts, each with what they bring along: cookies, tokens, or nothing that counts.

Ada owns it and eve is a member, as on every stage; the others stand for one reason each to be let in or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from fastapi import FastAPI

from models import Account, Grant, Preferences, Role
from repositories.accounts import AccountRepository
from services import users
from services.access import Access
from services.accounts import AccountService
from services.door import Door, digest_of
from services.own_account import OwnAccountService
from services.refresh_tokens import RefreshTokenService
from services.scope import Scope
from services.sign_in import SignInService
from tests.support.pages import ADDRESS, Site
from tests.support.stage import NO_MODEL, ZONE, Stage

COOKIE = "session"
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Member:
    """Somebody, and how they show who they are."""

    id: int
    email: str
    headers: Headers

    @property
    def cookie(self) -> str:
        return self.headers["Cookie"].partition("=")[2]


@dataclass
class Cast:
    """Everybody of an instance with accounts."""

    stage: Stage
    site: Site
    owner: Member
    admin: Member
    member: Member

    def browser(self, cookies: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
        """A browser of its own, which keeps its cookies and follows no redirect."""
        return browser_of(self.site.app, cookies)

    async def scope_of(self, scope: Scope, member: Member) -> Scope:
        """The scope as that person has it in their browser."""
        account = await AccountRepository(scope.session).get(member.id)
        assert account is not None
        person = await users.get_person(scope.session, scope.settings, member.id)
        found = await AccountRepository(scope.session).find_by_session(digest_of(member.cookie), scope.now)
        access = Access("somebody", account.email, account.role, session_id=found[0].id if found else None)
        return Scope(scope.session, person, scope.now, scope.settings, access)

    async def join(self, name: str, role: Role = Role.MEMBER) -> Member:
        """Somebody new who is signed in."""
        async with self.stage.database.session_scope() as session:
            preferences = Preferences(timezone=ZONE, model=NO_MODEL)
            user_id = await users.add_person(session, name, preferences, self.stage.clock())
        return await arrive(self.stage, user_id, name, role)

    async def again(self, member: Member) -> Member:
        """The same person in another browser."""
        return Member(member.id, member.email, await session_of(self.stage, member.id))

    async def disable(self, who: Member) -> None:
        """The owner shuts them out."""
        async with self.stage.writing(self.owner.id) as scope:
            await AccountService(await self.scope_of(scope, self.owner)).disable(who.id)

    async def api_token(self, who: Member, grant: Grant) -> Member:
        """The same person as a program with a token of that scope."""
        form = {"name": f"{grant.value} program", "scope": grant.value, "days": "30"}
        async with self.stage.writing(who.id) as scope:
            secret = await OwnAccountService(await self.scope_of(scope, who)).make_token(form)
        return Member(who.id, who.email, {"Authorization": f"Bearer {secret}"})

    async def link(self, who: Member) -> str:
        """The secret of a link that signs them in."""
        async with self.stage.database.session_scope() as session:
            door = Door(session, self.stage.clock(), self.stage.settings)
            url = await SignInService(door).make_link_for(who.email)
        assert url is not None
        return url.partition("token=")[2]

    async def pair(self, who: Member) -> tuple[str, str]:
        """An access and a refresh token."""
        async with self.stage.database.session_scope() as session:
            pair = await RefreshTokenService(Door(session, self.stage.clock(), self.stage.settings)).begin(who.id)
        return pair.access_token, pair.refresh_token


def browser_of(app: FastAPI, cookies: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
    """A browser that asks the application."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    browser = httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False)
    for name, value in (cookies or {}).items():
        browser.cookies.set(name, value, domain="127.0.0.1", path="/")
    return browser


async def gather(stage: Stage, site: Site) -> Cast:
    """Ada as the owner, eve as a member, and an admin."""
    owner = await arrive(stage, stage.ada, "ada", Role.OWNER)
    member = await arrive(stage, stage.eve, "eve", Role.MEMBER)
    cast = Cast(stage, site, owner, owner, member)
    cast.admin = await cast.join("amy", Role.ADMIN)
    return cast


async def arrive(stage: Stage, user_id: int, name: str, role: Role) -> Member:
    """An account for a person, and a browser in which they are signed in."""
    email = f"{name}@example.org"
    async with stage.database.session_scope() as session:
        now = stage.clock()
        account = Account(user_id=user_id, email=email, role=role, created_at=now, signed_in_at=now)
        await AccountRepository(session).add(account)
    return Member(user_id, email, await session_of(stage, user_id))


async def session_of(stage: Stage, user_id: int) -> Headers:
    """A new browser of theirs: the header by which it shows it."""
    async with stage.database.session_scope() as session:
        secret = await SignInService(Door(session, stage.clock(), stage.settings)).open_session(user_id, None)
    return {"Cookie": f"{COOKIE}={secret}"}


def over(stage: Stage) -> timedelta:
    """Longer than a session lasts unused."""
    return timedelta(days=stage.settings.session_idle_days, seconds=1)
