"""Times by 12 or by 24 hours: as the person has said, else as the browser's language has them; what machines read stays."""

from __future__ import annotations

from datetime import datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from assistant import telling
from tests.support.pages import Site, has, parse, text, value
from tests.support.stage import Stage

REPORT = "Write report 2h by today 17:00"


async def page_in(site: Site, path: str, languages: str) -> LexborHTMLParser:
    """The page as a browser of these languages gets it."""
    return parse(await site.http.get(path, headers={"Accept-Language": languages}))


async def choose(site: Site, clock: str) -> None:
    part = await site.press("/settings/zone", {"zone": "Europe/Berlin", "clock": clock})
    assert has(part, f"select[name=clock] option[value='{clock}'][selected]")


class TestPages:
    @pytest.mark.parametrize(
        ("languages", "found"),
        [
            *(("", "17:00"), ("en-GB,en;q=0.9", "17:00"), ("de-DE,de;q=0.9,en-US;q=0.8", "17:00"), ("en", "17:00")),
            *(("en-US,en;q=0.9", "5:00 pm"), ("EN-au", "5:00 pm"), ("en-USX", "17:00"), ("*;q=x", "17:00")),
        ],
    )
    async def test_by_language(self, site: Site, stage: Stage, languages: str, found: str) -> None:
        await stage.add(REPORT)
        page = await page_in(site, "/", languages)
        assert f"due today {found}" in text(page, "#task-1 .task-facts")

    async def test_chosen(self, site: Site, stage: Stage) -> None:
        """The choice goes before the language, on the page that chooses it, too; fields keep what browsers read."""
        await stage.add(REPORT)
        await choose(site, "12")
        page = await page_in(site, "/", "de")
        assert "Today 9:00 am–11:00 am" in text(page, "#task-1 .task-facts")
        assert "10 am" in [mark.text().strip() for mark in page.css("time.hour")]
        assert has(page, "body[data-clock='12']")
        assert value(await site.page("/tasks/1"), "#field-deadline_at") == "2026-11-23T17:00"
        assert value(await site.page("/settings"), "#settings-hours [name=mon_end_1]") == "17:00"
        await choose(site, "24")
        assert "due today 17:00" in text(await page_in(site, "/", "en-US"), "#task-1 .task-facts")
        await choose(site, "")
        assert "due today 5:00 pm" in text(await page_in(site, "/", "en-US"), "#task-1 .task-facts")

    async def test_unknown_is_none(self, site: Site) -> None:
        part = await site.press("/settings/zone", {"zone": "Europe/Berlin", "clock": "13"})
        assert has(part, "select[name=clock] option[value=''][selected]")

    async def test_answers(self, site: Site, stage: Stage) -> None:
        """What is said of an act, and the chips while one types."""
        await choose(site, "12")
        part = await site.press("/tasks", {"text": "Call Bob tomorrow 14:30", "token": "a"})
        assert "tomorrow 2:30 pm" in str(part.html)
        chips = await site.press("/tasks/parse", {"text": "Call Bob tomorrow 14:30", "token": "b"})
        assert "2:30 pm" in str(chips.html)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await choose(site, "12")
        async with stage.reading(stage.eve) as scope:
            assert scope.person.clock is None


class TestReasons:
    async def test_by_language(self, site: Site, stage: Stage) -> None:
        """They are stored, and told by the clock of whoever looks; so is the history."""
        await stage.add(REPORT)
        await stage.planned()
        assert "due today 5:00 pm" in text(await page_in(site, "/", "en-US"), "#task-1 .task-reason")
        assert "due today 17:00" in text(await page_in(site, "/", "en-GB"), "#task-1 .task-reason")
        items = await site.http.get("/calendar/items?view=week", headers={"Accept-Language": "en-US"})
        assert "due today 5:00 pm" in items.text

    async def test_are_said_anew(self, site: Site, stage: Stage) -> None:
        """The choice wakes the planner, which says of each slot why it is there, by this clock."""
        await stage.add(REPORT)
        await stage.planned()
        assert "due today 17:00" in (await stage.all_blocks())[0].reason
        await choose(site, "12")
        await stage.planned()
        assert "due today 5:00 pm" in (await stage.all_blocks())[0].reason


class TestMachines:
    async def test_api(self, site: Site, stage: Stage) -> None:
        await stage.add(REPORT)
        before = (await site.http.get("/api/v1/plan")).json()["blocks"][0]
        await choose(site, "12")
        after = (await site.http.get("/api/v1/plan")).json()["blocks"][0]
        assert (before["start"], before["end"]) == (after["start"], after["end"])


def test_retold() -> None:
    """Once, and nothing of what a person wrote."""
    said = "First free 2 h after “Call at 17:00”; due Fri 17:00, not 24:00, and 10:30 am of 2026-11-27, 7:15"
    telling.speak("24")
    assert telling.retold(said) == said
    telling.speak("12")
    told = "First free 2 h after “Call at 17:00”; due Fri 5:00 pm, not 12:00 am, and 10:30 am of 2026-11-27, 7:15"
    assert telling.retold(said) == told
    assert telling.retold(told) == told
    telling.speak(None)


@pytest.mark.parametrize(
    ("minute", "plain", "half"),
    [
        *((0, "00:00", "12:00 am"), (5, "00:05", "12:05 am"), (719, "11:59", "11:59 am"), (720, "12:00", "12:00 pm")),
        *((810, "13:30", "1:30 pm"), (1439, "23:59", "11:59 pm"), (1440, "24:00", "12:00 am")),
    ],
)
def test_telling(minute: int, plain: str, half: str) -> None:
    telling.speak(None)
    assert telling.minute_of_day(minute) == plain
    telling.speak("12")
    assert telling.minute_of_day(minute) == half
    assert telling.hour_of_day(14) == "2 pm"
    assert telling.time_of(datetime(2026, 11, 23, 0, 7)) == "12:07 am"  # noqa: DTZ001 - a wall time
    telling.speak("24")
