"""Settings: one page of parts, each with a form of its own, and the test of the model. Hours are `routers.hours`'."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from assistant.advice import CallRecord
from config import DEFAULT_MODEL, ZONES
from errors import InvalidInputError
from routers.deps import Form, FormValues, Reading, RowId, gateway_of, is_htmx, reading, writing
from routers.rendering import Toast, redirect, render
from services import settings as settings_service
from services.archive import WORD
from services.context import ContextService
from services.hours_settings import HoursSettings, Typed
from services.reminders import ReminderService, parse_telling, telling_form
from services.rhythm import RhythmService, parse_rhythm, rhythm_form
from services.scope import Scope
from services.settings import SettingsService
from services.taste import WISHES, TasteService, parse_taste, taste_form
from services.views import Choice

router = APIRouter(prefix="/settings", include_in_schema=False)

PRESETS = (
    Choice(DEFAULT_MODEL, "DeepSeek V3.2 through OpenRouter"),
    Choice("openai/gpt-5-mini", "OpenAI"),
    Choice("anthropic/claude-haiku-4-5", "Anthropic"),
    Choice("ollama_chat/qwen3", "Ollama on this machine"),
    Choice("openai/your-model", "Any OpenAI-compatible server (give its address)"),
)
ZONE_NAMES = tuple(sorted(ZONES))


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of a test: a sentence, and the details."""

    ok: bool
    text: str
    detail: str | None = None


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    return await page(request, scope)


@router.post("/model")
async def save_model(request: Request, form: FormValues) -> Response:
    return await _save(request, "model", form, lambda service: service.save_model(form.values))


@router.post("/model/test")
async def test_model(request: Request, form: FormValues) -> Response:
    try:
        async with reading(request) as scope:
            model = await SettingsService(scope).model_to_test(form.values)
    except InvalidInputError as error:
        return await _tested(request, TestResult(False, " ".join(error.fields.values())))
    call = await _unless_gone(request, settings_service.test_connection(model, gateway_of(request)))
    if call is None:
        return Response(status_code=204)  # for nobody
    async with writing(request) as scope:
        await SettingsService(scope).log_call(call)
    return await _tested(request, _result(call))


@router.post("/ai")
async def save_switch(request: Request, form: FormValues) -> Response:
    is_on = bool(form.values.get("ai_enabled"))
    return await _save(request, "ai", form, lambda service: service.save_switch(is_on=is_on))


@router.post("/zone")
async def save_zone(request: Request, form: FormValues) -> Response:
    return await _save(request, "zone", form, lambda service: service.save_zone(form.values))


@router.post("/rhythm")
async def save_rhythm(request: Request, form: FormValues) -> Response:
    return await _save(
        request, "rhythm", form, lambda service: RhythmService(service.scope).set_rhythm(parse_rhythm(form.values))
    )


@router.post("/planner")
async def save_planner(request: Request, form: FormValues) -> Response:
    return await _save(
        request, "planner", form, lambda service: TasteService(service.scope).set_taste(parse_taste(form.values))
    )


@router.post("/planner/reset")
async def reset_planner(request: Request, form: FormValues) -> Response:
    return await _save(request, "planner", form, lambda service: TasteService(service.scope).set_taste(parse_taste({})))


@router.post("/notifications")
async def save_notifications(request: Request, form: FormValues) -> Response:
    return await _save(
        request, "notifications", form, lambda service: ReminderService(service.scope).set_telling(parse_telling(form.values))
    )


@router.post("/context")
async def save_context(request: Request, form: FormValues) -> Response:
    return await _save(request, "context", form, lambda service: service.save_context(form.values))


@router.get("/context")
async def show_context(request: Request, scope: Reading) -> Response:
    """What was understood, again: asked for while a model reads."""
    if not is_htmx(request):
        return redirect("/settings#settings-context")
    return await page(request, scope, "settings/_found.html")


@router.post("/context/accept")
async def accept_all(request: Request) -> Response:
    async with writing(request) as scope:
        count = await ContextService(scope).accept_all()
    return await _context_changed(request, f"Accepted {count}: the plan follows.")


@router.post("/context/{constraint_id}/accept")
async def accept(request: Request, constraint_id: RowId) -> Response:
    async with writing(request) as scope:
        said = await ContextService(scope).accept(constraint_id)
    return await _context_changed(request, f"Accepted: {said}.")


@router.post("/context/{constraint_id}/remove")
async def remove(request: Request, constraint_id: RowId) -> Response:
    async with writing(request) as scope:
        said = await ContextService(scope).remove(constraint_id)
    return await _context_changed(request, f"Removed: {said}.")


async def _context_changed(request: Request, said: str) -> Response:
    """What was understood, and the parts that accepting it may change."""
    if not is_htmx(request):
        return redirect("/settings#settings-context", Toast(said))
    async with reading(request) as scope:
        redraw = ("hours", "context")
        return await page(request, scope, "settings/changed.oob.html", redraw=redraw, opened=None, toasts=(Toast(said),))


async def _save(request: Request, part: str, form: Form, store: Callable[[SettingsService], Awaitable[None]]) -> Response:
    """Store one part: its redrawn form, or the form as it was typed with a sentence at each field."""
    block = part if is_htmx(request) else None
    try:
        async with writing(request) as scope:
            await store(SettingsService(scope))
    except InvalidInputError as error:
        async with reading(request) as scope:
            typed = Typed(part, form.values, error.fields)
            return await page(request, scope, block=block, typed=typed, status=error.status)
    if block is None:
        return redirect(f"/settings#settings-{part}", Toast("Saved."))
    async with reading(request) as scope:
        return await page(request, scope, block=block, saved=part)


async def page(
    request: Request,
    scope: Scope,
    template: str = "settings/index.html",
    *,
    block: str | None = None,
    typed: Typed | None = None,
    saved: str | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    """The whole page, one block of it, or what `template` makes of the same values and `more`.

    `typed` could not be stored and stands in its part again; `saved` is the part that was.
    """
    shown = await SettingsService(scope).show()
    taste = await TasteService(scope).get()
    form = dict(shown.form) | rhythm_form(await RhythmService(scope).get()) | taste_form(taste)
    form |= telling_form(await ReminderService(scope).get()) | {"word": ""}
    entered = typed.form if typed else {}
    return render(
        request,
        scope,
        template,
        block=block,
        status=status,
        page="settings",
        form=form | {name: value for name, value in entered.items() if name in form},
        errors=typed.errors if typed else {},
        zones=ZONE_NAMES,
        about=await ContextService(scope).show(),
        hours=await HoursSettings(scope).show(typed),
        key_hint=shown.key_hint,
        key_from_environment=shown.key_from_environment and shown.key_hint is None,
        presets=PRESETS,
        wishes=WISHES,
        is_normal=taste == parse_taste({}),
        erase_word=WORD,
        saved=saved,
        **more,
    )


async def _unless_gone(request: Request, asking: Coroutine[object, object, CallRecord]) -> CallRecord | None:
    """What came of a test; None when the page has cancelled it, and the model is no longer asked."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    call, waiting = asyncio.create_task(asking), asyncio.create_task(gone())
    try:
        await asyncio.wait({call, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return call.result() if call.done() else None
    finally:
        call.cancel()
        waiting.cancel()


async def _tested(request: Request, result: TestResult) -> Response:
    if not is_htmx(request):
        return redirect("/settings#settings-model", Toast(result.text, "info" if result.ok else "error"))
    async with reading(request) as scope:
        return render(request, scope, "settings/_test.html", result=result)


def _result(call: CallRecord) -> TestResult:
    if call.status != "ok":
        return TestResult(False, call.error or "The model did not answer.")
    tokens = (call.prompt_tokens or 0) + (call.completion_tokens or 0)
    detail = f"{call.duration_ms / 1000:.1f} s" + (f", {tokens} tokens" if tokens else "")
    return TestResult(True, f"{call.model} answers.", detail)
