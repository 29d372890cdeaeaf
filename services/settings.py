"""A person's settings: the model, the AI switch, the time zone and their own context. Hours have rooms of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from addresses import Policy, RefusedAddressError, parse_address
from assistant.advice import CallRecord, ModelSettings
from assistant.gateway import Gateway
from assistant.telling import Clock
from config import ZONES
from errors import InvalidInputError
from models import CONTEXT_LENGTH, LeaseKind, ModelCall, Preferences
from repositories.model_calls import ModelCallRepository
from repositories.users import UserRepository
from services import model_settings, vault
from services.context import ContextService
from services.fields import Fields
from services.scope import Scope

MAX_MODEL = 200
MAX_ADDRESS = 500
MAX_KEY = 500


@dataclass(frozen=True, slots=True)
class ModelEdit:
    """What the model form says. `api_key` None keeps the stored one, "" removes it."""

    model: str
    api_base: str | None
    api_key: str | None
    max_tokens: int
    temperature: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What the settings page shows of a person's settings."""

    form: Mapping[str, str]
    key_hint: str | None
    key_from_environment: bool


class SettingsService:
    """Reads and writes one person's settings."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.users = UserRepository(scope.session)

    async def show(self) -> Shown:
        """All sections."""
        preferences = await self._preferences()
        form = {
            "model": preferences.model,
            "api_base": preferences.api_base or "",
            "max_tokens": str(preferences.max_tokens),
            "temperature": f"{preferences.temperature:g}",
            "ai_enabled": "on" if preferences.ai_enabled else "",
            "zone": preferences.timezone,
            "day_first": "on" if preferences.day_first else "",
            "clock": preferences.clock or "",
            "context": await self.users.get_context(self.scope.person.id),
        }
        settings = self.scope.settings
        shared = None if preferences.api_base else model_settings.environment_key(preferences.model, settings)
        return Shown(form, model_settings.hint(preferences, settings), shared is not None)

    async def save_model(self, form: Mapping[str, str]) -> None:
        """Store the model; the key is encrypted. Raises InvalidInputError with a sentence for each field at fault."""
        edit = parse_model(form, self.scope.settings.outbound)
        await self.scope.lock()
        preferences = await self._preferences()
        preferences.model, preferences.api_base = edit.model, edit.api_base
        preferences.max_tokens, preferences.temperature = edit.max_tokens, edit.temperature
        if edit.api_key is not None:
            encrypted = vault.encrypt(edit.api_key, self.scope.settings) if edit.api_key else None
            preferences.api_key_encrypted = encrypted
        await self.scope.session.flush()
        await self.scope.changed(is_replanned=False)

    async def model_to_test(self, form: Mapping[str, str]) -> ModelSettings:
        """The form's model as it would be asked, with the stored key where the form has none."""
        edit = parse_model(form, self.scope.settings.outbound)
        preferences = await self._preferences()
        trial = Preferences(
            model=edit.model,
            api_base=edit.api_base,
            max_tokens=edit.max_tokens,
            temperature=edit.temperature,
            api_key_encrypted=preferences.api_key_encrypted if edit.api_key is None else None,
        )
        resolved = model_settings.resolve(trial, self.scope.settings)
        return resolved.model_copy(update={"api_key": edit.api_key, "is_key_lost": False}) if edit.api_key else resolved

    async def log_call(self, call: CallRecord) -> None:
        """Keep a test call in the AI log: it was a call like any other."""
        values = call.model_dump(exclude={"task_ids"})
        await ModelCallRepository(self.scope.session).add(ModelCall(user_id=self.scope.person.id, **values), ())

    async def save_switch(self, *, is_on: bool) -> None:
        """Turn the person's AI on or off; off, nothing leaves the machine."""
        await self.scope.lock()
        preferences = await self._preferences()
        preferences.ai_enabled = is_on
        await self.scope.session.flush()
        await self.scope.changed(is_replanned=False)

    async def save_zone(self, form: Mapping[str, str]) -> None:
        """Set the time zone (hours are local, so the plan follows), how the person writes dates, and by which clock they read
        times. What the planner has said of a slot, it says anew."""
        zone = form.get("zone", "").strip()
        if zone not in ZONES:
            raise InvalidInputError("Some fields need another look.", {"zone": "Choose a zone such as Europe/Berlin."})
        await self.scope.lock()
        preferences = await self._preferences()
        preferences.timezone, preferences.day_first = zone, bool(form.get("day_first"))
        preferences.clock = next((clock for clock in get_args(Clock) if clock == form.get("clock")), None)
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)

    async def save_context(self, form: Mapping[str, str]) -> None:
        """Keep what the person says about themselves; it is read for constraints, and goes into the advice from now on."""
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        text = fields.text("context", CONTEXT_LENGTH)
        if fields.errors:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        await ContextService(self.scope).save(text)

    async def _preferences(self) -> Preferences:
        return await self.users.get_preferences(self.scope.person.id)


async def test_connection(model: ModelSettings, gateway: Gateway) -> CallRecord:
    """One real small call, whatever the switches say: the person asked for it."""
    return await gateway.test_connection(model)


def parse_model(form: Mapping[str, str], outbound: Policy) -> ModelEdit:
    """Read the model form. Raises InvalidInputError with a sentence for each field at fault."""
    errors: dict[str, str] = {}
    model, address = form.get("model", "").strip(), form.get("api_base", "").strip()
    if "/" not in model.strip("/") or len(model) > MAX_MODEL or any(sign.isspace() for sign in model):
        errors["model"] = "Name the provider and the model, such as openrouter/deepseek/deepseek-v3.2-exp."
    if address and (refusal := _refused(address, outbound)):
        errors["api_base"] = refusal
    tokens = form.get("max_tokens", "").strip()
    if not (tokens.isascii() and tokens.isdecimal() and len(tokens) < 7 and 100 <= int(tokens) <= 10_000):
        errors["max_tokens"] = "A whole number from 100 to 10000."
    try:
        temperature = float(form.get("temperature", "").replace(",", "."))
    except ValueError:
        temperature = -1.0
    if not 0 <= temperature <= 2:
        errors["temperature"] = "A number from 0 to 2."
    key = form.get("api_key", "").strip()
    if len(key) > MAX_KEY or not key.isprintable() or not key.isascii():
        errors["api_key"] = "This is not a key: keys are short and plain."
    if errors:
        raise InvalidInputError("Some fields need another look.", errors)
    kept = None if not key and not form.get("remove_key") else key
    return ModelEdit(model, address or None, kept, int(tokens), temperature)


def _refused(address: str, outbound: Policy) -> str | None:
    """Why an address cannot be used, as far as its spelling tells; what a name stands for is seen when it is opened."""
    if len(address) > MAX_ADDRESS:
        return f"At most {MAX_ADDRESS} characters; this has {len(address)}."
    try:
        outbound.check_spelled(parse_address(address))
    except RefusedAddressError as error:
        return str(error)
    return None
