"""Series of recurring tasks with their occurrences and templates: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from db import AsyncSession
from models import VERSIONS_APART, Series, Task, TaskStatus, TimeEntry

LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class SeriesRepository:
    """Reads and writes of one person's series."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, series: Series) -> None:
        self.session.add(series)
        await self.session.flush()

    async def get(self, user_id: int, series_id: int) -> Series | None:
        return await self.session.scalar(select(Series).where(Series.user_id == user_id, Series.id == series_id))

    async def get_template(self, user_id: int, series_id: int) -> Task | None:
        """The hidden task that the next occurrences are copied from."""
        where = (Task.user_id == user_id, Task.series_id == series_id, Task.occurs_at.is_(None))
        return await self.session.scalar(select(Task).where(*where))

    async def get_last(self, user_id: int, series_id: int) -> datetime | None:
        """The wall time of the latest occurrence that was made, whatever became of it."""
        where = (Task.user_id == user_id, Task.series_id == series_id)
        return await self.session.scalar(select(func.max(Task.occurs_at)).where(*where))

    async def count_live(self, user_id: int, series_id: int) -> int:
        """How many of its occurrences are still to be done."""
        where = (Task.user_id == user_id, Task.series_id == series_id, Task.status.in_(LIVE), Task.deleted_at.is_(None))
        return await self.session.scalar(select(func.count(Task.id)).where(*where)) or 0

    async def list_untouched(self, user_id: int, series_id: int, after: datetime) -> Sequence[Task]:
        """The occurrences after a wall time that nobody has edited, worked on or finished."""
        statement = select(Task).where(
            Task.user_id == user_id,
            Task.series_id == series_id,
            Task.occurs_at > after,
            Task.status == TaskStatus.OPEN,
            Task.deleted_at.is_(None),
            or_(Task.version % VERSIONS_APART == 0, Task.version == 1),  # as it began; 1 of old
            Task.id.not_in(select(TimeEntry.task_id).where(TimeEntry.user_id == user_id)),
        )
        return (await self.session.scalars(statement)).all()

    async def list_due(self, user_id: int, now: datetime) -> Sequence[Series]:
        """Those whose next occurrence is due."""
        statement = select(Series).where(Series.user_id == user_id, Series.due_at <= now).order_by(Series.id)
        return (await self.session.scalars(statement)).all()

    async def list_due_owners(self, now: datetime) -> Sequence[int]:
        """People with a series whose next occurrence is due."""
        return (await self.session.scalars(select(Series.user_id).where(Series.due_at <= now).distinct())).all()

    async def delete_tasks(self, user_id: int, task_ids: Sequence[int]) -> None:
        """Take occurrences or templates away for good, with all that is theirs, as if they had never been made."""
        statement = delete(Task).where(Task.user_id == user_id, Task.id.in_(task_ids))
        await self.session.execute(statement, execution_options={"synchronize_session": "fetch"})
