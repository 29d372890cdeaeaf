"""The page of insights: its pictures with their numbers, its ranges, and what it says when there is nothing."""

from __future__ import annotations

import pytest

from services.time_entries import TimeEntryService
from tests.support.pages import Site, has, text
from tests.support.stage import MONDAY, Stage, local

PICTURES = ("weeks", "accuracy", "focus", "deadlines", "moves")


async def done(stage: Stage, line: str, day: int, who: int | None = None) -> None:
    """Worked on from 10 to 11:30 of a day of November."""
    stage.clock.at = local(day, "10:00")
    task_id = await stage.add(line, who)
    async with stage.writing(who) as scope:
        await TimeEntryService(scope).start(task_id)
    stage.clock.at = local(day, "11:30")
    async with stage.writing(who) as scope:
        await TimeEntryService(scope).complete(task_id)


class TestShow:
    async def test_empty(self, site: Site) -> None:
        page = await site.page("/insights")
        assert text(page, ".empty h2") == "Nothing to look back on yet"
        assert not has(page, "svg.chart")
        assert text(page, ".nav [aria-current]") == "History"

    async def test_valid(self, site: Site, stage: Stage) -> None:
        await done(stage, "Write <b>it</b> 1h #deep by 12:00", 17)
        await stage.planned()
        stage.clock.at = MONDAY
        page = await site.page("/insights")
        words = [text(page, f"section[aria-labelledby=insight-{name}] > p:not(.chart-note)") for name in PICTURES]
        assert words[0] == "1 task finished, estimated at 1 h; 1 h 30 min of work tracked."
        assert words[1] == "Tasks took longer than planned: 150 % of their estimates."
        assert words[2] == "Most of it on Tuesdays from 10:00 to 11:00."
        assert words[3] == "1 of 1 deadline met: 100 %."
        assert words[4].startswith("0 of 1 planner run moved something")
        assert text(page, ".ratios li") == "deep 150 %"
        assert page.css("main b, [style]") == []

    async def test_every_picture_has_a_name_and_numbers(self, site: Site, stage: Stage) -> None:
        await done(stage, "Write 1h by 12:00", 17)
        await stage.planned()
        stage.clock.at = MONDAY
        page = await site.page("/insights?span=4-weeks")
        for name in PICTURES:
            part = page.css_first(f"section[aria-labelledby=insight-{name}]")
            assert part is not None
            assert part.css("svg[role=img][aria-label], ul.ratios[aria-label]"), name
            assert part.css("details table tbody tr"), name
        table = page.css_first("section[aria-labelledby=insight-weeks] table")
        assert table is not None
        rows = [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in table.css("tbody tr")]
        assert rows[1] == ["Mon 16 Nov", "1", "1 h", "1 h 30 min"]
        assert len(rows) == 4

    async def test_some_are_empty(self, site: Site, stage: Stage) -> None:
        """A person who never starts tasks sees what to do about the pictures that need it."""
        task_id = await stage.add("Write 1h")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(task_id)
        page = await site.page("/insights")
        assert "1 task finished" in text(page, "section[aria-labelledby=insight-weeks] > p")
        for name in PICTURES[1:]:
            assert not has(page, f"section[aria-labelledby=insight-{name}] svg.chart")
        assert "Start a few tasks" in text(page, "section[aria-labelledby=insight-accuracy] > p")

    @pytest.mark.parametrize(("span", "weeks"), [("4-weeks", 4), ("12-weeks", 12), ("year", 52)])
    async def test_ranges(self, site: Site, stage: Stage, span: str, weeks: int) -> None:
        await done(stage, "Write 1h", 23)
        page = await site.page(f"/insights?span={span}")
        assert len(page.css("section[aria-labelledby=insight-weeks] tbody tr")) == weeks
        assert [node.attributes["href"] for node in page.css(".tabs [aria-current]")] == ["/insights", f"/insights?span={span}"]

    @pytest.mark.parametrize("span", ["decade", "", "4"])
    async def test_invalid(self, site: Site, span: str) -> None:
        await site.page(f"/insights?span={span}", 422)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await done(stage, "Eve's 1h #secret by 12:00", 17, stage.eve)
        page = await site.page("/insights")
        assert has(page, ".empty")
        assert "secret" not in str(page.html)
