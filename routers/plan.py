"""The plan: planning again, its versions, previews of changes, and what else is possible with a task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from assistant.operations import CatchUp, Operation
from errors import InvalidInputError, NotFoundError
from routers.deps import (
    FormValues,
    OptionalId,
    Reading,
    RowId,
    efforts_of,
    is_htmx,
    reading,
    rehearsing,
    solver_of,
    writing,
)
from routers.doors import settings_of
from routers.rendering import Toast, redirect, render
from routers.today import answered
from services import options, views, what_if, what_if_form
from services.advice import AdviceService
from services.changes import ChangeService
from services.options import Option
from services.planning import PlanningService, Solver
from services.runs import ask_plan
from services.scope import Scope
from services.snapshot import Rows
from services.task_details import TaskDetailsService
from services.tasks import TaskService
from services.versions import Version, VersionService
from services.what_if import Preview

router = APIRouter(prefix="/plan", include_in_schema=False)

SAVED = "tasks/saved.oob.html"
PAGE_ROWS = 30
STOPPED = "Stopped improving. The best plan so far is kept."
NOTHING_RUNS = "The plan is finished: nothing is being improved now."
Solve = Callable[[Rows, int, Solver, float], Awaitable[tuple[Option, ...]]]


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option with the change set that its button sends."""

    option: Option
    change_set: str


@router.post("/run")
async def run(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        await ask_plan(scope)
    return await answered(request, form, Toast("Planning again."))


@router.post("/stop")
async def stop(request: Request, form: FormValues) -> Response:
    """Ends a run that improves the plan: the best plan so far is checked and stored, as at its end."""
    async with reading(request) as scope:
        user_id = scope.person.id
    is_ended = efforts_of(request).end(user_id)
    return await answered(request, form, Toast(STOPPED if is_ended else NOTHING_RUNS))


@router.post("/prioritise")
async def prioritise(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        await AdviceService(scope).ask_again()
    return await answered(request, form, Toast("Priorities are being computed again."))


@router.get("/versions")
async def versions(request: Request, scope: Reading, before: OptionalId = None) -> Response:
    found, older = await _versions(scope, before)
    return render(request, scope, "plan/versions.html", page="today", versions=found, older=older)


@router.post("/versions/{run_id}/undo")
async def undo(request: Request, run_id: RowId) -> Response:
    async with writing(request) as scope:
        undone = await VersionService(scope).undo(run_id)
    toast = Toast(undone.sentence)
    if not is_htmx(request):
        return redirect("/plan/versions", toast)
    async with reading(request) as scope:
        found, older = await _versions(scope)
        return render(request, scope, "plan/versions.oob.html", toasts=(toast,), versions=found, older=older)


@router.get("/what-if")
async def ask(request: Request, scope: Reading) -> Response:
    return await _what_if(request, scope, {}, {})


@router.post("/what-if")
async def answer(request: Request, form: FormValues) -> Response:
    try:
        async with reading(request) as scope:
            operations = what_if_form.parse(form.values, scope.now, scope.person.zone)
        found = await previewed(request, operations)
    except (InvalidInputError, NotFoundError) as error:
        if form.values.get("kind") not in what_if_form.READERS:
            raise  # no form has a place for it
        async with reading(request) as scope:
            errors = error.fields or {"kind": error.message}
            return await _what_if(request, scope, form.values, errors, status=error.status)
    return await _preview(request, found)


@router.post("/preview")
async def preview(request: Request, form: FormValues) -> Response:
    found = await previewed(request, what_if_form.read_change_set(form.values.get("change_set", "")))
    return await _preview(request, found)


@router.post("/apply")
async def apply(request: Request, form: FormValues) -> Response:
    operations = what_if_form.read_change_set(form.values.get("change_set", ""))
    async with writing(request) as scope:
        applied = await ChangeService(scope).apply(operations)
        await ask_plan(scope)
    said = " ".join(item.sentence for item in applied) or "Planning again."
    return await answered(request, form, Toast(said), SAVED)


@router.get("/catch-up")
async def catch_up(request: Request) -> Response:
    return await _preview(request, await previewed(request, (CatchUp(),)))


@router.get("/alternatives/{task_id}")
async def alternatives(request: Request, task_id: RowId) -> Response:
    return await _options(request, task_id, "alternatives", options.alternatives)


@router.get("/repairs/{task_id}")
async def repairs(request: Request, task_id: RowId) -> Response:
    return await _options(request, task_id, "repairs", options.repairs)


async def solved(request: Request, task_id: int, solve: Solve) -> tuple[Option, ...]:
    """Alternatives or repairs of a task: thinking happens outside of any transaction. NotFoundError as for the task."""
    async with reading(request) as scope:
        await TaskService(scope).get(task_id)
        rows = await PlanningService(scope).load()
    return await solve(rows, task_id, solver_of(request), settings_of(request).plan_seconds)


async def previewed(request: Request, operations: Sequence[Operation]) -> Preview:
    """What the plan would be after the operations; nothing is written."""
    return await what_if.preview(lambda: rehearsing(request), operations, solver_of(request), settings_of(request).plan_seconds)


async def _versions(scope: Scope, before: int | None = None) -> tuple[Sequence[Version], str | None]:
    """The newest versions, or those before the one of an id, and the address of those before them."""
    found = await VersionService(scope).list_newest(PAGE_ROWS + 1, before)
    older = f"/plan/versions?before={found[PAGE_ROWS - 1].id}" if len(found) > PAGE_ROWS else None
    return found[:PAGE_ROWS], older


async def _preview(request: Request, found: Preview) -> Response:
    """What would change, in the dialog; without scripts as a page."""
    async with reading(request) as scope:
        return render(
            request,
            scope,
            "plan/preview.html",
            block="dialog" if is_htmx(request) else None,
            page="today",
            preview=found,
            change_set=what_if_form.write_change_set(found.operations),
        )


async def _options(request: Request, task_id: int, kind: str, solve: Solve) -> Response:
    async with reading(request) as scope:
        details, _ = await TaskDetailsService(scope).show(task_id)
    found = await solved(request, task_id, solve)
    shown = [ShownOption(item, what_if_form.write_change_set(item.operations)) for item in found]
    async with reading(request) as scope:
        template = "plan/_options.html" if request.headers.get("hx-target", "").endswith("options") else "plan/options.html"
        block = "dialog" if is_htmx(request) and template == "plan/options.html" else None
        return render(request, scope, template, block=block, page="today", task=details.row, options=shown, kind=kind)


async def _what_if(
    request: Request, scope: Scope, form: Mapping[str, str], errors: Mapping[str, str], status: int = 200
) -> Response:
    """The page with its forms; a form that was refused stands as it was typed."""
    tasks = tuple(views.Choice(str(task_id), title) for task_id, title in await TaskDetailsService(scope).open_titles())
    return render(
        request,
        scope,
        "plan/what-if.html",
        block="forms" if is_htmx(request) else None,
        status=status,
        page="today",
        form=form,
        errors=errors,
        tasks=tasks,
    )
