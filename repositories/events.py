"""Busy times: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from db import AsyncSession
from models import Event


class EventRepository:
    """Reads and writes of one person's events."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, user_id: int, event_id: int) -> Event | None:
        return await self.session.scalar(select(Event).where(Event.user_id == user_id, Event.id == event_id))

    async def list_between(self, user_id: int, start_at: datetime, end_at: datetime) -> Sequence[Event]:
        """The events that touch `[start_at, end_at)`, by start."""
        statement = (
            select(Event)
            .where(Event.user_id == user_id, Event.end_at > start_at, Event.start_at < end_at)
            .order_by(Event.start_at, Event.id)
        )
        return (await self.session.scalars(statement)).all()

    async def add(self, event: Event) -> None:
        self.session.add(event)
        await self.session.flush()

    async def delete(self, event: Event) -> None:
        await self.session.delete(event)
        await self.session.flush()
