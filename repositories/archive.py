"""Everything that a person has, table by table: statements only.

What lets them in (sessions, links, tokens, the account) and what the process keeps for itself (leases, the plan's head) is not
among it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.orm import class_mapper

from db import AsyncSession
from models import (
    Base,
    Block,
    ChatCard,
    ChatMessage,
    ContextConstraint,
    Event,
    GlobalContext,
    HourException,
    HourRange,
    HourSet,
    Label,
    ModelCall,
    ModelCallTask,
    Preferences,
    Project,
    Run,
    SavedFilter,
    Series,
    Task,
    TaskChange,
    TaskDependency,
    TaskLabel,
    TaskWindow,
    TimeEntry,
)

OWNED: dict[str, type[Base]] = {
    "settings": Preferences,
    "context": GlobalContext,
    "context_constraints": ContextConstraint,
    "hour_sets": HourSet,
    "hour_ranges": HourRange,
    "hour_exceptions": HourException,
    "projects": Project,
    "labels": Label,
    "series": Series,
    "tasks": Task,
    "task_labels": TaskLabel,
    "task_windows": TaskWindow,
    "task_dependencies": TaskDependency,
    "blocks": Block,
    "time_entries": TimeEntry,
    "history": TaskChange,
    "events": Event,
    "saved_filters": SavedFilter,
    "runs": Run,
    "model_calls": ModelCall,
    "model_call_tasks": ModelCallTask,
    "chat_messages": ChatMessage,
    "chat_cards": ChatCard,
}
"""What each section of an archive is read from; what another names comes before it."""
SECRET = {"user_id", "api_key_encrypted", "submit_key"}
"""Columns that are nobody's to read, or say nothing."""


class ArchiveRepository:
    """Reads and removes one person's rows."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_page(
        self, user_id: int, section: str, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Rows of a section in the order of their keys, from behind the key `after`."""
        table = OWNED[section].__table__
        keys = keys_of(section)
        statement = select(*(column for column in table.columns if column.name not in SECRET or column in keys))
        statement = statement.where(table.c.user_id == user_id).order_by(*keys).limit(limit)
        if after is not None:
            statement = statement.where(tuple_(*keys) > tuple_(*after))
        return (await self.session.execute(statement)).all()

    async def delete_tasks(self, user_id: int, limit: int) -> int:
        """Delete some tasks with all that hangs on them; how many were taken."""
        some = (await self.session.scalars(select(Task.id).where(Task.user_id == user_id).order_by(Task.id).limit(limit))).all()
        if some:
            await self._delete(delete(Task).where(Task.user_id == user_id, Task.id.in_(some)))
        return len(some)

    async def delete_all(self, user_id: int) -> None:
        """Delete the rows of every section."""
        for model in [*OWNED.values()][::-1]:
            await self._delete(delete(model).where(model.__table__.c.user_id == user_id))
        self.session.expunge_all()

    async def _delete(self, statement: Any) -> None:
        await self.session.execute(statement, execution_options={"synchronize_session": False})


def keys_of(section: str) -> list[Any]:
    """The columns by which the rows of a section are in order."""
    return [*class_mapper(OWNED[section]).primary_key]
