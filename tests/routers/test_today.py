"""Today: the page, its regions, and the planner's buttons."""

from __future__ import annotations

import pytest

from models import LeaseKind
from services.time_entries import TimeEntryService
from tests.services.test_runs import lease
from tests.support.pages import Site, has, targets, text, value
from tests.support.stage import Stage

REGIONS = ["#now", "#summary", "#risks", "#task-list", "#timeline"]


class TestShow:
    async def test_empty(self, site: Site) -> None:
        page = await site.page("/")
        assert text(page, "#welcome h2") == "What is on your mind?"
        assert text(page, "title") == "Today · Dayloom"
        assert value(page, "input[name=token]")

    async def test_busy(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h by Friday 5pm high")
        page = await site.page("/")
        assert text(page, f"#task-{task_id} .task-title") == "Write report"
        assert text(page, f"#task-{task_id} .slot") == "Today 09:00–12:00, provisional"
        assert text(page, f"#task-{task_id} .due") == "due Fri 17:00"
        assert has(page, "#timeline .block[data-provisional]")
        assert text(page, "#summary .summary-words") == "3 h planned of 8 h"
        await stage.planned()
        page = await site.page("/")
        assert text(page, f"#task-{task_id} .slot") == "Today 09:00–12:00"
        assert not has(page, "[data-provisional]")
        assert "First free 3 h in your Work hours" in text(page, f"#task-{task_id} .task-reason")

    async def test_running(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        stage.clock.advance(minutes=65)
        page = await site.page("/")
        assert text(page, "#now .now-clock") == "1:05:00"
        assert text(page, "#now .now-title") == "Write report"

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's secret", stage.eve)
        assert "secret" not in (await site.http.get("/")).text

    @pytest.mark.parametrize("day", ["2026-02-31", "tomorrow", "1999-12-31", "2101-01-01", "9" * 500])
    async def test_invalid(self, site: Site, day: str) -> None:
        page = await site.page(f"/?day={day}", 404)
        assert "day" in text(page, ".error-page")

    async def test_another_day(self, site: Site, stage: Stage) -> None:
        await stage.add("Call Bob tomorrow 14:00 30min")
        page = await site.page("/?day=2026-11-24")
        assert "Call Bob" in text(page, "#timeline .block")
        assert value(page, "#actions input[name=day]") == "2026-11-24"

    async def test_hostile_words(self, site: Site, stage: Stage) -> None:
        """What people type is text everywhere, in attributes too."""
        task_id = await stage.add("\"><script>alert(1)</script> <b onclick='x'>bold</b>")
        page = await site.page("/")
        assert "<script>alert(1)</script>" in text(page, f"#task-{task_id} .task-title")
        assert page.css("script:not([src])") == []
        assert page.css("main b") == []


class TestRegions:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        part = await site.part("/today/regions")
        assert targets(part) == REGIONS
        assert has(part, f"#task-list #task-{task_id}")

    async def test_same_html_as_the_page(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 3h")
        await stage.planned()
        part, page = await site.part("/today/regions"), await site.page("/")
        for region in REGIONS:
            ours, theirs = part.css_first(region), page.css_first(region)
            assert ours is not None
            assert theirs is not None
            assert ours.html == theirs.html

    async def test_unfolded(self, site: Site, stage: Stage) -> None:
        """A redraw does not fold a list that was unfolded."""
        for number in range(53):
            await stage.add(f"Errand {number} 5min")
        assert len((await site.part("/today/regions")).css("#task-list li.task")) == 50
        assert len((await site.part("/today/regions?shown_today=53")).css("#task-list li.task")) == 53


@pytest.mark.parametrize(
    ("path", "words", "kind"),
    [
        ("/plan/run", "Planning again.", LeaseKind.PLAN),
        ("/plan/prioritise", "Priorities are being computed again.", LeaseKind.ADVISE),
    ],
)
class TestPlannersButtons:
    async def test_valid(self, site: Site, stage: Stage, path: str, words: str, kind: LeaseKind) -> None:
        part = await site.press(path)
        assert text(part, ".toast-text") == words
        assert targets(part) == [*REGIONS, "#toasts"]
        assert (await lease(stage, kind)).due_seconds is not None

    async def test_without_scripts(self, site: Site, path: str, words: str, kind: LeaseKind) -> None:
        answer = await site.submit(path, {"day": "2026-11-24"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?day=2026-11-24")
        assert text(await site.page("/"), "#toasts .toast-text") == words
        assert not has(await site.page("/"), "#toasts .toast-text")
