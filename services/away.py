"""What was not started in time: planned anew at once, but after days away only when the person says so.

Forty tasks that jump while nobody looks are no help; one preview of what they would become is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import LeaseKind
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services.scope import Scope

AWAY_HOURS = 36
"""A person who has done nothing for so long is away: longer than a night and a day off, shorter than a weekend."""
FEWEST = 3
"""So many tasks must have been missed: fewer are simply planned again."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Since when the person did nothing, and how many tasks wait for their word."""

    since_at: datetime
    count: int


class AwayService:
    """One person's overdue tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.plans = PlanRepository(scope.session)
        self.tasks = TaskRepository(scope.session)

    @property
    def before(self) -> datetime:
        """A block that began before this, of a task that was not started, is overdue."""
        return self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes)

    async def flag_overdue(self) -> None:
        """Have overdue tasks planned again; those of a person who is away wait for `catch_up`."""
        await self.scope.lock()
        user_id = self.scope.person.id
        head = await self.plans.get_head(user_id)
        if head.away_since_at is not None:
            return
        last = await self.tasks.get_last_act(user_id)
        is_away = last is not None and last < self.scope.now - timedelta(hours=AWAY_HOURS)
        if is_away and await self.tasks.count_overdue(user_id, self.before) >= FEWEST:
            await self.plans.set_away(user_id, last)
            await self.scope.changed(is_replanned=False)
        elif await self.tasks.flag_overdue(user_id, self.before):
            await self.scope.changed(LeaseKind.PLAN)

    async def missed(self, since: datetime | None) -> Missed | None:
        """What waits for the word of a person who is away since then; None: nothing does."""
        if since is None:
            return None
        return Missed(since, await self.tasks.count_overdue(self.scope.person.id, self.before))

    async def catch_up(self) -> int:
        """Have all that was missed planned from now on; how many tasks that are."""
        await self.scope.lock()
        await self.plans.set_away(self.scope.person.id, None)
        flagged = await self.tasks.flag_overdue(self.scope.person.id, self.before)
        await self.scope.changed(LeaseKind.PLAN)
        return len(flagged)
