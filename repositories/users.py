"""People with their preferences, context and hours: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, text

from db import AsyncSession
from models import GlobalContext, HourRange, HourSet, LeaseKind, Plan, Preferences, RunLease, User


class UserRepository:
    """Reads and writes of one person's own rows."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get_first(self) -> Preferences | None:
        """The preferences of the one person of an instance that has no accounts."""
        return await self.session.scalar(select(Preferences).order_by(Preferences.user_id).limit(1))

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

    async def get_preferences(self, user_id: int) -> Preferences:
        statement = select(Preferences).where(Preferences.user_id == user_id)
        return (await self.session.scalars(statement)).one()

    async def get_context(self, user_id: int) -> str:
        statement = select(GlobalContext.text).where(GlobalContext.user_id == user_id)
        return await self.session.scalar(statement) or ""

    async def save_context(self, user_id: int, context: str, now: datetime) -> None:
        await self.session.merge(GlobalContext(user_id=user_id, text=context, updated_at=now))

    async def list_ranges(self, user_id: int) -> Sequence[HourRange]:
        statement = select(HourRange).where(HourRange.user_id == user_id).order_by(HourRange.weekday, HourRange.start_minute)
        return (await self.session.scalars(statement)).all()

    async def replace_ranges(self, user_id: int, name: str, ranges: Sequence[tuple[int, int, int]]) -> None:
        """Set the named hour set to (weekday, start minute, end minute) ranges."""
        hour_set = await self.session.scalar(select(HourSet).where(HourSet.user_id == user_id, HourSet.name == name))
        if hour_set is None:
            hour_set = HourSet(user_id=user_id, name=name)
            self.session.add(hour_set)
            await self.session.flush()
        await self.session.execute(delete(HourRange).where(HourRange.hour_set_id == hour_set.id))
        self.session.add_all(
            HourRange(user_id=user_id, hour_set_id=hour_set.id, weekday=weekday, start_minute=start, end_minute=end)
            for weekday, start, end in ranges
        )
        await self.session.flush()
