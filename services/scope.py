"""What every service call needs, in one value: the transaction, who acts, when it is, and the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from assistant import telling
from config import Settings
from db import AsyncSession, touch
from models import LeaseKind
from repositories.leases import LeaseRepository
from repositories.plans import PlanRepository
from services.access import LOCAL, Access
from services.users import Person

PLAN_CAP_SECONDS = 2.0
ADVISE_CAP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Scope:
    """One unit of work of one person, who was let in by `access`. `now` was read once and is aware. Its words tell times by the
    person's clock."""

    session: AsyncSession
    person: Person
    now: datetime
    settings: Settings
    access: Access = LOCAL
    asked: set[LeaseKind] | None = None
    """Within `of_many`, whose caller has locked: the background work that was asked for so far."""

    def __post_init__(self) -> None:
        telling.speak(self.person.clock)

    @property
    def is_of_many(self) -> bool:
        """Whether much is done at once: then first slots, and what holds for all, are left for its end or for the planner,
        since the one writer must not wait for them."""
        return self.asked is not None

    @asynccontextmanager
    async def of_many(self) -> AsyncIterator[Scope]:
        """The same scope for many acts in a row, which tell the pages and ask for background work once, at their end."""
        asked: set[LeaseKind] = set()
        yield replace(self, asked=asked)
        if asked:
            await self.changed(*sorted(asked))

    async def lock(self) -> None:
        """Let no other transaction change this person's things until this one ends; the first act of every writing call."""
        if not self.is_of_many:  # it is locked
            await PlanRepository(self.session).lock(self.person.id)

    async def changed(self, *asked: LeaseKind, is_replanned: bool = True) -> None:
        """Tell the pages that something changed, and ask for background work.

        `is_replanned`: a planner that is thinking right now has read what changed, so its answer must not be stored.
        """
        if self.asked is not None:
            self.asked.update(asked)
            return
        await PlanRepository(self.session).bump(self.person.id, is_replanned=is_replanned)
        if asked:
            await LeaseRepository(self.session).ask(self.person.id, {kind: self._pace(kind) for kind in asked})
        touch(self.session, self.person.id)

    def _pace(self, kind: LeaseKind) -> tuple[float, float]:
        """Seconds of quiet, and the most, before work of a kind begins: a model is asked once for many tasks."""
        if kind is LeaseKind.PLAN:
            return self.settings.plan_quiet_seconds, PLAN_CAP_SECONDS
        if self.person.uses_model:
            return self.settings.ai_quiet_seconds, ADVISE_CAP_SECONDS
        # Rules are quick, and go before the plan that they are for.
        return self.settings.plan_quiet_seconds / 2, PLAN_CAP_SECONDS / 2
