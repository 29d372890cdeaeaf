"""The number of the newest change of a person's things, by which an open page knows whether it is up to date."""

from __future__ import annotations

from db import AsyncSession, touch
from repositories.plans import PlanRepository
from services.scope import Scope


async def current_revision(scope: Scope) -> int:
    """It grows with every committed change that a page shows."""
    return await PlanRepository(scope.session).get_revision(scope.person.id)


async def wake_pages(session: AsyncSession, user_id: int) -> None:
    """Have the open pages of a person look whether they may still be shown, whichever process they are open at."""
    await PlanRepository(session).bump(user_id, is_replanned=False)
    touch(session, user_id)
