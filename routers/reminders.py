"""What an open page is to tell: asked for when the page opens, and whenever the event stream says that something changed."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from routers.deps import Reading
from routers.rendering import render
from services.reminders import ReminderService

router = APIRouter(include_in_schema=False)


@router.get("/reminders")
async def show(request: Request, scope: Reading) -> Response:
    return render(request, scope, "shared/_reminders.html", reminders=await ReminderService(scope).coming())
