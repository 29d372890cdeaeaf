"""The encrypted keys of everybody's models: statements only, for whoever moves them to another SECRET_KEY."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from db import AsyncSession
from models import Preferences


class StoredKeyRepository:
    """Reads and writes what is stored; what it says, only the vault can tell."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_after(self, user_id: int, limit: int) -> Sequence[tuple[int, str]]:
        """(person, stored key) of those after a person, in order."""
        key = Preferences.api_key_encrypted
        statement = select(Preferences.user_id, key).where(Preferences.user_id > user_id, key.is_not(None))
        rows = await self.session.execute(statement.order_by(Preferences.user_id).limit(limit))
        return [(owner, stored or "") for owner, stored in rows]

    async def exchange(self, user_id: int, stored: str, successor: str) -> int:
        """Replace a stored key, unless the person has given another meanwhile; how many were replaced."""
        mine = (Preferences.user_id == user_id, Preferences.api_key_encrypted == stored)
        statement = update(Preferences).where(*mine).values(api_key_encrypted=successor).returning(Preferences.user_id)
        return len((await self.session.execute(statement)).all())
