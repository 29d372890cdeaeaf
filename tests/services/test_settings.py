"""A person's settings: the model with its key, the switch, the zone, hours and context."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from addresses import OWN_MACHINE
from errors import InvalidInputError
from models import Preferences
from services import model_settings, vault
from services.settings import SettingsService, parse_model
from tests.support.stage import KEY, Stage, local, settings_for

MODEL = {
    "model": "openai/scripted",
    "api_base": "http://127.0.0.1:9/v1",
    "api_key": KEY,
    "max_tokens": "2000",
    "temperature": "0.2",
}


async def preferences(stage: Stage, who: int | None = None) -> Preferences:
    async with stage.reading(who) as scope:
        return (await scope.session.scalars(select(Preferences).where(Preferences.user_id == scope.person.id))).one()


async def save_model(stage: Stage, form: Mapping[str, str]) -> None:
    async with stage.writing() as scope:
        await SettingsService(scope).save_model(form)


class TestParseModel:
    @pytest.mark.parametrize("tokens", ["100", "10000", " 2000 "])
    def test_valid(self, tokens: str) -> None:
        edit = parse_model(MODEL | {"max_tokens": tokens, "temperature": "0,7", "api_key": ""}, OWN_MACHINE)
        assert (edit.max_tokens, edit.temperature, edit.api_key) == (int(tokens), 0.7, None)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"model": ""}, "model"),
            ({"model": "gpt"}, "model"),
            ({"model": "openai/gpt 5"}, "model"),
            ({"model": "openai/" + "x" * 200}, "model"),
            ({"api_base": "ftp://host"}, "api_base"),
            ({"api_base": "http://" + "x" * 500}, "api_base"),
            ({"max_tokens": "99"}, "max_tokens"),
            ({"max_tokens": "10001"}, "max_tokens"),
            ({"max_tokens": "2e3"}, "max_tokens"),
            ({"max_tokens": ""}, "max_tokens"),
            ({"temperature": "2.1"}, "temperature"),
            ({"temperature": "nan"}, "temperature"),
            ({"temperature": "warm"}, "temperature"),
            ({"api_key": "sk\nX-Header: 1"}, "api_key"),
            ({"api_key": "ключ"}, "api_key"),
            ({"api_key": "x" * 501}, "api_key"),
        ],
    )
    def test_invalid(self, changes: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_model(MODEL | changes, OWN_MACHINE)
        assert [*caught.value.fields] == [field]


class TestSaveModel:
    async def test_key_is_encrypted(self, stage: Stage) -> None:
        await save_model(stage, MODEL)
        stored = await preferences(stage)
        assert stored.api_key_encrypted is not None
        assert KEY not in stored.api_key_encrypted
        assert vault.decrypt(stored.api_key_encrypted, stage.settings) == KEY
        assert model_settings.hint(stored, stage.settings) == f"•••• {KEY[-4:]}"

    async def test_key_of_another_secret(self, stage: Stage) -> None:
        """SECRET_KEY was changed: the key is lost, and nothing breaks."""
        await save_model(stage, MODEL)
        other = settings_for(stage.database.url, secret_key=SecretStr("x" * 48))
        stored = await preferences(stage)
        assert vault.decrypt(stored.api_key_encrypted, other) is None
        assert "cannot read" in (model_settings.hint(stored, other) or "")

    async def test_empty_keeps_the_key(self, stage: Stage) -> None:
        await save_model(stage, MODEL)
        await save_model(stage, MODEL | {"api_key": "", "max_tokens": "300"})
        stored = await preferences(stage)
        assert (stored.max_tokens, vault.decrypt(stored.api_key_encrypted, stage.settings)) == (300, KEY)

    async def test_remove(self, stage: Stage) -> None:
        await save_model(stage, MODEL)
        await save_model(stage, MODEL | {"api_key": "", "remove_key": "on"})
        assert (await preferences(stage)).api_key_encrypted is None

    async def test_other_user(self, stage: Stage) -> None:
        await save_model(stage, MODEL)
        hers = await preferences(stage, stage.eve)
        assert (hers.model, hers.api_base, hers.api_key_encrypted) == ("none/none", None, None)


class TestResolve:
    def test_own_key_goes_first(self) -> None:
        settings = settings_for("sqlite:///x.db", openai_api_key=SecretStr("sk-environment"))
        stored = Preferences(model="openai/x", max_tokens=2000, temperature=0, api_base=None)
        assert model_settings.resolve(stored, settings).api_key == "sk-environment"
        stored.api_key_encrypted = vault.encrypt(KEY, settings)
        assert model_settings.resolve(stored, settings).api_key == KEY

    def test_environments_key_goes_to_its_provider_alone(self) -> None:
        """A person could otherwise have it sent to a server of their own."""
        settings = settings_for("sqlite:///x.db", openai_api_key=SecretStr("sk-environment"))
        stored = Preferences(model="openai/x", max_tokens=2000, temperature=0, api_base="http://evil.example/v1")
        assert model_settings.resolve(stored, settings).api_key is None
        other = Preferences(model="groq/x", max_tokens=2000, temperature=0, api_base=None)
        assert model_settings.resolve(other, settings).api_key is None


class TestIsInUse:
    @pytest.mark.parametrize(
        ("changes", "is_in_use"),
        [
            ({"api_base": None}, False),
            ({"api_base": "http://127.0.0.1:9/v1"}, True),
            ({"model": "ollama_chat/qwen3", "api_base": None}, True),
            ({"model": "", "api_base": "http://127.0.0.1:9/v1"}, False),
            ({"ai_enabled": False, "api_base": "http://127.0.0.1:9/v1"}, False),
        ],
    )
    def test_person(self, changes: dict[str, str | bool | None], is_in_use: bool) -> None:
        stored = Preferences(**{"model": "openai/x", "ai_enabled": True, **changes})
        assert model_settings.is_in_use(stored, settings_for("sqlite:///x.db")) is is_in_use

    def test_instance(self) -> None:
        stored = Preferences(model="openai/x", ai_enabled=True, api_base="http://127.0.0.1:9/v1")
        assert not model_settings.is_in_use(stored, settings_for("sqlite:///x.db", ai_enabled=False))


class TestSaveZone:
    async def test_valid(self, stage: Stage) -> None:
        """9 o'clock is another instant now: Monday 9:00 in New York is 15:00 in Berlin."""
        task_id = await stage.add("Write 60min")
        async with stage.writing() as scope:
            await SettingsService(scope).save_zone({"zone": "America/New_York"})
        stage.clock.advance(minutes=60)
        await stage.runner().flag_overdue()
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at == local(23, "15:00")

    @pytest.mark.parametrize("zone", ["", "Berlin", "Europe/Atlantis", "../etc/passwd", "x" * 1000])
    async def test_invalid(self, stage: Stage, zone: str) -> None:
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError) as caught:
                await SettingsService(scope).save_zone({"zone": zone})
        assert [*caught.value.fields] == ["zone"]


class TestSaveContext:
    async def test_valid(self, stage: Stage) -> None:
        for text in ("Gym on Tuesdays.\r\nNo calls\x00 before 10.", "Nothing."):
            async with stage.writing() as scope:
                await SettingsService(scope).save_context({"context": text})
            async with stage.reading() as scope:
                shown = (await SettingsService(scope).show()).form["context"]
            assert shown == text.replace("\r\n", "\n").replace("\x00", " ")
        async with stage.reading(stage.eve) as scope:
            assert (await SettingsService(scope).show()).form["context"] == ""

    async def test_invalid(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError, match="another look"):
                await SettingsService(scope).save_context({"context": "x" * 10_001})
