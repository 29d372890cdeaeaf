"""The pages of busy times."""

from __future__ import annotations

import pytest

from services.events import EventEdit, EventService
from tests.routers.test_tasks import BAD_IDS
from tests.routers.test_today import REGIONS
from tests.support.pages import Site, has, targets, text, value
from tests.support.stage import Stage, local

STANDUP = {"title": "Standup", "start_at": "2026-11-23T10:00", "end_at": "2026-11-23T10:30"}


async def event(stage: Stage, who: int | None = None) -> int:
    async with stage.writing(who) as scope:
        made = await EventService(scope).add(EventEdit("Standup", local(23, "10:00"), local(23, "10:30"), 0))
        return made.event.id


async def version(stage: Stage, event_id: int, who: int | None = None) -> str:
    async with stage.reading(who) as scope:
        return str((await EventService(scope).get(event_id)).version)


class TestNew:
    @pytest.mark.parametrize(
        ("query", "start"),
        [("", "2026-11-23T10:00"), ("?day=2026-11-23", "2026-11-23T10:00"), ("?day=2026-11-25", "2026-11-25T09:00")],
    )
    async def test_valid(self, site: Site, query: str, start: str) -> None:
        for form in (await site.part(f"/events/new{query}"), await site.page(f"/events/new{query}")):
            assert value(form, "#field-start_at") == start


class TestCreate:
    async def test_valid(self, site: Site) -> None:
        part = await site.press("/events", STANDUP)
        assert targets(part) == ["#dialog", *REGIONS, "#toasts"]
        assert "Standup" in text(part, "#timeline .block[data-kind=event]")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"title": " "}, "title"), ({"end_at": "2026-11-23T09:00"}, "end_at"), ({"start_at": "31 Feb"}, "start_at")],
    )
    async def test_invalid(self, site: Site, changes: dict[str, str], field: str) -> None:
        form = await site.press("/events", STANDUP | changes, 422)
        assert text(form, f"#field-{field}-error").endswith(".")
        assert {name: value(form, f"#field-{name}") for name in STANDUP} == STANDUP | changes

    async def test_no_fields(self, site: Site) -> None:
        assert len((await site.press("/events", {}, 422)).css(".field-error")) == 3


class TestShow:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        event_id = await event(stage)
        for form in (await site.part(f"/events/{event_id}"), await site.page(f"/events/{event_id}")):
            assert {name: value(form, f"#field-{name}") for name in STANDUP} == STANDUP

    @pytest.mark.parametrize("event_id", BAD_IDS)
    async def test_missing(self, site: Site, event_id: str) -> None:
        await site.part(f"/events/{event_id}", 404)
        await site.page(f"/events/{event_id}", 404)


class TestSave:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        event_id = await event(stage)
        typed = STANDUP | {"title": "Retro", "version": await version(stage, event_id)}
        part = await site.press(f"/events/{event_id}", typed)
        assert "Retro" in text(part, "#timeline .block[data-kind=event]")

    async def test_stale(self, site: Site, stage: Stage) -> None:
        event_id = await event(stage)
        read = {"version": await version(stage, event_id)}
        await site.press(f"/events/{event_id}", STANDUP | {"title": "Theirs"} | read)
        form = await site.press(f"/events/{event_id}", STANDUP | {"title": "Mine"} | read, 409)
        assert (value(form, "#field-title"), value(form, "[name=version]")) == ("Mine", await version(stage, event_id))
        assert "changed somewhere else" in text(form, ".notice[role=alert]")

    async def test_deleted(self, site: Site, stage: Stage) -> None:
        event_id = await event(stage)
        await site.press(f"/events/{event_id}/delete")
        gone = await site.press(f"/events/{event_id}", STANDUP | {"version": "1"}, 404)
        assert text(gone, "#gone p") == "This busy time does not exist any more."


class TestOtherUser:
    async def test_all(self, site: Site, stage: Stage) -> None:
        hers = await event(stage, stage.eve)
        read = await version(stage, hers, stage.eve)
        await site.part(f"/events/{hers}", 404)
        await site.press(f"/events/{hers}", STANDUP | {"version": read}, 404)
        await site.press(f"/events/{hers}/delete", None, 404)
        assert await version(stage, hers, stage.eve) == read
        assert not has(await site.page("/"), ".block")
