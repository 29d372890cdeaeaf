"""How often somebody did something in this period and the one before, by the digest of who: statements only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Float, case, cast, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from db import AsyncSession, epoch_now
from models import RateCount


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in this period and in the one before; `passed` of this one, from 0 to 1."""

    hits: int
    before: int
    passed: float


class RateCountRepository:
    """Counting in database time. The period before counts by what of it a window that ends now still covers."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def take(self, key: str, amount: int, seconds: int) -> Counted | None:
        """Count one more, unless that would be more than `amount` in `seconds`: None. Of several at once, one goes first."""
        insert = postgresql.insert if self.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        now = epoch_now()
        period = cast(func.floor(now / float(seconds)), BigInteger)
        new = insert(RateCount).values(key=key, period=period, hits=1, before=0, over_seconds=now + 2.0 * seconds)
        is_same, is_next = RateCount.period == new.excluded.period, RateCount.period == new.excluded.period - 1
        hits = case((is_same, RateCount.hits), else_=0)
        before = case((is_same, RateCount.before), (is_next, RateCount.hits), else_=0)
        passed = now / float(seconds) - new.excluded.period
        statement = new.on_conflict_do_update(
            index_elements=[RateCount.key],
            set_={
                "period": new.excluded.period,
                "hits": hits + 1,
                "before": before,
                "over_seconds": new.excluded.over_seconds,
            },
            where=hits + before * (1.0 - passed) + 1 <= amount,
        ).returning(RateCount.hits, RateCount.before, now / float(seconds) - RateCount.period)
        row = (await self.session.execute(statement)).first()
        return Counted(*row) if row else None

    async def look(self, key: str, seconds: int) -> Counted:
        """What is counted by now."""
        period = cast(func.floor(epoch_now() / float(seconds)), BigInteger)
        is_same = RateCount.period == period
        statement = select(
            case((is_same, RateCount.hits), else_=0),
            case((is_same, RateCount.before), else_=RateCount.hits),
            cast(epoch_now() / float(seconds) - period, Float),
        ).where(RateCount.key == key)
        row = (await self.session.execute(statement)).first()
        return Counted(*row) if row else Counted(0, 0, 0.0)

    async def forget(self) -> None:
        """Forget what counts for nothing any more."""
        await self.session.execute(delete(RateCount).where(RateCount.over_seconds < epoch_now() - literal(60.0)))
