"""The AI log and the history."""

from __future__ import annotations

import pytest

from services.time_entries import TimeEntryService
from tests.support.model_server import ModelServer
from tests.support.pages import Site, has, text
from tests.support.stage import KEY, Stage


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

    @pytest.mark.parametrize("query", ["task=0", "task=x", "before=-1"])
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

    @pytest.mark.parametrize("before", ["yesterday", "2026-11-23", "2026-02-31T10:00:00Z"])
    async def test_invalid(self, site: Site, before: str) -> None:
        await site.page(f"/history?before={before}", 422)

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's", stage.eve)
        async with stage.writing(stage.eve) as scope:
            await TimeEntryService(scope).complete(hers)
        assert "Eve's" not in text(await site.page("/history"), "main")
