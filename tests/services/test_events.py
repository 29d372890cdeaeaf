"""Busy times: adding, editing and removing, and the plan going around them."""

from __future__ import annotations

import pytest

from errors import ConflictError, InvalidInputError, NotFoundError
from models import Event
from services import events
from services.events import EventService
from tests.support.stage import MONDAY, ZONE, Stage, local

STANDUP = {"title": "Standup", "start_at": "2026-11-23T09:00", "end_at": "2026-11-23T09:30"}


async def add(stage: Stage, **changes: str) -> Event:
    async with stage.writing() as scope:
        return (await EventService(scope).add(events.parse(STANDUP | changes, stage.clock(), ZONE))).event


class TestAdd:
    async def test_valid(self, stage: Stage) -> None:
        """A task that lay there goes after it."""
        task_id = await stage.add("Write 60min")
        await add(stage)
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert block.start_at == local(23, "9:30")
        assert "after “Standup”" in block.reason

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "\x00\x1b"}, "title"),
            ({"title": "x" * 501}, "title"),
            ({"start_at": ""}, "start_at"),
            ({"start_at": "2026-02-31T09:00"}, "start_at"),
            ({"start_at": "0001-01-01T00:00"}, "start_at"),
            ({"end_at": "2026-11-23T08:00"}, "end_at"),
            ({"end_at": "2026-11-23T09:00"}, "end_at"),
            ({"end_at": "2027-11-23T09:00"}, "end_at"),
        ],
    )
    def test_invalid(self, changes: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            events.parse(STANDUP | changes, MONDAY, ZONE)
        assert [*caught.value.fields] == [field]

    async def test_over_a_pin(self, stage: Stage) -> None:
        """A pin and a busy time cannot both have the hour: the task is let go, and it is said."""
        task_id = await stage.add("Call Bob today 10:00 30min")
        async with stage.writing() as scope:
            edit = events.parse(STANDUP | {"start_at": "2026-11-23T10:15", "end_at": "2026-11-23T11:00"}, stage.clock(), ZONE)
            saved = await EventService(scope).add(edit)
        assert saved.unpinned == ("Call Bob",)
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert not block.pinned
        assert block.end_at <= local(23, "10:15") or block.start_at >= local(23, "11:00")


class TestEdit:
    async def test_valid(self, stage: Stage) -> None:
        event = await add(stage)
        async with stage.writing() as scope:
            edit = events.parse(STANDUP | {"title": "Retro", "version": str(event.version)}, stage.clock(), ZONE)
            changed = (await EventService(scope).edit(event.id, edit)).event
        assert (changed.title, changed.version) == ("Retro", event.version + 1)

    async def test_stale(self, stage: Stage) -> None:
        event = await add(stage)
        edit = events.parse(STANDUP | {"title": "Retro", "version": str(event.version)}, stage.clock(), ZONE)
        async with stage.writing() as scope:
            await EventService(scope).edit(event.id, edit)
        async with stage.writing() as scope:
            with pytest.raises(ConflictError):
                await EventService(scope).edit(event.id, edit)

    async def test_other_user(self, stage: Stage) -> None:
        event = await add(stage)
        edit = events.parse(STANDUP | {"version": str(event.version)}, stage.clock(), ZONE)
        async with stage.writing(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await EventService(scope).edit(event.id, edit)


class TestDelete:
    async def test_valid(self, stage: Stage) -> None:
        event = await add(stage)
        task_id = await stage.add("Write 60min")
        async with stage.writing() as scope:
            await EventService(scope).delete(event.id)
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at == local(23, "9:00")

    async def test_other_user(self, stage: Stage) -> None:
        event = await add(stage)
        async with stage.writing(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await EventService(scope).delete(event.id)
        async with stage.reading() as scope:
            assert (await EventService(scope).get(event.id)).title == "Standup"
