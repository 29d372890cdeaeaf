"""The AI log and the history."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborNode

from models import ModelCall
from repositories.model_calls import ModelCallRepository
from services.ai_log import PAGE_ROWS
from services.time_entries import TimeEntryService
from tests.support.model_server import ModelServer
from tests.support.pages import Site, has, text, value
from tests.support.stage import KEY, MONDAY, Stage, local


def call_of(who: int, number: int, at: datetime = MONDAY) -> ModelCall:
    """A call as it stands in the log."""
    took = {"duration_ms": number, "attempts": 1, "prompt_tokens": 100, "completion_tokens": 20, "cost_usd": 0.002}
    return ModelCall(user_id=who, module="m", model="x/y", started_at=at, inputs="", outputs="", status="ok", **took)


def text_of(node: LexborNode) -> str:
    return " ".join(node.text().split())


class TestAiLog:
    async def test_empty(self, site: Site) -> None:
        assert not has(await site.page("/ai-log"), ".call")

    async def test_valid(self, site: Site, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        task_id, other = await stage.add("Paint"), await stage.add("Mow")
        await stage.planned()
        page = await site.page("/ai-log")
        assert len(page.css(".call[data-status=ok]")) == 2
        assert len((await site.page(f"/ai-log?task={task_id}")).css(".call")) == 2
        assert "2 model calls" in text(await site.part(f"/tasks/{other}"), f"a[href='/ai-log?task={other}']")
        call = await site.page("/ai-log/1")
        assert "Paint" in text(call, "main")
        assert KEY not in str(call.html)

    @pytest.mark.parametrize("path", ["/ai-log/0", "/ai-log/4711", "/ai-log/x"])
    async def test_missing(self, site: Site, path: str) -> None:
        await site.page(path, 404)

    async def test_filtered(self, site: Site, stage: Stage, model: ModelServer) -> None:
        """By module, outcome and task; the choice stands in the form and in the address of the next page."""
        await stage.use_model(model.url)
        task_id = await stage.add("Paint")
        await stage.planned()
        both = await site.page("/ai-log?module=&status=&task=")
        assert len(both.css(".call")) == 2
        assert [node.attributes["value"] for node in both.css("#field-task option")] == ["", str(task_id)]
        one = await site.page(f"/ai-log?module=TimeSlotModule&status=ok&task={task_id}")
        assert text(one, ".call-name") == "TimeSlotModule"
        assert text(one, "#field-module option[selected]") == "TimeSlotModule"
        assert text(one, "#field-status option[selected]") == "Answered"
        assert text(one, "#field-task option[selected]") == "Paint"
        assert "1 call" in text(one, ".usage > .muted")
        none = await site.page("/ai-log?status=error")
        assert (none.css(".call"), text(none, ".empty h2")) == ([], "No such calls")
        assert not has(none, ".usage")

    async def test_pages(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Paint")
        async with stage.writing() as scope:
            calls = ModelCallRepository(scope.session)
            for number in range(PAGE_ROWS + 3):
                await calls.add(call_of(stage.ada, number), [task_id] if number % 2 else [])
        first = await site.page("/ai-log?module=m&status=ok")
        older = first.css_first(".pager a")
        assert older is not None
        second = await site.page(str(older.attributes["href"]))
        ids = [str(node.id) for page in (first, second) for node in page.css(".call")]
        assert ids == [f"call-{number}" for number in range(PAGE_ROWS + 3, 0, -1)]
        assert text(second, "#field-module option[selected]") == "m"
        assert not has(second, ".pager")
        assert len((await site.page(f"/ai-log?task={task_id}")).css(".call")) == (PAGE_ROWS + 3) // 2

    async def test_cost_by_day(self, site: Site, stage: Stage) -> None:
        """Two calls on either side of midnight in Berlin."""
        async with stage.writing() as scope:
            calls = ModelCallRepository(scope.session)
            for hour in (22, 23):
                await calls.add(call_of(stage.ada, 0, datetime(2026, 11, 20, hour, 30, tzinfo=UTC)), [])
        page = await site.page("/ai-log")
        assert text(page, ".usage > .muted") == "2 calls · 240 tokens · $0.004"
        rows = [" ".join(text_of(cell) for cell in row.css("th, td")) for row in page.css(".usage tbody tr")]
        assert rows == ["Sat 21 Nov 1 0 100 20 $0.002", "Fri 20 Nov 1 0 100 20 $0.002"]
        pictures = [node.attributes["aria-label"] for node in page.css(".usage svg[role=img]")]
        assert pictures == ["Tokens by day", "Cost in dollars by day"]

    async def test_readable(self, site: Site, stage: Stage) -> None:
        """Inputs and answers stand under their names, JSON on lines; what is long is folded; all of it is text."""
        long = json.dumps([{"title": "<b>paint</b>"} for _ in range(30)])
        async with stage.writing() as scope:
            call = call_of(stage.ada, 0)
            call.inputs = json.dumps({"tasks": long, "situation": "Monday"})
            answer = '[[ ## reasoning ## ]]\nFirst things first.\n\n[[ ## advice ## ]]\n[{"task_id": 1}]'
            call.outputs = f"{answer}\n\n[[ ## completed ## ]]"
            await ModelCallRepository(scope.session).add(call, [])
        page = await site.page("/ai-log/1")
        assert [text_of(node) for node in page.css(".call-text-name")] == ["Tasks", "Situation", "Reasoning", "Advice"]
        assert page.css("main b") == []
        assert len(page.css("details.call-text")) == 1
        assert '"title": "<b>paint</b>"' in text(page, "details.call-text > pre")
        assert '[\n  {\n    "task_id": 1\n  }\n]' in page.css("section pre")[-1].text()

    async def test_hostile(self, site: Site, stage: Stage) -> None:
        """Half of a surrogate pair, as JSON can escape it, and a NUL, which PostgreSQL does not take."""
        async with stage.writing() as scope:
            call = call_of(stage.ada, 0)
            call.inputs, call.outputs = r'{"text": "\udc00"}', r'{"title": "\ud800 x"}'
            await ModelCallRepository(scope.session).add(call, [])
        assert "title" in text(await site.page("/ai-log/1"), "main")
        assert has(await site.page("/ai-log?module=%00"), ".call")

    @pytest.mark.parametrize("query", ["task=0", "task=x", "before=-1", "status=late", "module=" + "x" * 65])
    async def test_invalid(self, site: Site, query: str) -> None:
        await site.page(f"/ai-log?{query}", 422)

    async def test_other_user(self, site: Site, stage: Stage, model: ModelServer) -> None:
        """Eve's only call has id 1, and ada cannot see it."""
        await stage.use_model(model.url)
        await stage.add("Paint")
        await stage.planned()
        async with stage.database.session_scope() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(f"UPDATE model_calls SET user_id = {stage.eve}")
            await connection.exec_driver_sql(f"UPDATE model_call_tasks SET user_id = {stage.eve}")
        assert not has(await site.page("/ai-log"), ".call")
        await site.page("/ai-log/1", 404)


class TestHistory:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        stage.clock.advance(minutes=95)
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(task_id)
        words = text(await site.page("/history"), "main")
        assert "Write" in words
        assert "1 h 35 min" in words
        assert "2 h" in words

    async def test_empty(self, site: Site) -> None:
        await site.page("/history")

    async def test_up_to_a_day(self, site: Site, stage: Stage) -> None:
        for day in (19, 20):
            stage.clock.at = local(day, "10:00")
            task_id = await stage.add(f"Task of the {day}th 1h")
            async with stage.writing() as scope:
                await TimeEntryService(scope).complete(task_id)
        stage.clock.at = MONDAY
        page = await site.page("/history?to=2026-11-19")
        assert [text_of(node) for node in page.css(".done .task-title")] == ["Task of the 19th"]
        assert value(page, "#history-to") == "2026-11-19"
        assert text(page, ".done-head .muted") == "1 task · 1 h planned"
        before = await site.page("/history?to=2026-11-18")
        assert text(before, ".empty h2") == "Nothing finished up to Wed 18 Nov"
        assert [text_of(node) for node in page.css(".tabs a")] == ["History", "Insights"]

    @pytest.mark.parametrize("to", ["yesterday", "2026-02-31", "1999-12-31"])
    async def test_invalid(self, site: Site, to: str) -> None:
        await site.page(f"/history?to={to}", 404)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's", stage.eve)
        async with stage.writing(stage.eve) as scope:
            await TimeEntryService(scope).complete(hers)
        assert "Eve's" not in text(await site.page("/history"), "main")
