"""Links that sign people in: statements only. Which link it is, only its secret says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from db import AsyncSession
from models import SignInLink


class SignInLinkRepository:
    """Reads and writes of links."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, link: SignInLink) -> None:
        self.session.add(link)
        await self.session.flush()

    async def find(self, digest: str, now: datetime) -> SignInLink | None:
        """The link, if it can be used."""
        return await self.session.scalar(select(SignInLink).where(*_usable(digest, now)))

    async def take(self, digest: str, now: datetime) -> SignInLink | None:
        """Use the link. Of several who try, one statement lets exactly one have it; the others get None."""
        statement = update(SignInLink).where(*_usable(digest, now)).values(used_at=now).returning(SignInLink)
        return await self.session.scalar(statement, execution_options={"synchronize_session": False})

    async def delete_all(self, user_id: int) -> None:
        """Take back all links of a person."""
        await self.session.execute(delete(SignInLink).where(SignInLink.user_id == user_id))

    async def delete_over(self, user_id: int, now: datetime) -> None:
        """Forget those whose time is over."""
        where = (SignInLink.user_id == user_id, SignInLink.expires_at <= now)
        await self.session.execute(delete(SignInLink).where(*where))


def _usable(digest: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (SignInLink.digest == digest, SignInLink.used_at.is_(None), SignInLink.expires_at > now)
