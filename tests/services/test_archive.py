"""All that a person has: whole in the document, gone after the deletion, and nobody else's in either."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from errors import InvalidInputError
from models import Base, Task
from repositories.archive import OWNED
from services import archive as archives
from services.archive import archive, check_word, delete_some
from services.hours_settings import HoursSettings
from services.settings import SettingsService
from tests.repositories.test_owner import furnish
from tests.support.stage import KEY, MONDAY, Stage

KEPT = {
    *("accounts", "sessions", "sign_in_links", "refresh_tokens", "api_tokens", "audit_entries"),
    *("plans", "run_leases"),
}
"""Who may sign in, what was done about it, and what the process keeps for itself."""


async def document(stage: Stage, who: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join([piece async for piece in archive(partial(stage.reading, who))]))
    return found


async def counts(stage: Stage, who: int) -> dict[str, int]:
    """How many rows a person has in each table."""
    async with stage.database.read_scope() as session:
        found = {}
        for table in Base.metadata.sorted_tables:
            if "user_id" in table.columns:
                where = table.c.user_id == who
                found[table.name] = await session.scalar(select(func.count()).select_from(table).where(where)) or 0
        return found


async def erase(stage: Stage, who: int) -> int:
    """Delete all; in how many steps."""
    steps, is_more = 0, True
    while is_more:
        async with stage.writing(who) as scope:
            is_more = await delete_some(scope)
        steps += 1
    return steps


def test_every_table_is_somewhere() -> None:
    """A new table of people's things is in the archive, or said not to be."""
    owned = {table.name for table in Base.metadata.sorted_tables if "user_id" in table.columns}
    assert owned == {model.__tablename__ for model in OWNED.values()} | KEPT


class TestArchive:
    async def test_everything(self, stage: Stage) -> None:
        await furnish(stage)
        found = await document(stage, stage.ada)
        assert (found["format"], found["person"]) == ("dayloom-data/1", {"name": "ada"})
        rows = await counts(stage, stage.ada)
        lengths = {model.__tablename__: len(found[section]) for section, model in OWNED.items()}
        assert lengths == {name: count for name, count in rows.items() if name not in KEPT}
        assert "Draft" in {task["title"] for task in found["tasks"]}
        assert {len(row) > 1 and "user_id" not in row for section in OWNED for row in found[section]} == {True}

    async def test_of_others_nothing(self, stage: Stage) -> None:
        await furnish(stage)
        found = await document(stage, stage.eve)
        assert {section for section in OWNED if found[section]} == {"settings", "hour_sets", "hour_ranges"}

    async def test_no_secret(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            await SettingsService(scope).save_model(
                {"model": "openai/x", "api_base": "", "api_key": KEY, "max_tokens": "2000", "temperature": "0.2"}
            )
        found = await document(stage, stage.ada)
        assert found["settings"][0]["model"] == "openai/x"
        assert KEY not in json.dumps(found)
        assert "api_key_encrypted" not in found["settings"][0]

    async def test_pages(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        """Page after page, also where a key has two columns, each row comes once."""
        for number in range(5):
            await stage.add(f"Task {number} #one #two 30min")
        before = await document(stage, stage.ada)
        monkeypatch.setattr(archives, "PAGE_ROWS", 2)
        after = await document(stage, stage.ada)
        assert {section: after[section] for section in OWNED} == {section: before[section] for section in OWNED}
        assert (len(after["tasks"]), len(after["task_labels"])) == (5, 10)


class TestDelete:
    @pytest.mark.parametrize("typed", ["", "x", "deleted", "delete all"])
    def test_word(self, typed: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            check_word({"word": typed})
        assert [*caught.value.fields] == ["word"]
        check_word({"word": " Delete "})

    async def test_everything(self, stage: Stage) -> None:
        """What is left is what somebody new has; the other person keeps all."""
        await furnish(stage)
        await stage.add("Eve's own 1h", stage.eve)
        eves, new = await counts(stage, stage.eve), await document(stage, stage.eve)
        await erase(stage, stage.ada)
        after = await document(stage, stage.ada)
        kept = {section: len(after[section]) for section in OWNED if after[section]}
        assert kept == {"settings": 1, "hour_sets": 1, "hour_ranges": 5}
        assert after["settings"][0] == new["settings"][0] | {"model": stage.settings.ai_model}
        assert await counts(stage, stage.eve) == eves

    async def test_life_goes_on(self, stage: Stage) -> None:
        await stage.add("Write 1h")
        await stage.planned()
        await erase(stage, stage.ada)
        await stage.planned()
        task_id = await stage.add("Begin again 1h")
        await stage.planned()
        assert len(await stage.blocks(task_id)) == 1
        async with stage.reading() as scope:
            assert [item.name for item in (await HoursSettings(scope).show()).sets] == ["Work"]

    async def test_many_in_steps(self, stage: Stage) -> None:
        """No step takes more than its share, so that others may write between."""
        own = {"duration_minutes": 30, "duration_source": "rule", "created_at": MONDAY, "updated_at": MONDAY, "version": 1}
        async with stage.database.session_scope() as session:
            await session.execute(insert(Task), [{"user_id": stage.ada, "title": f"{n}", **own} for n in range(2500)])
        assert await erase(stage, stage.ada) == 4
        assert (await counts(stage, stage.ada))["tasks"] == 0
