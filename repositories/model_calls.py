"""The log of model calls: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from db import AsyncSession
from models import ModelCall, ModelCallTask, Task


class ModelCallRepository:
    """Reads and writes of one person's model calls."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, call: ModelCall, task_ids: Sequence[int]) -> None:
        """Store the call with links to those of its tasks that exist and are the same person's."""
        self.session.add(call)
        await self.session.flush()
        own = select(Task.id).where(Task.user_id == call.user_id, Task.id.in_(task_ids))
        self.session.add_all(
            ModelCallTask(user_id=call.user_id, call_id=call.id, task_id=task_id) for task_id in await self.session.scalars(own)
        )
        await self.session.flush()

    async def get(self, user_id: int, call_id: int) -> ModelCall | None:
        return await self.session.scalar(select(ModelCall).where(ModelCall.user_id == user_id, ModelCall.id == call_id))

    async def list_newest(self, user_id: int, limit: int, before_id: int | None, task_id: int | None) -> Sequence[ModelCall]:
        """The newest calls first, below `before_id` and about `task_id` when given; inputs and outputs included."""
        statement = select(ModelCall).where(ModelCall.user_id == user_id).order_by(ModelCall.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(ModelCall.id < before_id)
        if task_id is not None:
            about = select(ModelCallTask.call_id).where(ModelCallTask.user_id == user_id, ModelCallTask.task_id == task_id)
            statement = statement.where(ModelCall.id.in_(about))
        return (await self.session.scalars(statement)).all()

    async def list_task_ids(self, user_id: int, call_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """The tasks of each call."""
        statement = select(ModelCallTask.call_id, ModelCallTask.task_id).where(
            ModelCallTask.user_id == user_id, ModelCallTask.call_id.in_(call_ids)
        )
        found: dict[int, tuple[int, ...]] = {}
        for call_id, task_id in await self.session.execute(statement.order_by(ModelCallTask.task_id)):
            found[call_id] = (*found.get(call_id, ()), task_id)
        return found

    async def count_about(self, user_id: int, task_id: int) -> int:
        statement = select(func.count()).where(ModelCallTask.user_id == user_id, ModelCallTask.task_id == task_id)
        return await self.session.scalar(statement) or 0

    async def count_since(self, user_id: int, since: datetime) -> int:
        statement = select(func.count()).where(ModelCall.user_id == user_id, ModelCall.started_at >= since)
        return await self.session.scalar(statement) or 0
