"""People with their preferences and context: statements only."""

from __future__ import annotations

from sqlalchemy import bindparam, select, text

from db import AsyncSession
from models import GlobalContext, LeaseKind, Plan, Preferences, RunLease, User


class UserRepository:
    """Reads and writes of one person's own rows."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get_first(self) -> Preferences | None:
        """The preferences of the one person of an instance that has no accounts."""
        return await self.session.scalar(_FIRST)

    async def lock_creation(self) -> None:
        """Let one process at a time create people (SQLite's writers already wait for each other)."""
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(text("SELECT pg_advisory_xact_lock(7501)"))

    async def add(self, user: User, preferences: Preferences) -> None:
        """Store the person with the rows that every person has."""
        self.session.add(user)
        await self.session.flush()
        preferences.user_id = user.id
        self.session.add_all(
            [preferences, Plan(user_id=user.id), *(RunLease(user_id=user.id, kind=kind) for kind in LeaseKind)]
        )
        await self.session.flush()

    async def get(self, user_id: int) -> User:
        return (await self.session.scalars(select(User).where(User.id == user_id))).one()

    async def get_preferences(self, user_id: int) -> Preferences:
        return (await self.session.scalars(_PREFERENCES, {"user_id": user_id})).one()

    async def get_context(self, user_id: int) -> str:
        statement = select(GlobalContext.text).where(GlobalContext.user_id == user_id)
        return await self.session.scalar(statement) or ""


_FIRST = select(Preferences).order_by(Preferences.user_id).limit(1)
_PREFERENCES = select(Preferences).where(Preferences.user_id == bindparam("user_id"))
