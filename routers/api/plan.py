"""The plan as JSON: as it stands, its versions, previews of changes, and what else is possible."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from assistant.operations import ChangeSet
from routers.api.documented import errors
from routers.api.etags import tag_whole
from routers.api.schemas import (
    AtRiskOut,
    BlockOut,
    ExplanationOut,
    OptionOut,
    PlanOut,
    PreviewOut,
    UndoneOut,
    UnplacedOut,
    VersionOut,
)
from routers.deps import OptionalId, Reading, RowId, reading, writing
from routers.plan import previewed, solved
from services import options
from services.changes import ChangeService
from services.options import Option
from services.plan_view import PlanViewService
from services.runs import ask_plan
from services.task_details import TaskDetailsService
from services.versions import VersionService

PAGE_ROWS = 50

router = APIRouter(tags=["plan"])


@router.get("/plan")
async def get_plan(scope: Reading, response: Response) -> PlanOut:
    """The plan as it stands: the blocks of all tasks still to be done, past ones too, what has no place, with reasons, and what
    is late or short of time."""
    shown = await PlanViewService(scope).show()
    tag_whole(response, f"plan-{shown.revision}")
    return PlanOut(
        version=shown.version,
        now=scope.now,
        timezone=scope.person.zone,
        blocks=tuple(BlockOut.model_validate(block) for block in shown.blocks),
        unplaced=tuple(UnplacedOut.model_validate(task) for task in shown.unplaced),
        at_risk=tuple(AtRiskOut.model_validate(task) for task in shown.at_risk),
    )


@router.get("/plan/versions")
async def list_plan_versions(scope: Reading, before: OptionalId = None) -> tuple[VersionOut, ...]:
    """The newest runs of the planner with what each changed and why; `before` an id for older ones."""
    found = await VersionService(scope).list_newest(PAGE_ROWS, before)
    return tuple(VersionOut.model_validate(version) for version in found)


@router.post("/plan/versions/{run_id}/undo", responses=errors(404, 409))
async def undo_plan_version(request: Request, run_id: RowId) -> UndoneOut:
    """Put what a run has moved back where it was, but for what was changed since."""
    async with writing(request) as scope:
        return UndoneOut.model_validate(await VersionService(scope).undo(run_id))


@router.post("/plan/preview", responses=errors(404, 409))
async def preview_changes(request: Request, change_set: ChangeSet) -> PreviewOut:
    """The plan as it would be after the change set. Nothing is stored."""
    found = await previewed(request, change_set.operations)
    said = tuple(item.sentence for item in found.applied)
    names = ("summary", "changes", "total", "new_risks", "solved_risks")
    return PreviewOut.model_validate({name: getattr(found, name) for name in names} | {"applied": said})


@router.post("/plan/apply", responses=errors(404, 409))
async def apply_changes(request: Request, change_set: ChangeSet) -> tuple[str, ...]:
    """Do the change set, all of it or nothing, and plan again: what was done, in sentences."""
    async with writing(request) as scope:
        applied = await ChangeService(scope).apply(change_set.operations)
        await ask_plan(scope)
    return tuple(item.sentence for item in applied)


@router.get("/plan/explain/{task_id}", responses=errors(404))
async def explain_task(request: Request, task_id: RowId) -> ExplanationOut:
    """Why the task is where it is, and its next-best slots with what each would cost."""
    async with reading(request) as scope:
        details, _ = await TaskDetailsService(scope).show(task_id)
    found = await solved(request, task_id, options.alternatives)
    return ExplanationOut(task_id=task_id, reason=details.row.reason, alternatives=_options(found))


@router.get("/plan/repairs/{task_id}", responses=errors(404))
async def list_repairs(request: Request, task_id: RowId) -> tuple[OptionOut, ...]:
    """What would give a late or unplaced task its time, the least harm first."""
    return _options(await solved(request, task_id, options.repairs))


def _options(found: tuple[Option, ...]) -> tuple[OptionOut, ...]:
    return tuple(
        OptionOut(title=item.title, cost=item.cost, change_set=ChangeSet(operations=item.operations)) for item in found
    )
