"""Accounts, and who a secret belongs to: statements only. Signing in asks for people before it knows who asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, Select, bindparam, delete, func, select, update

from db import AsyncSession
from models import Account, ApiToken, BrowserSession, Preferences, Role, User

Known = Row[Account, str, Preferences]
"""An account with its person's name and preferences."""


class AccountRepository:
    """Reads and writes of accounts."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, account: Account) -> None:
        self.session.add(account)
        await self.session.flush()

    async def get(self, user_id: int) -> Account | None:
        return await self.session.scalar(select(Account).where(Account.user_id == user_id))

    async def find_by_email(self, email: str) -> Account | None:
        """Whose address it is, folded."""
        return await self.session.scalar(select(Account).where(Account.email == email))

    async def find_known(self, user_id: int) -> Known | None:
        """The person of that id."""
        return (await self.session.execute(_BY_ID, {"user_id": user_id})).one_or_none()

    async def find_by_session(self, digest: str, now: datetime) -> tuple[BrowserSession, Known] | None:
        """Whose browser it is, unless its time is over."""
        row = (await self.session.execute(_BY_SESSION, {"digest": digest, "now": now})).one_or_none()
        return (row[3], row) if row else None

    async def find_by_api_token(self, digest: str, now: datetime) -> tuple[ApiToken, Known] | None:
        """Whose token it is, unless its time is over."""
        row = (await self.session.execute(_BY_API_TOKEN, {"digest": digest, "now": now})).one_or_none()
        return (row[3], row) if row else None

    async def list_everybody(self) -> Sequence[tuple[Account, str]]:
        """All accounts with the names of their people, in the order in which they came."""
        statement = select(Account, User.name).join(User, User.id == Account.user_id).order_by(Account.user_id)
        return [(account, name) for account, name in await self.session.execute(statement)]

    async def has_owner(self) -> bool:
        """Whether somebody has set this instance up."""
        return await self.session.scalar(select(Account.user_id).where(Account.role == Role.OWNER).limit(1)) is not None

    async def count_other_owners(self, user_id: int) -> int:
        """Owners beside this one who may sign in."""
        where = (Account.role == Role.OWNER, Account.disabled_at.is_(None), Account.user_id != user_id)
        return await self.session.scalar(select(func.count()).where(*where)) or 0


class SessionRepository:
    """Reads and writes of the browsers in which one person is signed in."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, browser: BrowserSession) -> None:
        self.session.add(browser)
        await self.session.flush()

    async def list_all(self, user_id: int, now: datetime) -> Sequence[BrowserSession]:
        """Those whose time is not over, the last used first."""
        where = (BrowserSession.user_id == user_id, BrowserSession.expires_at > now)
        order = (BrowserSession.seen_at.desc(), BrowserSession.id.desc())
        return (await self.session.scalars(select(BrowserSession).where(*where).order_by(*order))).all()

    async def note_seen(self, user_id: int, session_id: int, now: datetime, expires_at: datetime) -> None:
        where = (BrowserSession.user_id == user_id, BrowserSession.id == session_id)
        await self.session.execute(update(BrowserSession).where(*where).values(seen_at=now, expires_at=expires_at))

    async def end(self, user_id: int, session_id: int) -> bool:
        """End one; whether it was there."""
        where = (BrowserSession.user_id == user_id, BrowserSession.id == session_id)
        return (await self.session.scalar(delete(BrowserSession).where(*where).returning(BrowserSession.id))) is not None

    async def end_by_digest(self, digest: str) -> None:
        """End the one that a browser has brought along, whosever it is."""
        await self.session.execute(delete(BrowserSession).where(BrowserSession.digest == digest))

    async def end_all(self, user_id: int, but: int | None = None) -> None:
        """End all of them, or all others."""
        where = [BrowserSession.user_id == user_id] + ([BrowserSession.id != but] if but else [])
        await self.session.execute(delete(BrowserSession).where(*where))

    async def delete_over(self, user_id: int, now: datetime) -> None:
        """Forget those whose time is over."""
        where = (BrowserSession.user_id == user_id, BrowserSession.expires_at <= now)
        await self.session.execute(delete(BrowserSession).where(*where))


_KNOWN: Select[Account, str, Preferences] = (
    select(Account, User.name, Preferences)
    .join(User, User.id == Account.user_id)
    .join(Preferences, Preferences.user_id == Account.user_id)
)
_BY_ID = _KNOWN.where(Account.user_id == bindparam("user_id"))
_BY_SESSION = (
    _KNOWN.add_columns(BrowserSession)
    .join(BrowserSession, BrowserSession.user_id == Account.user_id)
    .where(BrowserSession.digest == bindparam("digest"), BrowserSession.expires_at > bindparam("now"))
)
_BY_API_TOKEN = (
    _KNOWN.add_columns(ApiToken)
    .join(ApiToken, ApiToken.user_id == Account.user_id)
    .where(ApiToken.digest == bindparam("digest"), ApiToken.expires_at > bindparam("now"))
)
