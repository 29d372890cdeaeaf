"""Settings: one page of sections, each its own form, and the test of the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response

from assistant.advice import CallRecord
from config import DEFAULT_MODEL
from errors import InvalidInputError
from routers.deps import Form, FormValues, Reading, gateway_of, is_htmx, reading, writing
from routers.rendering import Toast, redirect, render
from services import settings as settings_service
from services.scope import Scope
from services.settings import SettingsService
from services.views import Choice

router = APIRouter(prefix="/settings", include_in_schema=False)

PRESETS = (
    Choice(DEFAULT_MODEL, "DeepSeek V3.2 through OpenRouter"),
    Choice("openai/gpt-5-mini", "OpenAI"),
    Choice("anthropic/claude-haiku-4-5", "Anthropic"),
    Choice("ollama_chat/qwen3", "Ollama on this machine"),
    Choice("openai/your-model", "Any OpenAI-compatible server (give its address)"),
)
ZONES = tuple(sorted(available_timezones()))


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of a test: a sentence, and the details."""

    ok: bool
    text: str
    detail: str | None = None


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    return await _page(request, scope)


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
    call = await settings_service.test_connection(model, gateway_of(request))
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


@router.post("/hours")
async def save_hours(request: Request, form: FormValues) -> Response:
    return await _save(request, "hours", form, lambda service: service.save_hours(form.values))


@router.post("/context")
async def save_context(request: Request, form: FormValues) -> Response:
    return await _save(request, "context", form, lambda service: service.save_context(form.values))


async def _save(request: Request, section: str, form: Form, store: Callable[[SettingsService], Awaitable[None]]) -> Response:
    """Store one section: its redrawn form, or the form as it was typed with a sentence at each field."""
    try:
        async with writing(request) as scope:
            await store(SettingsService(scope))
    except InvalidInputError as error:
        async with reading(request) as scope:
            return await _page(request, scope, section, typed=form.values, errors=error.fields, status=error.status)
    if not is_htmx(request):
        return redirect(f"/settings#settings-{section}", Toast("Saved."))
    async with reading(request) as scope:
        return await _page(request, scope, section, saved=section)


async def _page(
    request: Request,
    scope: Scope,
    section: str | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: str | None = None,
    status: int = 200,
) -> Response:
    """The whole page, or for htmx the one section."""
    shown = await SettingsService(scope).show()
    hours = shown.hours
    if typed and section == "hours":
        hours = {weekday: _typed_ranges(typed, day) for weekday, day in enumerate(_DAYS)}
    return render(
        request,
        scope,
        "settings/index.html",
        block=section if is_htmx(request) else None,
        status=status,
        page="settings",
        form=dict(shown.form) | {name: value for name, value in (typed or {}).items() if name in shown.form},
        errors=errors or {},
        zones=ZONES,
        hours=hours,
        key_hint=shown.key_hint,
        key_from_environment=shown.key_from_environment and shown.key_hint is None,
        presets=PRESETS,
        saved=saved,
    )


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


def _typed_ranges(typed: Mapping[str, str], day: str) -> tuple[tuple[str, str], ...]:
    return tuple((typed.get(f"{day}_start_{number}", ""), typed.get(f"{day}_end_{number}", "")) for number in (1, 2))


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
