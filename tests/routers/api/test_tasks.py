"""The JSON API: tasks, the plan, and errors."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.pages import Site
from tests.support.stage import Stage, local


class TestTasks:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h by Friday 5pm high // in the cellar")
        answer = (await site.http.get("/api/v1/tasks")).json()
        assert (answer["total"], answer["page"], answer["has_more"]) == (1, 1, False)
        (task,) = answer["tasks"]
        assert datetime.fromisoformat(task.pop("deadline")) == local(27, "17:00")
        assert datetime.fromisoformat(task.pop("created")) == stage.clock()
        assert datetime.fromisoformat(task.pop("updated")) == stage.clock()
        assert task.pop("priority") > 4
        assert task.pop("priority_reason")
        assert task == {
            "id": task_id,
            "title": "Write report",
            "context": "in the cellar",
            "status": "open",
            "importance": 2,
            "duration_minutes": 180,
            "duration_source": "person",
            "earliest": None,
            "deadline_is_hard": False,
            "needs_scheduling": True,
            "advice_source": None,
            "completed": None,
            "project": None,
            "labels": [],
            "assignees": [],
            "parent_id": None,
            "hour_set_id": None,
            "energy": None,
            "min_chunk_minutes": None,
            "max_chunk_minutes": None,
            "max_per_day_minutes": None,
            "buffer_minutes": None,
            "unplaced_reason": None,
            "version": (await stage.task(task_id)).version,
        }

    @pytest.mark.parametrize("name", ["project", "label", "text", "due"])
    async def test_control_characters(self, site: Site, name: str) -> None:
        answer = await site.http.get(f"/api/v1/tasks?{name}=%00")
        assert answer.status_code == (422 if name == "due" else 200)

    async def test_status(self, site: Site, stage: Stage) -> None:
        await stage.add("Open")
        done = await stage.add("Done")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(done)
        answer = (await site.http.get("/api/v1/tasks?status=completed")).json()
        assert [task["title"] for task in answer["tasks"]] == ["Done"]

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's", stage.eve)
        assert (await site.http.get("/api/v1/tasks")).json()["tasks"] == []

    @pytest.mark.parametrize(
        "query",
        [
            *("page=0", "page=x", "page_size=101", "page_size=0", "status=lost", "page=10000000"),
            *("priority=urgent", "sort=random", "due=someday", "due=1999-01-01", "due=2026-13-01"),
        ],
    )
    async def test_invalid(self, site: Site, query: str) -> None:
        answer = await site.http.get(f"/api/v1/tasks?{query}")
        body = answer.json()
        assert (answer.status_code, body["status_code"]) == (422, 422)
        assert {*body} == {"error", "detail", "status_code", "fields"}
        assert [*body["fields"]] == [query.partition("=")[0]]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("project=book", ["Chapter"]),
            ("project=none", ["Rent", "Call", "Draft"]),
            ("label=DESK", ["Chapter", "Draft"]),
            ("label=none", ["Rent", "Call"]),
            ("label=nobody", []),
            ("due=today", ["Draft"]),
            ("due=tomorrow", ["Rent"]),
            ("due=week", ["Rent", "Draft"]),
            ("due=2026-11-24", ["Rent"]),
            ("due=none", ["Chapter", "Call"]),
            ("due=overdue", []),
            ("text=chap", ["Chapter"]),
            ("text=dra ft", []),
            ("text=%25", []),
            ("project=book&label=desk&status=open", ["Chapter"]),
            ("sort=title", ["Call", "Chapter", "Draft", "Rent"]),
            ("sort=oldest", ["Draft", "Call", "Chapter", "Rent"]),
            ("sort=deadline", ["Draft", "Rent", "Chapter", "Call"]),
        ],
    )
    async def test_filters(self, site: Site, stage: Stage, query: str, titles: list[str]) -> None:
        for text in ("Draft by today 17:00 #desk", "Call", "Chapter +Book #desk", "Rent by tomorrow 12:00"):
            await stage.add(text)
        answer = (await site.http.get(f"/api/v1/tasks?{query}")).json()
        assert [task["title"] for task in answer["tasks"]] == titles
        assert answer["total"] == len(titles)

    async def test_parts(self, site: Site, stage: Stage) -> None:
        """A part is found by what it keeps of its parent, as on the page Tasks."""
        whole = await stage.add("Whole +Book #desk by tomorrow 12:00")
        async with stage.writing() as scope:
            await TaskService(scope).add("Kept", None, whole)
            await TaskService(scope).add("Own +Home #lab by today 17:00", None, whole)
        await stage.add("Other")
        expected = {
            "project=book": ["Kept", "Whole"],
            "project=home": ["Own"],
            "project=none": ["Other"],
            "label=desk": ["Own", "Kept", "Whole"],
            "label=lab": ["Own"],
            "label=none": ["Other"],
            "due=tomorrow": ["Kept", "Whole"],
            "due=today": ["Own"],
            "due=none": ["Other"],
            "sort=deadline": ["Own", "Kept", "Whole", "Other"],
        }
        for query, titles in expected.items():
            answer = (await site.http.get(f"/api/v1/tasks?{query}")).json()
            assert ([task["title"] for task in answer["tasks"]], answer["total"]) == (titles, len(titles)), query

    async def test_overdue(self, site: Site, stage: Stage) -> None:
        await stage.add("Late by today 10:00")
        done = await stage.add("Done by today 10:00")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(done)
        stage.clock.advance(hours=3)
        answer = (await site.http.get("/api/v1/tasks?due=overdue")).json()
        assert [task["title"] for task in answer["tasks"]] == ["Late"]

    async def test_priority(self, site: Site, stage: Stage) -> None:
        await stage.add("Fire !1 by today 17:00")
        await stage.add("Someday !4")
        found = {
            level: [task["title"] for task in (await site.http.get(f"/api/v1/tasks?priority={level}")).json()["tasks"]]
            for level in ("high", "medium", "low")
        }
        assert found["high"] == ["Fire"]
        assert sorted(title for titles in found.values() for title in titles) == ["Fire", "Someday"]


class TestPlan:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 3h")
        too_long = await stage.add("Move house 20h")
        provisional = (await site.http.get("/api/v1/plan")).json()
        assert [block["source"] for block in provisional["blocks"]] == ["provisional"]
        assert [task["task_id"] for task in provisional["unplaced"]] == [too_long]
        await stage.planned()
        plan = (await site.http.get("/api/v1/plan")).json()
        (block,), (unplaced,) = plan["blocks"], plan["unplaced"]
        assert (block["task_id"], block["task"], block["source"], block["pinned"]) == (
            task_id,
            "Write report",
            "planner",
            False,
        )
        assert datetime.fromisoformat(block["start"]) == local(23, "9:00")
        assert datetime.fromisoformat(block["end"]) == local(23, "12:00")
        assert "First free 3 h" in block["reason"]
        assert "No stretch of your hours is 20 h long" in unplaced["reason"]
        assert (plan["timezone"], plan["version"] > provisional["version"]) == ("Europe/Berlin", True)
        assert plan["at_risk"] == [{"task_id": too_long, "title": "Move house", "late_minutes": None}]
        deadline = {"deadline": local(23, "11:00").isoformat()}
        assert (await site.http.patch(f"/api/v1/tasks/{task_id}", json=deadline)).status_code == 200
        risks = (await site.http.get("/api/v1/plan")).json()["at_risk"]
        assert {risk["task_id"]: risk["late_minutes"] for risk in risks} == {task_id: 60, too_long: None}

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's 3h", stage.eve)
        await stage.add("Eve's 20h", stage.eve)
        plan = (await site.http.get("/api/v1/plan")).json()
        assert (plan["blocks"], plan["unplaced"], plan["at_risk"]) == ([], [], [])


class TestErrors:
    async def test_missing(self, site: Site) -> None:
        answer = await site.http.get("/api/v1/nothing")
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            "There is nothing at this address. It may have been deleted.",
        )

    async def test_method(self, site: Site) -> None:
        assert (await site.http.delete("/api/v1/tasks")).json()["status_code"] == 405

    async def test_schema(self, site: Site) -> None:
        paths = (await site.http.get("/openapi.json")).json()["paths"]
        assert {"/api/v1/tasks", "/api/v1/plan"} <= {*paths}


class TestParse:
    async def parse(self, site: Site, **said: object) -> dict[str, object]:
        answer = await site.http.post("/api/v1/tasks/parse", json=said)
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body

    async def test_valid(self, site: Site, stage: Stage) -> None:
        text = "Write report 2h by Friday 5pm !2 #desk +book @ann in the morning in 1h chunks // at home"
        assert await self.parse(site, text=text) == {
            "title": "Write report",
            "duration_min": 120,
            "deadline": "2026-11-27T17:00:00",
            "priority": 2,
            "labels": ["desk"],
            "project": "book",
            "assignees": ["ann"],
            "chunk_min": 60,
            "windows": [{"from": "06:00", "to": "12:00"}],
            "context": "at home",
        }
        assert (await site.http.get("/api/v1/tasks")).json()["total"] == 0

    async def test_recurrence(self, site: Site) -> None:
        assert await self.parse(site, text="Standup every weekday at 9:30") == {
            "title": "Standup",
            "date": "2026-11-23",
            "start": "2026-11-23T09:30:00",
            "time": "09:30",
            "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
        }

    async def test_when_and_where(self, site: Site) -> None:
        said = {"text": "Pay 3/9", "now": "2026-01-01T23:30:00Z", "timezone": "Asia/Tokyo"}
        assert (await self.parse(site, **said))["date"] == "2026-03-09"
        assert (await self.parse(site, **said, day_first=True))["date"] == "2026-09-03"
        assert (await self.parse(site, **said | {"text": "Pay tomorrow"}))["date"] == "2026-01-03"

    @pytest.mark.parametrize("now", ["2000-01-01T00:00:00+14:00", "2100-12-31T23:59:59-14:00"])
    @pytest.mark.parametrize("text", ["Call tomorrow", "Call every christmas", "Call daily"])
    async def test_far_away(self, site: Site, now: str, text: str) -> None:
        assert (await self.parse(site, text=text, now=now))["title"] == "Call"

    async def test_ignored(self, site: Site) -> None:
        assert await self.parse(site, text="Plan tomorrow", ignored=[[5, 13]]) == {"title": "Plan tomorrow"}

    async def test_problems(self, site: Site) -> None:
        assert (await self.parse(site, text=""))["problems"] == ["Say what is to be done: the text holds no words for a title."]

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({}, "text"),
            ({"text": 5}, "text"),
            ({"text": "x" * 20_001}, "text"),
            ({"text": "x", "timezone": "Mars/Base"}, "timezone"),
            ({"text": "x", "timezone": "../etc/passwd"}, "timezone"),
            ({"text": "x", "now": "2026-01-01T00:00:00"}, "now"),
            ({"text": "x", "now": "0001-01-01T00:00:00+14:00"}, "now"),
            ({"text": "x tomorrow", "now": "9999-12-31T00:00:00Z"}, "now"),
            ({"text": "x every christmas", "now": "9998-12-31T00:00:00Z"}, "now"),
            ({"text": "x", "ignored": [[-1, 2]]}, "ignored.0.0"),
            ({"text": "x", "more": 1}, "more"),
        ],
    )
    async def test_invalid(self, site: Site, said: dict[str, object], field: str) -> None:
        answer = await site.http.post("/api/v1/tasks/parse", json=said)
        assert answer.status_code == 422
        assert any(name.startswith(field) for name in answer.json()["fields"])

    async def test_schema(self, site: Site) -> None:
        schemas = (await site.http.get("/openapi.json")).json()["components"]["schemas"]
        assert {"title", "recurrence", "windows"} <= {*schemas["ParsedOut"]["properties"]}
