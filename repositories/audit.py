"""What was done about accounts: statements only. Only those who run the instance read it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased

from db import AsyncSession
from models import AuditEntry, User


class AuditRepository:
    """Reads and writes of the log."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, entry: AuditEntry) -> None:
        self.session.add(entry)
        await self.session.flush()

    async def list_newest(self, before: int | None, limit: int) -> Sequence[tuple[AuditEntry, str | None, str | None]]:
        """Entries older than `before`, the newest first, with the names of whom they are about and of who acted."""
        about, actor = aliased(User), aliased(User)
        statement = (
            select(AuditEntry, about.name, actor.name)
            .outerjoin(about, about.id == AuditEntry.user_id)
            .outerjoin(actor, actor.id == AuditEntry.actor_id)
            .order_by(AuditEntry.id.desc())
            .limit(limit)
        )
        if before is not None:
            statement = statement.where(AuditEntry.id < before)
        return [(entry, name, by) for entry, name, by in await self.session.execute(statement)]
