"""The number of the newest change of a person's things, by which an open page knows whether it is up to date."""

from __future__ import annotations

from repositories.plans import PlanRepository
from services.scope import Scope


async def current_revision(scope: Scope) -> int:
    """It grows with every committed change that a page shows."""
    return await PlanRepository(scope.session).get_revision(scope.person.id)
