"""The pages of tasks: adding, the dialog, and the buttons of a task's life."""

from __future__ import annotations

import sqlite3

import pytest
from selectolax.lexbor import LexborHTMLParser as LexborPage

from db import UNSURE, Database
from services.tasks import TaskService
from tests.routers.test_today import REGIONS
from tests.support.gate import gate_to
from tests.support.pages import HTMX, Site, filled, fragment, has, targets, text, value
from tests.support.stage import Stage, local

GONE = "This task does not exist, or it was deleted."
VERBS = ("start", "stop", "complete", "reopen", "delete", "restore")
BAD_IDS = ("0", "-1", "4711", "9223372036854775808", "abc", "1.5", "%00")


async def fields(site: Site, task_id: int, **changes: str) -> dict[str, str]:
    """The dialog's form as it is opened, with changes; "" unticks a box."""
    return filled(await site.part(f"/tasks/{task_id}"), "task-form") | changes


class TestCreate:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        """The provisional slot is in the same answer."""
        part = await site.press("/tasks", {"text": "Write report 3h by Friday 5pm high"})
        assert targets(part) == ["#quick-add-note", *REGIONS]
        assert text(part, "#task-list li .slot") == "Today 09:00–12:00, provisional"
        assert text(part, "#quick-add-words").endswith("first slot today 09:00")
        assert not has(part, "#quick-add-note[data-kind=error]")
        assert has(part, "#timeline .block[data-provisional]")

    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/tasks", {"text": "Write report 3h"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        page = await site.page("/")
        assert text(page, "#task-list li .task-title") == "Write report"
        assert "first slot today 09:00" in text(page, "#toasts .toast-text")

    async def test_double_submit(self, site: Site) -> None:
        token = value(await site.page("/"), "input[name=token]")
        for _ in range(3):
            part = await site.press("/tasks", {"text": "Write report 3h", "token": token})
        assert len(part.css("#task-list li.task")) == 1
        assert "on the list already" in text(part, "#quick-add-words")
        assert value(part, "input[name=token]") != token

    @pytest.mark.parametrize("templates", ["postgresql"], indirect=True)
    async def test_lost_while_saving(self, site: Site, stage: Stage) -> None:
        """Nobody can know whether it is stored, and nobody says so; sent again as it stands there, it is one task."""
        fields = {"text": "Write report 3h", "token": "t1"}
        async with gate_to(stage.database.url) as gate:
            site.app.state.database = Database(gate.url(stage.database.url))
            await site.page("/")
            gate.cut_at, gate.is_heard = b"COMMIT", True
            part = await site.press("/tasks", fields, 503)
            assert text(part, "#quick-add-note[data-kind=error] #quick-add-words") == UNSURE
            again = fields | {"token": value(part, "input[name=token]")}
            part = await site.press("/tasks", again)
            assert len(part.css("#task-list li.task")) == 1
            part = await site.press("/tasks", again | {"text": "Something else 1h"})
            assert len(part.css("#task-list li.task")) == 2
            await site.app.state.database.close()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("", "Say what is to be done"),
            ("x" * 501, "at most 500 characters"),
            ("Call // " + "x" * 10_001, "at most 10000 characters"),
            ("\x01\x02", "Say what is to be done"),
            ("Pay rent by 31 Feb", "31"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, typed: str, words: str) -> None:
        """htmx leaves the field as it is (the answer does not touch it); a page without scripts brings the text back."""
        part = await site.press("/tasks", {"text": typed}, 422)
        assert targets(part) == ["#quick-add-note"]
        assert words in text(part, "#quick-add-note[data-kind=error]")
        answer = await site.submit("/tasks", {"text": typed})
        assert answer.status_code == 422
        assert await stage.all_blocks() == []

    async def test_invalid_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/tasks", {"text": "Pay rent by 31 Feb"})
        page = LexborPage(answer.text)
        assert answer.status_code == 422
        assert value(page, "#quick-add-text") == "Pay rent by 31 Feb"
        assert has(page, "#quick-add-note[data-kind=error]")

    async def test_no_field(self, site: Site) -> None:
        await site.press("/tasks", {}, 422)


class TestExtend:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        await site.press(f"/tasks/{task_id}/start")
        part = await site.press(f"/tasks/{task_id}/extend")
        assert text(part, ".toast-text") == "15 min more for “Write”, 45 min in all."
        assert "of 45 min" in text(part, "#now .now-time")
        undo = part.css_first(".toast [formaction]")
        assert undo is not None
        part = await site.press(str(undo.attributes["formaction"]))
        assert text(part, ".toast-text") == "“Write” takes 30 min again."
        assert "of 30 min" in text(part, "#now .now-time")

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        await site.submit(f"/tasks/{task_id}/start")
        assert (await site.submit(f"/tasks/{task_id}/extend")).status_code == 303
        page = await site.page("/")
        assert has(page, f"#toasts [formaction='/tasks/{task_id}/shorten?by=15']")

    async def test_not_running(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        part = await site.press(f"/tasks/{task_id}/extend", status=409)
        assert "is not running" in text(part, ".toast[data-kind=error]")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's secret", stage.eve)
        await site.press(f"/tasks/{hers}/extend", status=404)
        await site.press(f"/tasks/{hers}/shorten?by=15", status=404)

    @pytest.mark.parametrize("by", ["0", "-15", "x", "99999999"])
    async def test_invalid(self, site: Site, stage: Stage, by: str) -> None:
        task_id = await stage.add("Write 30min")
        await site.press(f"/tasks/{task_id}/shorten?by={by}", status=422)


class TestMore:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        for number in range(53):
            await stage.add(f"Errand {number} 5min")
        page = await site.page("/")
        assert text(page, "#more-today a") == "Show 3 more"
        part = await site.part("/tasks/more?group=today&offset=50")
        assert len(part.css("li.task")) == 3

    @pytest.mark.parametrize(
        ("query", "status"),
        [("group=nobody", 404), ("", 422), ("group=today&offset=-1", 422), ("group=today&offset=x", 422)],
    )
    async def test_invalid(self, site: Site, query: str, status: int) -> None:
        part = await site.part(f"/tasks/more?{query}", status)
        assert has(part, ".toast[data-kind=error]")

    async def test_beyond(self, site: Site) -> None:
        assert (await site.part("/tasks/more?group=today&offset=1000000000")).css("li.task") == []


class TestShow:
    async def test_page_and_fragment(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h by Friday 5pm high // in the cellar")
        await stage.planned()
        for dialog in (await site.part(f"/tasks/{task_id}"), await site.page(f"/tasks/{task_id}")):
            assert text(dialog, "#dialog-title") == "Write report"
            assert value(dialog, "#field-context") == "in the cellar"
            assert value(dialog, "#field-deadline_at") == "2026-11-27T17:00"
            assert value(dialog, "#field-duration_minutes") == "180"
            assert text(dialog, "#field-importance option[selected]").startswith("2")
            assert "You Added." in text(dialog, "details.disclosure ol")

    @pytest.mark.parametrize("task_id", BAD_IDS)
    async def test_missing(self, site: Site, task_id: str) -> None:
        page = await site.page(f"/tasks/{task_id}", 404)
        assert text(page, ".error-page .eyebrow") == "404"
        await site.part(f"/tasks/{task_id}", 404)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's secret", stage.eve)
        mine = await site.http.get("/tasks/4711", headers=HTMX)
        answer = await site.http.get(f"/tasks/{hers}", headers=HTMX)
        assert (answer.status_code, answer.text) == (404, mine.text)

    async def test_deleted(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report")
        await site.press(f"/tasks/{task_id}/delete")
        assert text(await site.part(f"/tasks/{task_id}", 404), "#gone p") == GONE


class TestSave:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        part = await site.press(f"/tasks/{task_id}", await fields(site, task_id, title="Write book", duration_minutes="60"))
        assert targets(part) == [*REGIONS, "#toasts"]
        assert text(part, ".toast-text") == "Saved “Write book”."
        assert text(part, f"#task-{task_id} .slot") == "Today 09:00–10:00, provisional"

    async def test_closes_the_dialog(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        form = await fields(site, task_id, title="Write book")
        answer = await site.http.post(f"/tasks/{task_id}", data=form, headers=HTMX | {"HX-Target": "dialog#dialog"})
        assert targets(fragment(answer, 200))[0] == "#dialog"

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        answer = await site.submit(f"/tasks/{task_id}", await fields(site, task_id, title="Write book"))
        assert answer.status_code == 303
        assert text(await site.page("/"), f"#task-{task_id} .task-title") == "Write book"

    async def test_nothing_changed(self, site: Site, stage: Stage) -> None:
        """What the dialog shows is what it stores: opening and saving changes nothing."""
        task_id = await stage.add("Write report 3h by Friday 5pm high // in the cellar")
        version = (await stage.task(task_id)).version
        await site.press(f"/tasks/{task_id}", await fields(site, task_id))
        assert (await stage.task(task_id)).version == version

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "x" * 501}, "title"),
            ({"context": "x" * 10_001}, "context"),
            ({"duration_minutes": "1e3"}, "duration_minutes"),
            ({"deadline_at": "2026-02-31T12:00"}, "deadline_at"),
            ({"earliest_at": "2026-11-27T12:00", "deadline_at": "2026-11-26T12:00"}, "deadline_at"),
            ({"deadline_at": "2026-11-01T12:00"}, "deadline_at"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, changes: dict[str, str], field: str) -> None:
        """A sentence at the field, and all that was typed."""
        task_id = await stage.add("Write report 3h")
        typed = await fields(site, task_id, **({"context": "half a thought"} | changes))
        dialog = await site.press(f"/tasks/{task_id}", typed, 422)
        assert text(dialog, f"#field-{field}-error").endswith(".")
        assert filled(dialog, "task-form") == typed
        assert str((await stage.task(task_id)).version) == typed["version"]

    async def test_stale(self, site: Site, stage: Stage) -> None:
        """409 with what was typed and what is stored; saving again then stores it."""
        task_id = await stage.add("Write report 3h")
        typed = await fields(site, task_id, title="Mine")
        await site.press(f"/tasks/{task_id}", await fields(site, task_id, title="Theirs"))
        dialog = await site.press(f"/tasks/{task_id}", typed, 409)
        assert "changed somewhere else" in text(dialog, ".notice[role=alert]")
        assert "Theirs" in text(dialog, ".notice[role=alert]")
        assert value(dialog, "#field-title") == "Mine"
        await site.press(f"/tasks/{task_id}", typed | {"version": value(dialog, "#task-form [name=version]")})
        assert (await stage.task(task_id)).title == "Mine"

    async def test_deleted_in_an_open_dialog(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        typed = await fields(site, task_id, title="Too late")
        await site.press(f"/tasks/{task_id}/delete")
        assert text(await site.press(f"/tasks/{task_id}", typed, 404), "#gone p") == GONE

    async def test_circle(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("First"), await stage.add("Second")
        await site.press(f"/tasks/{second}", {**await fields(site, second), "waits_for": [str(first)]})
        dialog = await site.press(f"/tasks/{first}", {**await fields(site, first), "waits_for": [str(second)]}, 422)
        assert "circle" in text(dialog, ".choices + .field-error")
        assert has(dialog, f"input[name=waits_for][value='{second}'][checked]")

    async def test_pin_conflict(self, site: Site, stage: Stage) -> None:
        await stage.add("Call Bob tomorrow 14:00 30min")
        task_id = await stage.add("Write report 1h")
        dialog = await site.press(f"/tasks/{task_id}", await fields(site, task_id, start_at="2026-11-24T14:00"), 422)
        assert "“Call Bob” is at that time" in text(dialog, "#field-start_at-error")
        await site.press(f"/tasks/{task_id}", await fields(site, task_id, start_at="2026-11-24T15:00"))
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at == local(24, "15:00")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers, mine = await stage.add("Eve's", stage.eve), await stage.add("Mine")
        await site.press(f"/tasks/{hers}", await fields(site, mine, title="Mine now"), 404)
        assert (await stage.task(hers, stage.eve)).title == "Eve's"


@pytest.mark.parametrize("verb", VERBS)
class TestVerbs:
    @pytest.mark.parametrize("task_id", BAD_IDS)
    async def test_missing(self, site: Site, verb: str, task_id: str) -> None:
        part = await site.press(f"/tasks/{task_id}/{verb}", None, 404)
        assert has(part, ".toast[data-kind=error][role=alert]")

    async def test_other_user(self, site: Site, stage: Stage, verb: str) -> None:
        hers = await stage.add("Eve's", stage.eve)
        version = (await stage.task(hers, stage.eve)).version
        await site.press(f"/tasks/{hers}/{verb}", None, 404)
        assert (await stage.task(hers, stage.eve)).version == version


class TestLife:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        for verb, words, mark in (
            ("start", "Started “Write report”.", "active"),
            ("stop", "Stopped “Write report”. The time is kept.", "open"),
            ("complete", "Completed “Write report”.", "completed"),
            ("reopen", "“Write report” is open again.", "open"),
        ):
            part = await site.press(f"/tasks/{task_id}/{verb}")
            assert targets(part) == [*REGIONS, "#toasts"]
            assert text(part, ".toast-text") == words
            assert has(part, f"#task-{task_id}[data-status={mark}]")

    async def test_two_tabs(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("First"), await stage.add("Second")
        await site.press(f"/tasks/{first}/start")
        part = await site.press(f"/tasks/{second}/start", None, 409)
        assert text(part, ".toast-text") == "“First” is running. Stop or complete it first."
        answer = await site.submit(f"/tasks/{second}/start")
        assert answer.status_code == 409
        assert "“First” is running" in answer.text

    async def test_undo(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        for verb, back in (("delete", "restore"), ("complete", "reopen")):
            part = await site.press(f"/tasks/{task_id}/{verb}")
            undo = part.css_first(".toast button[formaction]")
            assert undo is not None
            assert undo.attributes["formaction"] == f"/tasks/{task_id}/{back}"
            again = await site.press(str(undo.attributes["formaction"]))
            assert has(again, f"#task-{task_id}[data-status=open]")


class TestLockedDatabase:
    @pytest.mark.parametrize("templates", ["sqlite"], indirect=True)
    async def test_create(self, site: Site, stage: Stage) -> None:
        """Another process holds the file: 503 within the busy timeout, a sentence, and the field is left as it is."""
        path = stage.database.url.removeprefix("sqlite+aiosqlite:///")
        lock = sqlite3.connect(path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            part = await site.press("/tasks", {"text": "Write report 3h"}, 503)
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        assert targets(part) == ["#quick-add-note"]
        assert "try again in a moment" in text(part, "#quick-add-note[data-kind=error]")
        await site.press("/tasks", {"text": "Write report 3h"})


async def test_everything_is_the_services(stage: Stage, site: Site) -> None:
    """What the page adds is what the service reads."""
    await site.press("/tasks", {"text": "Write report 3h"})
    (block,) = await stage.all_blocks()
    async with stage.reading() as scope:
        assert (await TaskService(scope).get(block.task_id)).title == "Write report"
