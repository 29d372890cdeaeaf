"""Hour sets with their weekly ranges, and the dates that differ: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, delete, select

from db import AsyncSession
from models import HourException, HourRange, HourSet


class HourRepository:
    """Reads and writes of one person's hours."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_sets(self, user_id: int) -> Sequence[HourSet]:
        """All sets; the first is the one that tasks are planned in unless they name another."""
        return (await self.session.scalars(select(HourSet).where(HourSet.user_id == user_id).order_by(HourSet.id))).all()

    async def list_with_ranges(self, user_id: int) -> Sequence[tuple[HourSet, Sequence[HourRange]]]:
        """All sets, each with its ranges in the order of its weeks: one statement."""
        found: dict[HourSet, list[HourRange]] = {}
        for hour_set, hour_range in await self.session.execute(_WITH_RANGES, {"user_id": user_id}):
            found.setdefault(hour_set, []).extend([hour_range] if hour_range else [])
        return [*found.items()]

    async def get_set(self, user_id: int, set_id: int) -> HourSet | None:
        return await self.session.scalar(select(HourSet).where(HourSet.user_id == user_id, HourSet.id == set_id))

    async def list_exceptions(self, user_id: int, since: date, until: date | None = None) -> Sequence[HourException]:
        """The dates from `since` to `until` (None: for ever) that differ, by date."""
        values = {"user_id": user_id, "since": since, "until": until or date.max}
        return (await self.session.scalars(_EXCEPTIONS, values)).all()

    async def add_set(self, hour_set: HourSet) -> None:
        self.session.add(hour_set)
        await self.session.flush()

    async def delete_set(self, hour_set: HourSet) -> None:
        """Its ranges and exceptions go too; tasks that named it are planned in the first set again."""
        await self.session.delete(hour_set)
        await self.session.flush()

    async def replace_ranges(self, hour_set: HourSet, ranges: Sequence[tuple[int, int, int, int]]) -> None:
        """Set its ranges: (week, weekday, start minute, end minute)."""
        await self.session.execute(delete(HourRange).where(HourRange.hour_set_id == hour_set.id))
        self.session.add_all(
            HourRange(
                user_id=hour_set.user_id,
                hour_set_id=hour_set.id,
                week=week,
                weekday=weekday,
                start_minute=start,
                end_minute=end,
            )
            for week, weekday, start, end in ranges
        )
        await self.session.flush()

    async def add_exceptions(self, exceptions: Sequence[HourException]) -> None:
        self.session.add_all(exceptions)
        await self.session.flush()

    async def delete_exceptions(self, user_id: int, exception_ids: Sequence[int]) -> None:
        await self.session.execute(
            delete(HourException).where(HourException.user_id == user_id, HourException.id.in_(exception_ids))
        )


_WITH_RANGES = (
    select(HourSet, HourRange)
    .outerjoin(HourRange, HourRange.hour_set_id == HourSet.id)
    .where(HourSet.user_id == bindparam("user_id"))
    .order_by(HourSet.id, HourRange.week, HourRange.weekday, HourRange.start_minute)
)
_EXCEPTIONS = (
    select(HourException)
    .where(HourException.user_id == bindparam("user_id"))
    .where(HourException.falls_on.between(bindparam("since"), bindparam("until")))
    .order_by(HourException.falls_on, HourException.start_minute, HourException.id)
)
