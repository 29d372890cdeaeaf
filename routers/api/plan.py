"""The plan as JSON."""

from __future__ import annotations

from fastapi import APIRouter

from routers.api.schemas import BlockOut, PlanOut, UnplacedOut
from routers.deps import Reading
from services.plan_view import PlanViewService

router = APIRouter(prefix="/api/v1", tags=["plan"])


@router.get("/plan")
async def show(scope: Reading) -> PlanOut:
    """The plan as it stands: every block from now on, and what has no place, with reasons."""
    shown = await PlanViewService(scope).show()
    return PlanOut(
        version=shown.version,
        now=scope.now,
        timezone=scope.person.zone,
        blocks=tuple(BlockOut.model_validate(block) for block in shown.blocks),
        unplaced=tuple(UnplacedOut.model_validate(task) for task in shown.unplaced),
    )
