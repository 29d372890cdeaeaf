"""Today: the page, its regions, and the planner's buttons."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from models import LeaseKind
from services.time_entries import TimeEntryService
from tests.services.test_runs import lease
from tests.support.pages import Site, has, targets, text, value
from tests.support.stage import Stage

REGIONS = ["#now", "#summary", "#risks", "#task-list", "#timeline"]
MOST_STATEMENTS = 15


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

    @pytest.mark.parametrize(("minutes", "pace"), [(10, None), (25, "soon"), (30, "over"), (200, "over")])
    async def test_pace(self, site: Site, stage: Stage, minutes: int, pace: str | None) -> None:
        task_id = await stage.add("Write report 30min")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        stage.clock.advance(minutes=minutes)
        clock = (await site.page("/")).css_first("#now .now-clock")
        assert clock is not None
        assert clock.attributes.get("data-pace") == pace

    async def test_next_up(self, site: Site, stage: Stage) -> None:
        """Beneath what runs stands what comes then."""
        first, second = await stage.add("Write report 3h"), await stage.add("Call Bob 30min")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(first)
        await stage.planned()
        page = await site.page("/")
        assert text(page, "#now .now-next") == "Next: Call Bob at 12:00"
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(second)
        assert text(await site.page("/"), "#now .now-next") == "Nothing else is planned for today."

    async def test_week(self, site: Site, stage: Stage) -> None:
        """Seven days from today, with what is planned of what there is room for; a day further off begins its own."""
        await stage.add("Write report 8h")
        await stage.add("Call Bob tomorrow 14:00 30min")
        await stage.planned()
        page = await site.page("/")
        days = [" ".join(node.text().split()) for node in page.css("#summary .week .visually-hidden")]
        assert (days[0], len(days)) == ("Mon 23 Nov: 8 h planned of 8 h", 7)
        assert days[1].endswith("planned of 8 h")
        assert days[5] == "Sat 28 Nov: 0 min planned"
        assert text(page, "#summary .week [aria-current] .visually-hidden") == days[0]
        later = await site.page("/?day=2026-12-24")
        assert text(later, "#summary .week [aria-current] .visually-hidden").startswith("Thu 24 Dec")
        assert text(await site.page("/?day=2026-11-24"), "#summary .week [aria-current] .visually-hidden") == days[1]

    async def test_load_is_the_timelines(self, site: Site, stage: Stage) -> None:
        """The bar of the day says what the words beside it say."""
        await stage.add("Write report 3h")
        page = await site.page("/")
        assert text(page, "#summary .summary-words") == "3 h planned of 8 h"
        assert text(page, "#summary .week [aria-current] .visually-hidden") == "Mon 23 Nov: 3 h planned of 8 h"

    async def test_statements(self, site: Site, stage: Stage) -> None:
        """G13: within fifteen, whatever there is to see."""
        ids = [await stage.add(f"Errand {number} 2h #home by Friday") for number in range(12)]
        await stage.planned()
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(ids[0])
        asked: list[str] = []
        engine = site.app.state.database.reader.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        await site.page("/")
        assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) <= MOST_STATEMENTS

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
