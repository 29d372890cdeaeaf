"""The palette: what it finds, in which order, and what its lines do; and the field for a new task on pages without one."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from models import TaskStatus
from services.time_entries import TimeEntryService
from tests.support.pages import HTMX, Site, fragment, has, text, value
from tests.support.stage import Stage


def labels(tree: LexborHTMLParser) -> list[str]:
    return [" ".join(node.text().split()) for node in tree.css(".hit-label")]


def groups(tree: LexborHTMLParser) -> list[str]:
    return [node.text() for node in tree.css(".hits-label")]


async def find(site: Site, query: str) -> LexborHTMLParser:
    return fragment(await site.http.get("/palette", params={"q": query}, headers=HTMX), 200)


class TestFind:
    async def test_nothing_typed(self, site: Site) -> None:
        tree = await find(site, "")
        assert groups(tree) == ["Actions", "Pages"]
        assert {"Plan again", "New busy time", "Today", "Settings"} <= {*labels(tree)}
        assert not has(tree, "[role=option] [role=option], [role=option]:not([tabindex='-1'])")

    async def test_tasks_by_all_words(self, site: Site, stage: Stage) -> None:
        report = await stage.add("Write the quarterly report 2h")
        await stage.add("Write to Bob 15min")
        done = await stage.add("Report the bug 15min")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(done)
        tree = await find(site, "REPORT")
        assert groups(tree)[0] == "Tasks"
        assert labels(tree)[:2] == ["Write the quarterly report", "Report the bug"]
        assert labels(tree)[-1] == "Add “REPORT”"
        assert labels(await find(site, "report write"))[0] == "Write the quarterly report"
        assert has(tree, f"a[role=option][hx-get='/tasks/{report}'][hx-target='#dialog']")

    async def test_wildcards_are_letters(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 2h")
        assert groups(await find(site, "%")) == ["New"]
        assert groups(await find(site, "r_port")) == ["New"]

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Secret report 1h", stage.eve)
        assert groups(await find(site, "secret")) == ["New"]

    async def test_deleted(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        await site.submit(f"/tasks/{task_id}/delete")
        assert groups(await find(site, "report")) == ["New"]

    async def test_verbs(self, site: Site, stage: Stage) -> None:
        report, bob = await stage.add("Write report 2h"), await stage.add("Call Bob 15min")
        assert labels(await find(site, "start"))[:2] == ["Start: Call Bob", "Start: Write report"]
        tree = await find(site, "start rep")
        assert labels(tree)[0] == "Start: Write report"
        await site.press(str(tree.css(".hit")[0].attributes["hx-post"]))
        assert (await stage.task(report)).status is TaskStatus.ACTIVE
        assert labels(await find(site, ""))[:2] == ["Stop: Write report", "Complete: Write report"]
        assert labels(await find(site, "stop"))[0] == "Stop: Write report"
        await site.press(str((await find(site, "complete bob")).css(".hit")[0].attributes["hx-post"]))
        assert (await stage.task(bob)).status is TaskStatus.COMPLETED

    @pytest.mark.parametrize(
        ("query", "first"),
        [
            ("replan", "Plan again"),
            ("dark", "Dark theme"),
            ("meeting", "New busy time"),
            ("working ho", "Settings"),
            ("shortcuts", "Keyboard shortcuts"),
        ],
    )
    async def test_pages_and_actions_by_other_words(self, site: Site, query: str, first: str) -> None:
        assert labels(await find(site, query))[0] == first

    @pytest.mark.parametrize("query", ["\"'><script>alert(1)</script>", "x" * 5000, " \t ", "\u202eabc", "%00", "\x00a"])
    async def test_hostile(self, site: Site, query: str) -> None:
        tree = await find(site, query)
        assert not has(tree, "script")
        assert all(len(label) < 250 for label in labels(tree))

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        page = await site.page("/palette?q=report")
        assert has(page, f"main a[href='/tasks/{task_id}']:not([role])")
        assert value(page, "#search-text") == "report"
        button = page.css("main button[formaction='/tasks']")[0]
        assert (button.attributes["name"], button.attributes["value"]) == ("text", "report")
        assert not has(page, "main [data-clicks]")


class TestAdd:
    async def test_from_the_palette(self, site: Site, stage: Stage) -> None:
        headers = HTMX | {"HX-Target": "dialog#palette"}
        tree = fragment(await site.http.post("/tasks", data={"text": "Call Ann 15min"}, headers=headers), 200)
        assert text(tree, ".toast-text").startswith("Call Ann · 15 min")

    async def test_refused_in_the_palette(self, site: Site) -> None:
        headers = HTMX | {"HX-Target": "dialog#palette"}
        tree = fragment(await site.http.post("/tasks", data={"text": "Pay rent 31 Feb"}, headers=headers), 422)
        assert "31 February" in text(tree, ".toast-text")


class TestQuickAdd:
    async def test_page(self, site: Site) -> None:
        page = await site.page("/quick-add")
        assert text(page, "main h1") == "Add a task"
        assert has(page, "main [hx-ignore] form#quick-add[action='/tasks']")

    async def test_in_the_dialog(self, site: Site) -> None:
        part = await site.part("/quick-add")
        assert has(part, "form#quick-add[hx-target='#dialog'] #quick-add-text[autofocus]")
        headers = HTMX | {"HX-Target": "dialog#dialog"}
        tree = fragment(await site.http.post("/tasks", data={"text": "Call Ann 15min"}, headers=headers), 200)
        assert text(tree, ".toast-text").startswith("Call Ann · 15 min")
        assert has(tree, "hx-partial[hx-target='#dialog']")

    async def test_on_today_it_is_the_field_of_the_page(self, site: Site) -> None:
        page = await site.page("/")
        assert len(page.css("#quick-add-text")) == 1
        assert not has(page, "#quick-add[hx-target], #quick-add-text[autofocus]")
