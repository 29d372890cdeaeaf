"""The chat: its page, the drawer that every page opens, messages with their answers, and the buttons of cards."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from errors import AppError, InvalidInputError, UnavailableError
from routers.deps import FormValues, OptionalId, Reading, RowId, hub_of, is_htmx, reading, turns_of, writing
from routers.rendering import Toast, redirect, render
from services.chat import ChatService
from services.chat_page import ChatPageService
from services.scope import Scope

router = APIRouter(prefix="/chat", include_in_schema=False)

QUICK_SECONDS = 0.4
"""Most answers are there by then, and need no second request."""
WAIT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""Another process may be answering, and its wake may not reach this one."""
NONE_OF_THEM = "no"


@router.get("")
async def show(request: Request, scope: Reading, before: OptionalId = None, text: Annotated[str, Query()] = "") -> Response:
    return await _page(request, scope, text=text, before=before)


@router.get("/drawer")
async def drawer(request: Request, scope: Reading) -> Response:
    if not is_htmx(request):
        return redirect("/chat")
    view = await ChatPageService(scope).view()
    return render(request, scope, "chat/_drawer.html", chat=view, text="", error=None)


@router.get("/log")
async def log(request: Request, scope: Reading) -> Response:
    return await _redrawn(request, scope)


@router.post("")
async def say(request: Request, form: FormValues) -> Response:
    text = form.values.get("suggestion") or form.values.get("text", "")
    try:
        async with writing(request) as scope:
            message_id = await ChatService(scope).ask(text)
    except (InvalidInputError, UnavailableError) as error:
        return await _refused(request, text, error)
    turn = turns_of(request).begin(scope.person.id, message_id)
    await asyncio.wait({turn}, timeout=QUICK_SECONDS if is_htmx(request) else None)
    return await _answered(request)


@router.get("/{message_id}/answer")
async def answer(request: Request, message_id: RowId, seen: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Waits for a while until there is more of an answer than was `seen`; the page asks again for the rest. There is nothing to
    wait for where it has ended, or no message is."""
    hub = hub_of(request)
    async with reading(request) as scope:
        user_id = scope.person.id
    woken, until = hub.listen(user_id), asyncio.get_running_loop().time() + WAIT_SECONDS
    try:
        while not hub.is_closing and asyncio.get_running_loop().time() < until:
            async with reading(request) as scope:
                if (mark := await ChatPageService(scope).mark(message_id)) != seen or not mark:
                    break
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await woken.wait()
            woken.clear()
    finally:
        hub.leave(user_id, woken)
    async with reading(request) as scope:
        return await _redrawn(request, scope)


@router.post("/{message_id}/cancel")
async def cancel(request: Request, message_id: RowId) -> Response:
    """Ends an answer where it stands; what was done stays said, with its undo."""
    async with reading(request) as scope:
        user_id = scope.person.id
    await turns_of(request).stop(user_id, message_id)
    return await _answered(request)


@router.post("/cards/{card_id}")
async def settle(request: Request, card_id: RowId, form: FormValues) -> Response:
    picked = form.values.get("pick", NONE_OF_THEM)
    try:
        async with writing(request) as scope:
            await ChatService(scope).settle(card_id, int(picked) if picked.isdecimal() and len(picked) < 4 else None)
    except AppError as error:
        if not is_htmx(request):
            return redirect("/chat#chat-text", Toast(error.message, "error"))
        async with reading(request) as scope:
            return await _redrawn(request, scope, Toast(error.message, "error"), status=error.status)
    return await _answered(request)


@router.get("/cards/{card_id}/preview")
async def preview(request: Request, card_id: RowId) -> Response:
    async with reading(request) as scope:
        operations, user_id = await ChatService(scope).offered(card_id), scope.person.id
    found = await turns_of(request).preview(user_id, operations)
    async with reading(request) as scope:
        return render(request, scope, "chat/_preview.html", preview=found, card_id=card_id)


@router.post("/clear")
async def clear(request: Request) -> Response:
    async with writing(request) as scope:
        await ChatService(scope).clear()
    return await _answered(request)


async def _answered(request: Request) -> Response:
    if not is_htmx(request):
        return redirect("/chat#chat-text")
    async with reading(request) as scope:
        return await _redrawn(request, scope)


async def _redrawn(request: Request, scope: Scope, *toasts: Toast, status: int = 200, error: str | None = None) -> Response:
    view = await ChatPageService(scope).view()
    return render(request, scope, "chat/log.oob.html", status=status, chat=view, toasts=toasts, error=error)


async def _refused(request: Request, text: str, error: AppError) -> Response:
    async with reading(request) as scope:
        if is_htmx(request):
            return await _redrawn(request, scope, status=error.status, error=error.message)
        return await _page(request, scope, text=text, error=error.message, status=error.status)


async def _page(
    request: Request, scope: Scope, *, text: str, before: int | None = None, error: str | None = None, status: int = 200
) -> Response:
    view = await ChatPageService(scope).view(before)
    return render(request, scope, "chat/index.html", status=status, page="chat", chat=view, text=text[:2000], error=error)
