"""Filters of the list of all tasks that people keep: statements only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from db import AsyncSession
from models import SavedFilter


class SavedFilterRepository:
    """Reads and writes of one person's filters."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_all(self, user_id: int) -> Sequence[SavedFilter]:
        """All of them, by name."""
        statement = select(SavedFilter).where(SavedFilter.user_id == user_id).order_by(SavedFilter.key)
        return (await self.session.scalars(statement)).all()

    async def get(self, user_id: int, filter_id: int) -> SavedFilter | None:
        return await self.session.scalar(select(SavedFilter).where(SavedFilter.user_id == user_id, SavedFilter.id == filter_id))

    async def add(self, saved: SavedFilter) -> None:
        self.session.add(saved)
        await self.session.flush()

    async def delete(self, saved: SavedFilter) -> None:
        await self.session.delete(saved)
        await self.session.flush()
