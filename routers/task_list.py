"""The page Tasks: all tasks, searched as one types, filtered by the address, and what is done to many of them at once."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from routers.deps import FormValues, Reading, RowId, Shown, is_htmx, writing
from routers.rendering import Toast, render
from routers.today import answered, redrawn
from services.bulk import BulkService, Undone
from services.task_list import TaskListService
from services.task_order import TaskOrderService, target_of
from services.wording import plural

router = APIRouter(prefix="/tasks", include_in_schema=False)


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    """The page; for htmx its list, or the rows that follow."""
    listing = await TaskListService(scope).listing(request.query_params)
    if not is_htmx(request):
        groups = await TaskListService(scope).groups()
        return render(request, scope, "task-list/index.html", page="tasks", listing=listing, groups=groups)
    is_more = "after" in request.query_params
    return render(request, scope, "task-list/_rows.html" if is_more else "task-list/_results.html", listing=listing)


@router.get("/list")
async def regions(request: Request, scope: Reading, shown: Shown) -> Response:
    """The list as the event stream asks for it."""
    return await redrawn(request, scope, shown)


@router.post("/{task_id}/move")
async def move(request: Request, task_id: RowId, form: FormValues) -> Response:
    """Put a task elsewhere in the person's own order: `before` or `after` another, or `to` the top, up or down in the list."""
    target = target_of(request.query_params)
    async with writing(request) as scope:
        order = TaskOrderService(scope)
        if isinstance(target, tuple):
            moved = await order.move(task_id, *target)
        else:
            moved = await order.move_along(task_id, target, form.values.get("listed", ""))
    back = f"/tasks/{task_id}/move?{moved.back}" if moved.back else None
    return await answered(request, form, Toast(moved.sentence, undo_url=back))


@router.post("/bulk/complete")
async def complete(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        bulk = BulkService(scope)
        done, undo_url = await bulk.complete(form.all("ids")), f"/tasks/bulk/reopen?at={bulk.moment()}"
    toast = Toast(f"Completed {plural(done, 'task')}.", undo_url=undo_url) if done else Toast("These are done already.")
    return await answered(request, form, toast)


@router.post("/bulk/delete")
async def delete(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        bulk = BulkService(scope)
        gone, undo_url = await bulk.delete(form.all("ids")), f"/tasks/bulk/restore?at={bulk.moment()}"
    return await answered(request, form, Toast(f"Deleted {plural(gone, 'task')}.", undo_url=undo_url))


@router.post("/bulk/edit")
async def edit(request: Request, form: FormValues) -> Response:
    async with writing(request) as scope:
        changed = await BulkService(scope).edit(form.all("ids"), form.values)
    return await answered(request, form, Toast(f"Changed {plural(changed, 'task')}."))


@router.post("/bulk/{act}")
async def undo(request: Request, act: Literal["reopen", "restore"], form: FormValues) -> Response:
    """Take back what was done to many at once, by its moment."""
    moment = request.query_params.get("at", "")
    async with writing(request) as scope:
        bulk = BulkService(scope)
        undone = await (bulk.reopen(moment) if act == "reopen" else bulk.restore(moment))
    said = f"{plural(undone.back, 'task')} {'is' if undone.back == 1 else 'are'} {'open again' if act == 'reopen' else 'back'}"
    return await answered(request, form, Toast(f"{said}{_except(undone)}."))


def _except(undone: Undone) -> str:
    """What did not come back: "; “Pack” and 2 more are not: its whole was deleted"."""
    if not undone.left:
        return ""
    more = len(undone.left) - 1
    names = f"“{undone.left[0]}”" + (f" and {more} more are not" if more else " is not")
    return f"; {names}: {undone.why.removesuffix('.')}"
