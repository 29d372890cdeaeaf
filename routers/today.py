"""Today: the page, and its regions as the event stream asks for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from routers.deps import Form, Reading, Showing, Shown, is_htmx, reading, showing
from routers.rendering import Toast, redirect, render
from services.chips import Heard
from services.scope import Scope
from services.task_list import TaskListService
from services.today import TodayService
from services.views import TaskDetails

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class QuickAdd:
    """The quick-add form: what stands in the field, what was wrong with it, how the last text was understood, or how this one
    is, with the anchors of chips that were removed.

    `token` makes a form that is sent twice one task.
    """

    token: str
    text: str = ""
    error: str | None = None
    understood: str | None = None
    heard: Heard | None = None
    ignored: tuple[str, ...] = ()


def quick_add(
    text: str = "",
    error: str | None = None,
    understood: str | None = None,
    heard: Heard | None = None,
    ignored: tuple[str, ...] = (),
    token: str | None = None,
) -> QuickAdd:
    """The form, with a fresh token unless it is to be sent again."""
    return QuickAdd(token or secrets.token_urlsafe(12), text, error, understood, heard, ignored)


@router.get("/")
async def show(request: Request, scope: Reading, shown: Shown) -> Response:
    return await page(request, scope, shown)


@router.get("/quick-add")
async def quick_add_dialog(request: Request, scope: Reading) -> Response:
    """The field for a new task, for pages that have none."""
    block = "dialog" if is_htmx(request) else None
    return render(request, scope, "today/add.html", block=block, page="", quick_add=quick_add())


@router.get("/today/regions")
async def regions(request: Request, scope: Reading, shown: Shown) -> Response:
    return await redrawn(request, scope, shown)


async def page(request: Request, scope: Scope, shown: Showing, add: QuickAdd | None = None, status: int = 200) -> Response:
    """The whole page."""
    view = await TodayService(scope).page(shown.day, shown.groups)
    has_demo, add = scope.person.has_demo, add or quick_add()
    return render(request, scope, "today/index.html", status=status, page="today", view=view, quick_add=add, has_demo=has_demo)


async def redrawn(
    request: Request,
    scope: Scope,
    shown: Showing,
    *toasts: Toast,
    template: str = "today/regions.oob.html",
    add: QuickAdd | None = None,
    details: TaskDetails | None = None,
) -> Response:
    """The regions of the page (Today's, or the list of all tasks) as out-of-band fragments, and what an open dialog shows of
    a task."""
    if shown.listed is None:
        view, listing = await TodayService(scope).page(shown.day, shown.groups), None
    else:
        view, listing = None, await TaskListService(scope).shown(shown.listed, shown.rows)
    return render(request, scope, template, view=view, listing=listing, toasts=toasts, quick_add=add, details=details)


async def answered(request: Request, form: Form, toast: Toast, template: str = "today/regions.oob.html") -> Response:
    """What an action answers once it is committed: the redrawn regions, or without scripts the page again."""
    shown = showing(form.values)
    if not is_htmx(request):
        return redirect(shown.url, toast)
    async with reading(request) as scope:
        return await redrawn(request, scope, shown, toast, template=template)
