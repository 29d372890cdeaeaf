"""What other processes on the same database change: looked for a few times a second, while pages of this one are open.

One query for everybody who listens, on both engines alike. It needs no connection of its own, and no word of who changed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from db import Database
from errors import AppError
from repositories.plans import PlanRepository
from services.signals import Hub

LOOK_SECONDS = 0.3


class Watch:
    """Wakes the streams whose person has a newer revision than they read. `is_needed`: nobody else brings the news now."""

    def __init__(self, database: Database, hub: Hub, is_needed: Callable[[], bool]) -> None:
        self.database = database
        self.hub = hub
        self.is_needed = is_needed

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.hub.people and self.is_needed():
                await self.look()

    async def look(self) -> None:
        """Look once. While the database is away there is nothing to tell, and requests say so."""
        try:
            async with self.database.read_scope() as session:
                revisions = await PlanRepository(session).list_revisions(self.hub.people)
        except (AppError, SQLAlchemyError):
            return
        for user_id, revision in revisions.items():
            if self.hub.told.get(user_id) != revision:
                self.hub.wake(user_id)
