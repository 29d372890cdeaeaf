"""Secrets that are kept encrypted: read with any listed SECRET_KEY, moved to the newest, and said where they are lost."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import select, update

from config import Settings
from models import Preferences
from services import jwt_tokens, model_settings, vault
from services.settings import SettingsService
from services.vault import Rotation, rotate
from tests.support.stage import KEY, Stage, person, settings_for

OLD, NEW, OTHER = "o" * 40, "n" * 40, "x" * 40


def keyed(stage: Stage, key: str, *previous: str) -> Settings:
    return settings_for(stage.database.url, secret_key=SecretStr(key), secret_key_previous=SecretStr(", ".join(previous)))


async def store(stage: Stage, key: str, *owners: int) -> None:
    """Give each a key of their own, stored with that SECRET_KEY."""
    async with stage.database.session_scope() as session:
        for owner in owners:
            stored = vault.encrypt(f"{KEY}-{owner}", keyed(stage, key))
            await session.execute(update(Preferences).where(Preferences.user_id == owner).values(api_key_encrypted=stored))


async def stored(stage: Stage) -> dict[int, str]:
    async with stage.database.read_scope() as session:
        rows = await session.execute(select(Preferences.user_id, Preferences.api_key_encrypted))
        return {owner: key for owner, key in rows if key}


class TestRotate:
    async def test_all_move_in_batches(self, stage: Stage) -> None:
        owners = [stage.ada, stage.eve, *[await person(stage.database, f"p{number}") for number in range(5)]]
        await person(stage.database, "without a key")
        await store(stage, OLD, *owners)
        both, new = keyed(stage, NEW, OTHER, OLD), keyed(stage, NEW)
        assert await rotate(stage.database, both, batch=2) == Rotation(moved=7)
        assert {owner: vault.decrypt(key, new) for owner, key in (await stored(stage)).items()} == {
            owner: f"{KEY}-{owner}" for owner in owners
        }
        before = await stored(stage)
        assert await rotate(stage.database, both, batch=7) == Rotation(current=7)
        assert await stored(stage) == before

    async def test_what_cannot_be_read_is_kept_and_said(self, stage: Stage) -> None:
        await store(stage, OLD, stage.ada)
        await store(stage, OTHER, stage.eve)
        before = await stored(stage)
        done = await rotate(stage.database, keyed(stage, NEW, OLD))
        assert done == Rotation(moved=1, unreadable=1)
        assert done.sentence == (
            "1 stored key encrypted anew, 0 were already. 1 cannot be read with SECRET_KEY or SECRET_KEY_PREVIOUS: "
            "add the key that they were stored with."
        )
        after = await stored(stage)
        assert (after[stage.eve], after[stage.ada] != before[stage.ada]) == (before[stage.eve], True)

    async def test_nobody(self, stage: Stage) -> None:
        assert await rotate(stage.database, keyed(stage, NEW)) == Rotation()


class TestPrevious:
    async def test_read_before_it_is_moved(self, stage: Stage) -> None:
        await store(stage, OLD, stage.ada)
        key = (await stored(stage))[stage.ada]
        assert vault.decrypt(key, keyed(stage, NEW, OLD)) == f"{KEY}-{stage.ada}"
        assert vault.decrypt(key, keyed(stage, NEW)) is None

    async def test_a_lost_key_is_said_where_it_is_used(self, stage: Stage) -> None:
        """Neither an error nor the environment's key instead: a sentence that says what to do, until another is given."""
        await store(stage, OLD, stage.ada)
        stage.settings = settings_for(
            stage.database.url, secret_key=SecretStr(NEW), openrouter_api_key=SecretStr("sk-of-everybody")
        )
        form = {"model": "openrouter/x", "api_base": "", "api_key": "", "max_tokens": "2000", "temperature": "0"}
        async with stage.reading() as scope:
            model = await SettingsService(scope).model_to_test(form)
            again = await SettingsService(scope).model_to_test(form | {"api_key": "sk-another"})
            shown = await SettingsService(scope).show()
        assert (model.api_key, model.is_key_lost, again.is_key_lost) == (None, True, False)
        assert "cannot read" in (shown.key_hint or "")
        record = await stage.gateway.test_connection(model)
        assert record.error == (
            "The stored API key cannot be read any more, since SECRET_KEY has changed: enter it again in Settings."
        )

    async def test_the_environments_key_without_one_of_ones_own(self, stage: Stage) -> None:
        settings = settings_for(stage.database.url, openrouter_api_key=SecretStr("sk-of-everybody"))
        preferences = Preferences(model="openrouter/x", max_tokens=2000, temperature=0)
        assert model_settings.resolve(preferences, settings).api_key == "sk-of-everybody"

    async def test_tokens_outlive_the_change(self, stage: Stage) -> None:
        """Programs that are signed in stay so while the former key is listed; new tokens are signed with the new one."""
        now, later = stage.clock(), stage.clock() + timedelta(minutes=10)
        token = jwt_tokens.make(keyed(stage, OLD), stage.ada, jwt_tokens.ACCESS, "j1", now, later)
        assert jwt_tokens.read(keyed(stage, NEW, OTHER, OLD), token, jwt_tokens.ACCESS, now) is not None
        assert jwt_tokens.read(keyed(stage, NEW), token, jwt_tokens.ACCESS, now) is None
        fresh = jwt_tokens.make(keyed(stage, NEW, OLD), stage.ada, jwt_tokens.ACCESS, "j2", now, later)
        assert jwt_tokens.read(keyed(stage, NEW), fresh, jwt_tokens.ACCESS, now) is not None
        assert jwt_tokens.read(keyed(stage, OLD), fresh, jwt_tokens.ACCESS, now) is None
