"""First slots: real, in milliseconds, around all that is planned."""

from __future__ import annotations

from datetime import timedelta

from models import BlockSource
from repositories.task_rows import TaskRowRepository
from services.planning import PlanningService
from services.tasks import TaskService
from tests.services.test_tasks import save
from tests.support.stage import Stage, local


class TestPlaceProvisionally:
    async def test_after_what_it_waits_for(self, stage: Stage) -> None:
        first, second = await stage.add("Draft tomorrow 14:00 2h"), await stage.add("Send it 30min")
        await save(stage, second, (first,))
        (block,) = await stage.blocks(second)
        assert (block.start_at, block.source) == (local(24, "16:00"), BlockSource.PROVISIONAL)

    async def test_far_behind_what_it_waits_for(self, stage: Stage) -> None:
        """What it waits for ends after the days that are looked at first."""
        first, second = await stage.add("Draft 2h"), await stage.add("Send it 30min")
        await save(stage, first, start_at="2027-01-20T10:00")
        await save(stage, second, (first,))
        (before,), (after,) = await stage.blocks(first), await stage.blocks(second)
        assert before.end_at == after.start_at == local(23, "12:00") + timedelta(days=58)

    async def test_waits_for_what_has_no_place(self, stage: Stage) -> None:
        first, second = await stage.add("Move house 20h"), await stage.add("Rest 30min")
        await save(stage, second, (first,))
        assert await stage.blocks(second) == []

    async def test_nothing_fits(self, stage: Stage) -> None:
        """20 h fit into no working day; nothing is stored, and nothing is late in silence."""
        task_id = await stage.add("Move house 20h")
        async with stage.writing() as scope:
            task = await TaskService(scope).get(task_id)
            assert await PlanningService(scope).place_provisionally(task) is None
        async with stage.reading() as scope:
            assert (await TaskRowRepository(scope.session).list_at_risk(stage.ada, stage.clock(), 5)).total == 1
