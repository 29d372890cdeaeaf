"""The calendar's pages: what they show, what a drop and the buttons answer, and how they go without scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import event

from models import Block
from planning.hours import HourRange
from routers.rendering import block_url
from services.events import EventService
from services.hour_service import HourService
from tests.routers.test_tasks import BAD_IDS
from tests.services.test_calendar_moves import in_order, only, planned
from tests.services.test_pins import busy
from tests.support.pages import HTMX, Site, filled, has, targets, text, value
from tests.support.stage import Stage, local

WEEK = {"view": "week", "date": "2026-11-23"}
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
REGIONS = ["#calendar-list", "#calendar-side"]


def url_of(verb: str, block: Block, **more: object) -> str:
    return block_url(verb, block.id, block.task_id, block.start_at, **more)


def toast_url(tree: LexborHTMLParser, label: str) -> str:
    """Where a button of the message posts to."""
    (button,) = [button for button in tree.css(".toast button[hx-post]") if button.text().strip() == label]
    return str(button.attributes["hx-post"])


async def drawn(site: Site, query: str) -> dict[str, Any]:
    """What the grid gets."""
    answer = await site.http.get(f"/calendar/items?{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


class TestPage:
    @pytest.mark.parametrize("view", ["day", "work-week", "week", "month", "agenda"])
    async def test_empty(self, site: Site, view: str) -> None:
        page = await site.page(f"/calendar?view={view}&date=2026-11-23")
        assert page.css_first(".calendar-views [aria-current]").attributes["href"].startswith(f"/calendar?view={view}&")  # type: ignore[union-attr]
        assert has(page, "#calendar-grid") == (view != "agenda")
        assert has(page, "script[src*=event-calendar]") == (view != "agenda")
        assert "Every task has a place" in text(page, "#calendar-side")

    async def test_phone(self, site: Site) -> None:
        """A phone has the day first, everybody else the week."""
        for agent, view in ((PHONE, "day"), ("Mozilla/5.0 (X11)", "week")):
            answer = await site.http.get("/calendar", headers={"User-Agent": agent})
            assert f'data-view="{view}"' in answer.text

    @pytest.mark.parametrize("query", ["view=year", "date=tomorrow", "date=1800-01-01", "view=week&date=2026-13-01"])
    async def test_nonsense(self, site: Site, query: str) -> None:
        await site.page(f"/calendar?{query}", 404)
        assert (await site.http.get(f"/calendar/items?{query}")).status_code == 404

    async def test_turning_over(self, site: Site) -> None:
        page = await site.page("/calendar?view=month&date=2026-12-31")
        assert [link.attributes["href"] for link in page.css(".calendar-nav .icon-button")] == [
            "/calendar?view=month&date=2026-11-01",
            "/calendar?view=month&date=2027-01-01",
        ]

    async def test_agenda(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call <b>Ann</b> 1h")
        await busy(stage, 24, "10:00", "11:00")
        page = await site.page("/calendar?view=agenda&date=2026-11-23")
        block = await only(stage, call)
        assert "Call <b>Ann</b>" in text(page, f"#agenda-task-{block.id}")
        assert "09:00–10:00" in text(page, f"#agenda-task-{block.id}")
        assert "Standup" in text(page, ".agenda-item[data-kind=event]")
        assert len(page.css(".agenda-day")) == 7

    async def test_unplaced(self, site: Site, stage: Stage) -> None:
        await planned(stage, "Write book 30h")
        side = text(await site.page("/calendar?view=week"), "#calendar-side")
        assert "No place yet1" in side
        assert "Write book" in side


class TestItems:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h !1")
        block = await only(stage, call)
        found = await drawn(site, "view=week&date=2026-11-23")
        (item,) = found["items"]
        assert (item["start"], item["end"]) == ("2026-11-23T09:00:00", "2026-11-23T10:00:00")
        assert (item["kind"], item["id"], item["block"], item["movable"]) == ("task", call, block.id, True)
        assert len(found["work"]) == 5

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's 1h", stage.eve)
        assert (await drawn(site, "view=month&date=2026-11-23"))["items"] == []

    async def test_hour_that_comes_twice(self, site: Site, stage: Stage) -> None:
        """On 25 October 2026 it is 02:00 to 03:00 twice in Berlin: what spans exactly that is still drawn."""
        form = {"title": "Night", "start_at": "2026-10-25T00:30:00+00:00", "end_at": "2026-10-25T01:30:00+00:00"}
        await site.submit("/events", form)
        (item,) = (await drawn(site, "view=day&date=2026-10-25"))["items"]
        assert (item["start"], item["end"]) == ("2026-10-25T02:30:00", "2026-10-25T02:45:00")

    async def test_few_statements(self, site: Site, stage: Stage) -> None:
        """As many for twelve blocks as for one."""
        statements: list[str] = []
        engine = site.app.state.database.reader.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        counts = []
        for number in range(2):
            await planned(stage, *(f"Task {number}-{count} 15min" for count in range(1 + 11 * number)))
            statements.clear()
            assert len((await drawn(site, "view=week&date=2026-11-23"))["items"]) == (1, 13)[number]
            counts.append(sum("SELECT" in statement for statement in statements))
        assert 0 < counts[0] == counts[1] <= 12


class TestMove:
    async def test_drop(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        part = await site.press(url_of("move", await only(stage, call)), {**WEEK, "start_at": "2026-11-23T14:00"})
        assert targets(part) == [*REGIONS, "#toasts"]
        assert "“Call Ann” is at today 14:00, pinned." in text(part, ".toast-text")
        assert ((await only(stage, call)).start_at, (await only(stage, call)).pinned) == (local(23, "14:00"), True)
        assert "again" in text(await site.press(toast_url(part, "Undo"), WEEK), ".toast-text")
        assert ((await only(stage, call)).start_at, (await only(stage, call)).pinned) == (local(23, "9:00"), False)

    async def test_unpin(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        part = await site.press(url_of("pin", await only(stage, call)), WEEK)
        assert (await only(stage, call)).pinned
        assert "no longer pinned" in text(await site.press(toast_url(part, "Unpin"), WEEK), ".toast-text")
        assert not (await only(stage, call)).pinned

    async def test_resize(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        times = {"start_at": "2026-11-23T09:00", "end_at": "2026-11-23T10:30"}
        await site.press(url_of("move", await only(stage, call)), WEEK | times)
        assert (await only(stage, call)).end_at == local(23, "10:30")
        assert (await stage.task(call)).duration_minutes == 90

    @pytest.mark.parametrize(
        ("start_at", "sentence"),
        [
            ("2026-11-23T06:00", "passed"),
            ("2026-11-28T10:00", "no working hours"),
            ("2026-11-24T10:30", "Standup"),
            ("", "Say when it starts"),
            ("soon", "not a date and time"),
            ("9999-01-01T10:00", "too far away"),
        ],
    )
    async def test_refused(self, site: Site, stage: Stage, start_at: str, sentence: str) -> None:
        """The message says why, and nothing has moved."""
        (call,) = await planned(stage, "Call Ann 1h")
        await busy(stage, 24, "10:00", "11:00")
        block = await only(stage, call)
        assert sentence in text(await site.press(url_of("move", block), {**WEEK, "start_at": start_at}, 422), ".toast-text")
        assert (await only(stage, call)).start_at == block.start_at

    async def test_stale(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        shown = await only(stage, call)
        await site.press(url_of("move", shown), {**WEEK, "start_at": "2026-11-23T14:00"})
        part = await site.press(url_of("move", shown), {**WEEK, "start_at": "2026-11-23T15:00"}, 409)
        assert "The plan has changed meanwhile" in text(part, ".toast-text")

    @pytest.mark.parametrize("verb", ["move", "pin", "unpin", "step", "day", "back"])
    async def test_other_user(self, site: Site, stage: Stage, verb: str) -> None:
        """Another's block, a missing one and one that is no id at all are alike."""
        call = await stage.add("Eve's 1h", stage.eve)
        (block,) = await stage.blocks(call, stage.eve)
        more = {"to": "later", "day": "2026-11-24", "start": block.start_at.isoformat(), "end": block.end_at.isoformat()}
        query = urlsplit(url_of(verb, block, **more, source="user", pinned=1, minutes=60, by="rules", run=0)).query
        for block_id in (block.id, 99, *BAD_IDS):
            form = {**WEEK, "start_at": "2026-11-23T14:00"}
            assert (
                await site.http.post(f"/calendar/blocks/{block_id}/{verb}?{query}", data=form, headers=HTMX)
            ).status_code == 404
        assert (await stage.blocks(call, stage.eve))[0].start_at == block.start_at

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        """The buttons of the list are plain ones: back to the list, with the message and its ways back."""
        (call,) = await planned(stage, "Call Ann 1h")
        answer = await site.submit(
            url_of("step", await only(stage, call), to="later"), {"view": "agenda", "date": "2026-11-23"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/calendar?view=agenda&date=2026-11-23")
        page = await site.page("/calendar?view=agenda&date=2026-11-23")
        assert "09:15" in text(page, ".toast-text")
        assert (await site.submit(toast_url(page, "Undo"), WEEK)).status_code == 303
        assert (await only(stage, call)).start_at == local(23, "9:00")


class TestClockChange:
    """Lengths are of real time in the nights in which the clocks skip an hour (Berlin: 02:00 to 03:00) or have one twice."""

    async def night(self, stage: Stage, day: datetime, text: str) -> int:
        """A task of a person who works around the clock, on the day before."""
        stage.clock.at = day
        async with stage.writing() as scope:
            await HourService(scope).set_weekly(None, [HourRange(weekday, 0, 0) for weekday in range(7)])
        return (await planned(stage, text))[0]

    @pytest.mark.parametrize(
        ("eve", "start", "end", "begins", "minutes"),
        [
            ("2027-03-27", "2027-03-28T01:00", None, "2027-03-28T00:00", 120),
            ("2027-03-27", "2027-03-28T01:00", "2027-03-28T04:00", "2027-03-28T00:00", 120),
            ("2027-03-27", "2027-03-28T01:00", "2027-03-28T05:00", "2027-03-28T00:00", 180),
            ("2028-03-25", "2028-03-26T02:30", None, "2028-03-26T01:30", 120),
            ("2027-10-30", "2027-10-31T01:30", None, "2027-10-30T23:30", 120),
            ("2027-10-30", "2027-10-31T02:30", "2027-10-31T04:30", "2027-10-31T00:30", 180),
            ("2027-10-30", "2027-10-31T02:30", "2027-10-31T02:15", "2027-10-31T00:30", 45),
        ],
    )
    async def test_moves(
        self, site: Site, stage: Stage, eve: str, start: str, end: str | None, begins: str, minutes: int
    ) -> None:
        job = await self.night(stage, datetime.fromisoformat(f"{eve}T08:00Z"), "Night job 2h")
        form = {"view": "week", "start_at": start} | ({"end_at": end} if end else {})
        await site.press(url_of("move", await only(stage, job)), form)
        block = await only(stage, job)
        assert block.start_at == datetime.fromisoformat(f"{begins}Z")
        assert block.end_at - block.start_at == timedelta(minutes=minutes)
        assert (await stage.task(job)).duration_minutes == minutes

    @pytest.mark.parametrize("start", ["2027-10-31T02:30", "2028-03-26T02:30"])
    async def test_new(self, site: Site, stage: Stage, start: str) -> None:
        await self.night(stage, datetime.fromisoformat(f"{start[:10]}T12:00Z") - timedelta(days=1), "Read 1h")
        await site.press("/calendar/tasks", {"view": "week", "text": "Night job 2h", "start_at": start})
        (block,) = [block for block in await stage.all_blocks() if block.pinned]
        assert block.end_at - block.start_at == timedelta(hours=2)

    async def test_said(self, stage: Stage) -> None:
        """A time in the line of text, too."""
        stage.clock.at = datetime(2027, 10, 30, 8, tzinfo=UTC)
        block = await only(stage, await stage.add("Night job 2h tomorrow at 1:30"))
        assert (block.pinned, block.end_at - block.start_at) == (True, timedelta(hours=2))

    async def test_selected(self, site: Site) -> None:
        """What was pointed at is as long as it is, also where its end is an hour that comes twice."""
        for end, minutes in (("2027-10-31T04:00", "150"), ("2027-10-31T02:15", "45")):
            form = await site.part(f"/calendar/new?view=week&start_at=2027-10-31T02:30&end_at={end}")
            assert value(form, "#field-minutes") == minutes

    async def test_busy_time(self, site: Site, stage: Stage) -> None:
        form = {"title": "Backup", "start_at": "2027-10-31T02:30", "end_at": "2027-10-31T02:15"}
        assert (await site.http.post("/events", data=form, headers=HTMX)).status_code == 200
        async with stage.reading() as scope:
            (saved,) = await EventService(scope).list_between(*(datetime(2027, 10, day, 12, tzinfo=UTC) for day in (30, 31)))
        assert saved.end_at - saved.start_at == timedelta(minutes=45)


class TestToDay:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        await site.press(url_of("day", await only(stage, call), day="2026-11-24"), WEEK)
        assert (await only(stage, call)).start_at == local(24, "9:00")
        await site.press(url_of("day", await only(stage, call)), {**WEEK, "to_day": "2026-11-25"})
        assert (await only(stage, call)).start_at == local(25, "9:00")

    async def test_invalid(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        part = await site.press(url_of("day", await only(stage, call)), {**WEEK, "to_day": ""}, 422)
        assert "Say to which day" in text(part, ".toast-text")

    @pytest.mark.parametrize("day", ["9999-12-31", "9999-12-30", "0001-01-01", "1999-12-31", "2101-01-01"])
    async def test_too_far(self, site: Site, stage: Stage, day: str) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        block = await only(stage, call)
        for url, form in ((url_of("day", block, day=day), WEEK), (url_of("day", block), {**WEEK, "to_day": day})):
            assert "too far away" in text(await site.press(url, form, 422), ".toast-text")

    @pytest.mark.parametrize("start", ["9999-12-31T22:00:00-12:00", "9999-12-31T22:00:00Z", "0001-01-01T00:00:00+12:00"])
    async def test_back_from_too_far(self, site: Site, stage: Stage, start: str) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        block = await only(stage, call)
        place = {"start": start, "end": start.replace(":00:00", ":30:00"), "source": "user", "pinned": 1, "minutes": 60}
        await site.press(url_of("back", block, **place, by="rules", run=0), WEEK, 422)
        await site.press(f"/blocks/{block.id}/pin?{urlencode({'start_at': start})}", WEEK, 422)
        assert (await only(stage, call)).start_at == block.start_at


class TestPlace:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        part = await site.press(f"/calendar/tasks/{call}/place", {**WEEK, "start_at": "2026-11-24T14:00"})
        assert (await only(stage, call)).start_at == local(24, "14:00")
        await site.press(toast_url(part, "Unpin"), WEEK)
        assert not (await only(stage, call)).pinned

    async def test_missing(self, site: Site) -> None:
        await site.press("/calendar/tasks/99/place", {**WEEK, "start_at": "2026-11-24T14:00"}, 404)


class TestNew:
    async def test_form(self, site: Site) -> None:
        """Where one pointed, so long as one pointed; without a time the planner finds one."""
        query = "view=week&date=2026-11-23&start_at=2026-11-24T14:00&end_at=2026-11-24T15:15"
        form = await site.part(f"/calendar/new?{query}")
        assert (value(form, "#field-start_at"), value(form, "#field-minutes")) == ("2026-11-24T14:00", "75")
        assert value(await site.page("/calendar/new"), "#field-start_at") == ""

    async def test_valid(self, site: Site, stage: Stage) -> None:
        form = {**WEEK, "text": "Call Ann", "start_at": "2026-11-24T14:00", "minutes": "75"}
        part = await site.press("/calendar/tasks", form)
        assert targets(part) == ["#dialog", *REGIONS, "#toasts"]
        (block,) = await stage.all_blocks()
        assert (block.start_at, block.end_at, block.pinned) == (local(24, "14:00"), local(24, "15:15"), True)

    async def test_sent_twice(self, site: Site, stage: Stage) -> None:
        """The form has a key of its own, which a mistake does not change: sent twice it makes one task."""
        form = filled(await site.page("/calendar/new?view=week"), "calendar-new") | {"text": "Call Ann 1h"}
        wrong = await site.press("/calendar/tasks", form | {"minutes": "0"}, 422)
        assert value(wrong, "#calendar-new [name=token]") == form["token"]
        for _ in range(2):
            assert (await site.submit("/calendar/tasks", form)).status_code == 303
        assert len(await stage.all_blocks()) == 1
        await site.submit("/calendar/tasks", form | {"token": ""})
        other = filled(await site.page("/calendar/new?view=week"), "calendar-new")
        await site.submit("/calendar/tasks", form | {"token": other["token"]})
        assert len(await stage.all_blocks()) == 3

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"text": " "}, "text"), ({"start_at": "2026-11-28T14:00"}, "start_at"), ({"minutes": "0"}, "minutes")],
    )
    async def test_refused(self, site: Site, stage: Stage, changes: dict[str, str], field: str) -> None:
        """What was typed stands in the form again, with what is wrong; nothing is stored."""
        form = {**WEEK, "text": "Call Ann", "start_at": "2026-11-24T14:00", "minutes": "30", **changes}
        part = await site.press("/calendar/tasks", form, 422)
        assert has(part, f"#field-{field}-error")
        assert value(part, "#field-start_at") == form["start_at"]
        assert await stage.all_blocks() == []


class TestEvent:
    async def test_there_and_back(self, site: Site, stage: Stage) -> None:
        await site.submit("/events", {"title": "Standup", "start_at": "2026-11-23T10:00", "end_at": "2026-11-23T10:30"})
        (item,) = (await drawn(site, "view=day&date=2026-11-23"))["items"]
        form = {**WEEK, "start_at": "2026-11-23T11:00", "end_at": "2026-11-23T12:00"}
        answer = await site.http.post(f"/calendar/events/{item['id']}/move", params={"at": item["at"]}, data=form, headers=HTMX)
        undo = toast_url(LexborHTMLParser(answer.text), "Undo")
        assert parse_qs(urlsplit(undo).query)["end_at"] == ["2026-11-23T09:30:00+00:00"]
        await site.press(undo, WEEK)
        (again,) = (await drawn(site, "view=day&date=2026-11-23"))["items"]
        assert (again["start"], again["end"]) == (item["start"], item["end"])

    async def test_over_pins(self, site: Site, stage: Stage) -> None:
        """The message names what is no longer pinned, and undoing pins it again; also what has passed through a cookie."""
        await busy(stage, 24, "10:00", "11:00")
        call, read = await planned(stage, "Call Ann 1h", "Read 1h")
        await site.press(url_of("move", await only(stage, call)), {**WEEK, "start_at": "2026-11-24T14:00"})
        await site.press(url_of("move", await only(stage, read)), {**WEEK, "start_at": "2026-11-24T15:00"})
        url = "/calendar/events/1/move?at=2026-11-24T09:00:00Z"
        assert (
            await site.submit(url, {**WEEK, "start_at": "2026-11-24T14:30", "end_at": "2026-11-24T15:30"})
        ).status_code == 303
        page = await site.page("/calendar?view=week&date=2026-11-23")
        assert "No longer pinned, and planned again: “Call Ann”, “Read”." in text(page, ".toast-text")
        await stage.planned()
        assert [block.pinned for block in await stage.all_blocks()] == [False, False]
        said = text(await site.press(toast_url(page, "Undo"), WEEK), ".toast-text")
        assert said == "“Standup” is tomorrow 10:00 to 11:00."
        await stage.planned()
        blocks = {block.task_id: (block.start_at, block.pinned) for block in await stage.all_blocks()}
        assert blocks == {call: (local(24, "14:00"), True), read: (local(24, "15:00"), True)}

    async def test_undo_says_what_is_lost(self, site: Site, stage: Stage) -> None:
        await busy(stage, 24, "10:00", "11:00")
        (call,) = await planned(stage, "Call Ann 1h")
        await site.press(url_of("move", await only(stage, call)), {**WEEK, "start_at": "2026-11-24T14:00"})
        url = "/calendar/events/1/move?at=2026-11-24T09:00:00Z"
        undo = toast_url(await site.press(url, {**WEEK, "start_at": "2026-11-24T14:30"}), "Undo")
        await site.press(f"/tasks/{call}/complete")
        assert "Not all that was pinned" in text(await site.press(undo, WEEK), ".toast-text")

    async def test_over_many_pins(self, site: Site, stage: Stage) -> None:
        """More pins than an address holds: no Undo, rather than half of one."""
        await busy(stage, 25, "10:00", "11:00")
        for number, task_id in enumerate(await planned(stage, *(f"Task {number} 15min" for number in range(5)))):
            await site.press(f"/calendar/tasks/{task_id}/place", {**WEEK, "start_at": f"2026-11-24T{10 + number}:00"})
        url = "/calendar/events/1/move?at=2026-11-25T09:00:00Z"
        part = await site.press(url, {**WEEK, "start_at": "2026-11-24T10:00", "end_at": "2026-11-24T15:00"})
        assert "“Task 0”, “Task 1”, “Task 2” and 2 more" in text(part, ".toast-text")
        assert not has(part, ".toast button[hx-post]")

    @pytest.mark.parametrize("pins", ["1", "1-2", "a-1-1", "0-1-1", "1-1-0", "1-99999999999-1", "1-1-1-1", "1" * 500])
    async def test_nonsense(self, site: Site, stage: Stage, pins: str) -> None:
        await busy(stage, 24, "10:00", "11:00")
        form = {**WEEK, "start_at": "2026-11-24T14:30"}
        answer = await site.http.post(f"/calendar/events/1/move?at=2026-11-24T09:00:00Z&pins={pins}", data=form, headers=HTMX)
        assert answer.status_code in {404, 422}


class TestPreview:
    async def ask(self, site: Site, url: str, start_at: str) -> tuple[str, bool]:
        answer = await site.http.post(url.replace("/calendar/", "/calendar/preview/", 1), data={"start_at": start_at})
        assert answer.status_code == 200
        return answer.json()["text"], answer.json()["refused"]

    async def test_valid(self, site: Site, stage: Stage) -> None:
        """It says what else would move, or why nothing can; and writes nothing."""
        _, call = await in_order(stage, "Write report 1h", "Call Ann 1h")
        block = await only(stage, call)
        url = url_of("", block).replace("/?", "?")
        assert await self.ask(site, url, "2026-11-23T09:00") == ("Moves 1 of 2 blocks.", False)
        assert await self.ask(site, url, "2026-11-25T09:00") == ("Moves nothing else.", False)
        assert (await self.ask(site, url, "2026-11-28T09:00"))[1]
        assert await self.ask(site, f"/calendar/tasks/{call}", "2026-11-23T09:00") == ("Moves 1 of 2 blocks.", False)
        assert ((await only(stage, call)).start_at, (await only(stage, call)).pinned) == (block.start_at, False)

    async def test_who_would_be_late(self, site: Site, stage: Stage) -> None:
        _, call = await planned(stage, "Write report 2h by today 11:00", "Call Ann 1h")
        url = url_of("", await only(stage, call)).replace("/?", "?")
        said, _ = await self.ask(site, url, "2026-11-23T09:00")
        assert said == "Moves 1 of 2 blocks. “Write report” would be late."


async def test_regions(site: Site) -> None:
    assert targets(await site.part("/calendar/regions?view=agenda&date=2026-11-23")) == REGIONS
