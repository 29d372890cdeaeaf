"""What people say about themselves, and the constraints that were read from it: statements only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from db import AsyncSession
from models import ContextConstraint, GlobalContext


class ContextRepository:
    """Reads and writes of one person's context."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, user_id: int) -> GlobalContext | None:
        return await self.session.scalar(select(GlobalContext).where(GlobalContext.user_id == user_id))

    async def list_constraints(self, user_id: int) -> Sequence[ContextConstraint]:
        """All of them, in the order in which they were found."""
        statement = select(ContextConstraint).where(ContextConstraint.user_id == user_id).order_by(ContextConstraint.id)
        return (await self.session.scalars(statement)).all()

    async def get_constraint(self, user_id: int, constraint_id: int) -> ContextConstraint | None:
        return await self.session.scalar(
            select(ContextConstraint).where(ContextConstraint.user_id == user_id, ContextConstraint.id == constraint_id)
        )

    async def delete_constraints(self, user_id: int, constraint_ids: Sequence[int]) -> None:
        await self.session.execute(
            delete(ContextConstraint).where(ContextConstraint.user_id == user_id, ContextConstraint.id.in_(constraint_ids))
        )

    async def add(self, row: GlobalContext | ContextConstraint) -> None:
        self.session.add(row)
        await self.session.flush()
