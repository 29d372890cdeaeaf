"""What the demo week has brought to a person: statements only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from db import AsyncSession
from models import Event, Task


class DemoRepository:
    """Reads of one person's demo things; deleted tasks are out of sight."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_demo_tasks(self, user_id: int) -> Sequence[Task]:
        where = (Task.user_id == user_id, Task.is_demo, Task.deleted_at.is_(None))
        return (await self.session.scalars(select(Task).where(*where).order_by(Task.id))).all()

    async def list_demo_events(self, user_id: int) -> Sequence[Event]:
        where = (Event.user_id == user_id, Event.is_demo)
        return (await self.session.scalars(select(Event).where(*where).order_by(Event.id))).all()
