"""The background's clock: it works when woken, polls besides, and stops without leaving work claimed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from app import create_app
from models import BlockSource, LeaseKind
from scheduler import Scheduler
from services.runs import Runner
from tests.services.test_runs import Gate, lease
from tests.support.databases import Templates
from tests.support.pages import ADDRESS, Site, has, text
from tests.support.stage import SolverInside, Stage, settings_for, until


@pytest.fixture
async def runner(stage: Stage) -> Runner:
    return stage.runner(SolverInside())


@pytest.fixture
async def scheduler(stage: Stage, runner: Runner) -> AsyncIterator[Scheduler]:
    """One that polls so rarely that only a wake explains what it does."""
    scheduler = Scheduler(runner, poll_seconds=3600)
    stage.database.listeners.append(scheduler.wake)
    scheduler.start()
    await asyncio.sleep(0.05)
    yield scheduler
    await scheduler.stop()


async def is_planned(stage: Stage, task_id: int) -> bool:
    return [block.source for block in await stage.blocks(task_id)] == [BlockSource.PLANNER]


async def test_woken_by_a_commit(stage: Stage, scheduler: Scheduler) -> None:
    task_id = await stage.add("Write 2h")
    await until(lambda: is_planned(stage, task_id))


async def test_before_it_runs(stage: Stage, runner: Runner) -> None:
    """A commit before the start wakes nobody, and is found by the first look."""
    scheduler = Scheduler(runner, poll_seconds=3600)
    scheduler.wake(stage.ada)
    task_id = await stage.add("Write 2h")
    scheduler.start()
    await until(lambda: is_planned(stage, task_id))
    await scheduler.stop()


async def test_repeats(stage: Stage, runner: Runner) -> None:
    """What became due while nothing ran is made at the start."""
    await stage.add("Water plants every day 15min")
    stage.clock.advance(days=1)
    scheduler = Scheduler(runner, poll_seconds=3600)
    scheduler.start()

    async def is_made() -> bool:
        return len({block.task_id for block in await stage.all_blocks()}) == 2

    await until(is_made)
    await scheduler.stop()


async def test_polls(stage: Stage, runner: Runner) -> None:
    """Work that another process asked for is found without a wake."""
    scheduler = Scheduler(runner, poll_seconds=0.1)
    scheduler.start()
    task_id = await stage.add("Write 2h")
    await until(lambda: is_planned(stage, task_id))
    await scheduler.stop()


async def test_stop_gives_work_back(stage: Stage) -> None:
    gate = Gate()
    scheduler = Scheduler(stage.runner(gate), poll_seconds=0.05)
    task_id = await stage.add("Write 2h")
    scheduler.start()
    await gate.entered.wait()
    await scheduler.stop()
    assert (await lease(stage, LeaseKind.PLAN)).owner is None
    await stage.planned()
    assert await is_planned(stage, task_id)


class TestLifespan:
    async def test_whole(self, database_url: str) -> None:
        """An empty database and the whole application: its person is made, and what is added is planned by the real solver."""
        app = create_app(settings_for(database_url))
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app)
            async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
                site = Site(app, http)

                async def is_up() -> bool:
                    return (await http.get("/")).status_code == 200

                async def is_idle() -> bool:
                    page = await site.page("/")
                    return has(page, "#summary [data-state=idle]") and not has(page, "[data-provisional]")

                await until(is_up)
                await site.press("/tasks", {"text": "Write 2h"})
                await until(is_idle)
                assert "provisional" not in text(await site.page("/"), "#task-list .slot")

    async def test_unmigrated(self, templates: Templates) -> None:
        """It waits for the migration, says so, and stops all the same."""
        url = templates.create("nothing")
        app = create_app(settings_for(url, poll_seconds=0.05))
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.2)
        templates.drop(url)
