"""The log of model calls: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import defer

from db import AsyncSession
from models import ModelCall, ModelCallTask, Task

LOOKED_AT = 1000
"""What the log can be filtered by is looked up among so many newest calls."""
MOST_ROWS = 20_000


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

    async def list_newest(
        self,
        user_id: int,
        limit: int,
        before_id: int | None,
        module: str | None = None,
        status: str | None = None,
        task_id: int | None = None,
    ) -> Sequence[ModelCall]:
        """The newest calls first, below `before_id` and of a module, with a status or about a task when given; without what
        went in and came out, which is long."""
        texts = (defer(ModelCall.inputs, raiseload=True), defer(ModelCall.outputs, raiseload=True))
        statement = select(ModelCall).options(*texts).where(*_wanted(user_id, module, status, task_id))
        if before_id is not None:
            statement = statement.where(ModelCall.id < before_id)
        return (await self.session.scalars(statement.order_by(ModelCall.id.desc()).limit(limit))).all()

    async def list_usage(
        self,
        user_id: int,
        since: datetime,
        module: str | None = None,
        status: str | None = None,
        task_id: int | None = None,
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """(started_at, status, prompt_tokens, completion_tokens, cost_usd) of the calls since then, chosen as above."""
        columns = (ModelCall.started_at, ModelCall.status, ModelCall.prompt_tokens, ModelCall.completion_tokens)
        statement = select(*columns, ModelCall.cost_usd).where(*_wanted(user_id, module, status, task_id))
        statement = statement.where(ModelCall.started_at >= since).order_by(ModelCall.started_at.desc()).limit(MOST_ROWS)
        return (await self.session.execute(statement)).all()

    async def list_tasks(self, user_id: int, call_ids: Sequence[int]) -> dict[int, tuple[tuple[int, str], ...]]:
        """The tasks of each call with their titles, deleted ones too."""
        statement = (
            select(ModelCallTask.call_id, Task.id, Task.title)
            .join(Task, Task.id == ModelCallTask.task_id)
            .where(ModelCallTask.user_id == user_id, ModelCallTask.call_id.in_(call_ids))
            .order_by(Task.id)
        )
        found: dict[int, tuple[tuple[int, str], ...]] = {}
        for call_id, task_id, title in await self.session.execute(statement):
            found[call_id] = (*found.get(call_id, ()), (task_id, title))
        return found

    async def list_modules(self, user_id: int) -> Sequence[str]:
        """The modules of the newest calls, by name."""
        newest = _newest(user_id).subquery()
        return (await self.session.scalars(select(newest.c.module).distinct().order_by(newest.c.module))).all()

    async def list_called_tasks(self, user_id: int, limit: int) -> Sequence[tuple[int, str]]:
        """Id and title of undeleted tasks that the newest calls were about, the last ones first."""
        newest = _newest(user_id).subquery()
        statement = (
            select(Task.id, Task.title)
            .join(ModelCallTask, ModelCallTask.task_id == Task.id)
            .join(newest, newest.c.id == ModelCallTask.call_id)
            .where(Task.user_id == user_id, Task.deleted_at.is_(None))
            .group_by(Task.id, Task.title)
            .order_by(func.max(newest.c.id).desc(), Task.id.desc())
            .limit(limit)
        )
        return [(task_id, title) for task_id, title in await self.session.execute(statement)]

    async def count_about(self, user_id: int, task_id: int) -> int:
        statement = select(func.count()).where(ModelCallTask.user_id == user_id, ModelCallTask.task_id == task_id)
        return await self.session.scalar(statement) or 0

    async def count_since(self, user_id: int, since: datetime) -> int:
        statement = select(func.count()).where(ModelCall.user_id == user_id, ModelCall.started_at >= since)
        return await self.session.scalar(statement) or 0


def _wanted(user_id: int, module: str | None, status: str | None, task_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """A person's calls; None is any."""
    wanted: list[ColumnElement[bool]] = [ModelCall.user_id == user_id]
    wanted += [ModelCall.module == module] if module is not None else []
    wanted += [ModelCall.status == status] if status is not None else []
    if task_id is not None:
        about = select(ModelCallTask.call_id).where(ModelCallTask.user_id == user_id, ModelCallTask.task_id == task_id)
        wanted.append(ModelCall.id.in_(about))
    return tuple(wanted)


def _newest(user_id: int) -> Select[*tuple[Any, ...]]:
    statement = select(ModelCall.id, ModelCall.module).where(ModelCall.user_id == user_id)
    return statement.order_by(ModelCall.id.desc()).limit(LOOKED_AT)
