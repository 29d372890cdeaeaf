"""The person's own order of their tasks: who stands beside whom, and ranks. Statements only.

It is one order of all tasks in sight, whatever a list leaves out; tasks of the same rank follow each other by id.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, literal, or_, select, tuple_, union_all, update

from db import AsyncSession
from models import Task, TaskStatus

Rank = tuple[int, int]
"""Where a task stands: its rank and its id."""


class TaskOrderRepository:
    """Reads and writes of one person's order."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_beside(self, user_id: int, of: Rank, limit: int, besides: int, *, is_above: bool) -> Sequence[Rank]:
        """The tasks next to a place, the nearest first, without the task `besides`: above it, or below it.

        Each status is a branch of its own, which its index gives in order.
        """
        place, at = tuple_(Task.rank, Task.id), tuple_(literal(of[0]), literal(of[1]))
        order = (Task.rank.desc(), Task.id.desc()) if is_above else (Task.rank, Task.id)
        in_sight = (Task.user_id == user_id, Task.deleted_at.is_(None), Task.id != besides)
        branches = [
            select(Task.rank, Task.id)
            .where(*in_sight, Task.status == status, place < at if is_above else place > at)
            .order_by(*order)
            .limit(limit)
            .subquery()
            for status in TaskStatus
        ]
        found = union_all(*(select(branch) for branch in branches)).subquery()
        by = (found.c.rank.desc(), found.c.id.desc()) if is_above else (found.c.rank, found.c.id)
        return [(rank, task_id) for rank, task_id in await self.session.execute(select(found).order_by(*by).limit(limit))]

    async def set_rank(self, user_id: int, task_id: int, series_id: int | None, rank: int) -> None:
        """Put a task there, and with it those that its series makes from now on, by the hidden template of these.

        What the task's dialog shows stays as it is, and so does its version.
        """
        template = and_(Task.series_id == series_id, Task.occurs_at.is_(None))
        is_moved = Task.id == task_id if series_id is None else or_(Task.id == task_id, template)
        statement = update(Task).where(Task.user_id == user_id, is_moved).values(rank=rank)
        await self.session.execute(statement, execution_options={"synchronize_session": False})
