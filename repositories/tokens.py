"""Tokens of programs, those that refresh and those that people make: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from db import AsyncSession
from models import ApiToken, RefreshToken


class RefreshTokenRepository:
    """Reads and writes of families of refresh tokens."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, token: RefreshToken) -> None:
        self.session.add(token)
        await self.session.flush()

    async def take(self, user_id: int, digest: str, now: datetime) -> RefreshToken | None:
        """Use a token. Of several who try, exactly one has it."""
        where = (
            *(RefreshToken.user_id == user_id, RefreshToken.digest == digest),
            *(RefreshToken.used_at.is_(None), RefreshToken.expires_at > now),
        )
        statement = update(RefreshToken).where(*where).values(used_at=now).returning(RefreshToken)
        return await self.session.scalar(statement, execution_options={"synchronize_session": False})

    async def get(self, user_id: int, digest: str) -> RefreshToken | None:
        """The token, used or not."""
        where = (RefreshToken.user_id == user_id, RefreshToken.digest == digest)
        return await self.session.scalar(select(RefreshToken).where(*where))

    async def delete_family(self, user_id: int, family: str) -> None:
        where = (RefreshToken.user_id == user_id, RefreshToken.family == family)
        await self.session.execute(delete(RefreshToken).where(*where))

    async def delete_all(self, user_id: int) -> None:
        await self.session.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id))

    async def delete_over(self, user_id: int, now: datetime) -> None:
        """Forget those whose time is over."""
        where = (RefreshToken.user_id == user_id, RefreshToken.expires_at <= now)
        await self.session.execute(delete(RefreshToken).where(*where))


class ApiTokenRepository:
    """Reads and writes of the tokens that one person has made."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, token: ApiToken) -> None:
        self.session.add(token)
        await self.session.flush()

    async def list_all(self, user_id: int) -> Sequence[ApiToken]:
        """All of them, the newest first."""
        statement = select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
        return (await self.session.scalars(statement)).all()

    async def get(self, user_id: int, token_id: int) -> ApiToken | None:
        return await self.session.scalar(select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.id == token_id))

    async def note_seen(self, user_id: int, token_id: int, now: datetime) -> None:
        where = (ApiToken.user_id == user_id, ApiToken.id == token_id)
        await self.session.execute(update(ApiToken).where(*where).values(seen_at=now))

    async def delete(self, token: ApiToken) -> None:
        await self.session.delete(token)
        await self.session.flush()
