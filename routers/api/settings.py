"""A person's settings as JSON. The model's key goes in and never comes out: only its last four characters are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from errors import InvalidInputError
from models import Emphasis
from routers.api.schemas import Example, Schema
from routers.deps import Reading, reading, writing
from services.reminders import ReminderService, parse_telling, telling_form
from services.rhythm import RhythmService, parse_rhythm, rhythm_form
from services.scope import Scope
from services.settings import SettingsService
from services.taste import TasteService, parse_taste, taste_form

router = APIRouter(tags=["settings"])

MODEL = ("model", "api_base", "api_key", "max_tokens", "temperature")
RHYTHM = ("max_stretch_minutes", "break_minutes", "buffer_minutes", "focus_start", "focus_end")
TELLING = ("remind_minutes", "tells_risks")
TASTE = ("taste_deadlines", "taste_importance", "taste_times", "taste_calm")
EXAMPLE: Example = {"timezone": "Europe/Berlin", "max_tokens": 2000, "focus_start": "09:00", "focus_end": "12:00"}
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class SettingsOut(Schema):
    """The settings. `key_hint`: the last four characters of the stored key; null: there is none."""

    model: str
    api_base: str | None
    key_hint: str | None
    key_from_environment: bool
    max_tokens: int
    temperature: float
    ai_enabled: bool
    timezone: str
    day_first: bool
    clock: Literal["12", "24"] | None
    max_stretch_minutes: int
    break_minutes: int
    buffer_minutes: int
    focus_start: str | None
    focus_end: str | None
    taste_deadlines: Emphasis
    taste_importance: Emphasis
    taste_times: Emphasis
    taste_calm: Emphasis
    remind_minutes: int | None
    tells_risks: bool


class SettingsPatch(BaseModel):
    """What is to change; what is left out stays. Null takes a key, an address or a focus time away; 0 minutes are no rule.

    `taste_*` say what the planner weighs less or more: room before deadlines, importance, times that suit, few moves.
    `remind_minutes`: how long before a block an open page reminds of it; null: never. `clock`: hours that pages and sentences
    count to; null: as in the browser.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    model: Annotated[str, Field(max_length=1000)] = ""
    api_base: Annotated[str, Field(max_length=1000)] | None = None
    api_key: Annotated[SecretStr, Field(max_length=1000)] | None = None
    max_tokens: Annotated[int, Field(ge=100, le=10_000)] = 2000
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.2
    ai_enabled: bool = True
    timezone: Annotated[str, Field(max_length=64)] = ""
    day_first: bool = False
    clock: Literal["12", "24"] | None = None
    max_stretch_minutes: Minutes = 0
    break_minutes: Minutes = 0
    buffer_minutes: Minutes = 0
    focus_start: Clock | None = None
    focus_end: Clock | None = None
    taste_deadlines: Emphasis = "normal"
    taste_importance: Emphasis = "normal"
    taste_times: Emphasis = "normal"
    taste_calm: Emphasis = "normal"
    remind_minutes: Literal[0, 5, 10, 15] | None = None
    tells_risks: bool = False


@router.get("/settings")
async def get_settings(scope: Reading) -> SettingsOut:
    """The model, the switch of the AI, the time zone, breaks, focus, what the planner weighs, and what open pages tell.

    Hours and context have addresses of their own.
    """
    return await _shown(scope)


@router.patch("/settings")
async def change_settings(request: Request, patch: SettingsPatch) -> SettingsOut:
    """Change what is sent, all of it or nothing; the plan follows."""
    sent = {name: _text(getattr(patch, name)) for name in patch.model_fields_set}
    async with writing(request) as scope:
        await _store(scope, sent)
    async with reading(request) as scope:
        return await _shown(scope)


async def _store(scope: Scope, sent: dict[str, str]) -> None:
    """The forms of the settings page that something was sent of, as they stand but for that."""
    service, rhythm = SettingsService(scope), RhythmService(scope)
    taste, telling = TasteService(scope), ReminderService(scope)
    await scope.lock()
    form = dict((await service.show()).form) | rhythm_form(await rhythm.get()) | taste_form(await taste.get())
    form |= telling_form(await telling.get()) | sent
    form |= {"zone": sent["timezone"]} if "timezone" in sent else {}
    form |= {"remove_key": "on"} if sent.get("api_key") == "" else {}
    if sent.keys() & {*MODEL}:
        await service.save_model(form)
    if "ai_enabled" in sent:
        await service.save_switch(is_on=bool(sent["ai_enabled"]))
    if sent.keys() & {"timezone", "day_first", "clock"}:
        with _renamed("zone", "timezone"):
            await service.save_zone(form)
    if sent.keys() & {*RHYTHM}:
        with _renamed("focus", "focus_start" if "focus_start" in sent else "focus_end"):
            await rhythm.set_rhythm(parse_rhythm(form))
    if sent.keys() & {*TASTE}:
        await taste.set_taste(parse_taste(form))
    if sent.keys() & {*TELLING}:
        await telling.set_telling(parse_telling(form))


@contextmanager
def _renamed(field: str, name: str) -> Iterator[None]:
    """What is wrong with a field of the form, by the name that the program uses."""
    try:
        yield
    except InvalidInputError as error:
        error.fields = {name if known == field else known: sentence for known, sentence in error.fields.items()}
        raise


def _text(value: object) -> str:
    """A value as it stands in a form."""
    if isinstance(value, bool):
        return "on" if value else ""
    return value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else str(value)


async def _shown(scope: Scope) -> SettingsOut:
    shown = await SettingsService(scope).show()
    form, rhythm = shown.form, await RhythmService(scope).get()
    spoken, taste, telling = rhythm_form(rhythm), await TasteService(scope).get(), await ReminderService(scope).get()
    return SettingsOut(
        model=form["model"],
        api_base=form["api_base"] or None,
        key_hint=shown.key_hint,
        key_from_environment=shown.key_from_environment,
        max_tokens=int(form["max_tokens"]),
        temperature=float(form["temperature"]),
        ai_enabled=bool(form["ai_enabled"]),
        timezone=form["zone"],
        day_first=bool(form["day_first"]),
        clock="12" if form["clock"] == "12" else "24" if form["clock"] else None,
        max_stretch_minutes=rhythm.max_stretch_minutes,
        break_minutes=rhythm.break_minutes,
        buffer_minutes=rhythm.buffer_minutes,
        focus_start=spoken["focus_start"] or None,
        focus_end=spoken["focus_end"] or None,
        taste_deadlines=taste.deadlines,
        taste_importance=taste.importance,
        taste_times=taste.times,
        taste_calm=taste.calm,
        remind_minutes=telling.lead_minutes,
        tells_risks=telling.tells_risks,
    )
