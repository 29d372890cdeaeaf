"""The demo week: what it brings on any day, and that removing it takes exactly that; the working hours in one line."""

from __future__ import annotations

from datetime import date

import pytest

from errors import ConflictError, InvalidInputError
from planning.hours import HourRange
from repositories.demo import DemoRepository
from services.demo import EVENTS, TASKS, DemoService, set_hours, working_days
from services.hour_service import HourService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.pages import Site, has, text
from tests.support.stage import Stage


async def titles(stage: Stage, who: int | None = None) -> set[str]:
    async with stage.reading(who) as scope:
        demo = DemoRepository(scope.session)
        tasks, events = await demo.list_demo_tasks(scope.person.id), await demo.list_demo_events(scope.person.id)
        return {task.title for task in tasks} | {event.title for event in events}


async def add(stage: Stage) -> None:
    async with stage.writing() as scope:
        await DemoService(scope).add()


class TestAdd:
    @pytest.mark.parametrize("days", range(7))
    async def test_valid_on_every_weekday(self, stage: Stage, days: int) -> None:
        stage.clock.advance(days=days, hours=days)
        await add(stage)
        assert await titles(stage) == {title for title, *_ in (*TASKS, *EVENTS)}
        assert await titles(stage, stage.eve) == set()

    async def test_twice(self, stage: Stage) -> None:
        await add(stage)
        with pytest.raises(ConflictError, match="here already"):
            await add(stage)

    async def test_again_after_removal(self, stage: Stage) -> None:
        for _ in range(2):
            await add(stage)
            async with stage.writing() as scope:
                assert await DemoService(scope).remove() == 0
            assert await titles(stage) == set()


class TestRemove:
    async def test_takes_what_it_brought_and_nothing_else(self, site: Site, stage: Stage) -> None:
        own = await stage.add("Write the quarterly report 1h")
        await site.submit("/welcome/demo")
        assert has(await site.page("/"), "form.demo[action='/welcome/demo/remove']")
        async with stage.reading() as scope:
            tasks = [*await DemoRepository(scope.session).list_demo_tasks(stage.ada)]
        renamed, done, started = tasks[3].id, tasks[4].id, tasks[5].id
        async with stage.writing() as scope:
            found = await DemoRepository(scope.session).list_demo_tasks(stage.ada)
            next(task for task in found if task.id == renamed).title = "Call my dentist"
            await TimeEntryService(scope).complete(done)
            await TimeEntryService(scope).start(started)
        await site.submit("/welcome/demo/remove")
        page = await site.page("/")
        assert text(page, ".toast-text") == "The demo week is gone. 2 things that you made your own stay."
        assert {node.attributes["id"] for node in page.css(".task")} == {
            f"task-{task_id}" for task_id in (own, renamed, started)
        }
        assert not has(page, ".demo, [data-kind=event]")
        assert await titles(stage) == set()

    async def test_keeps_what_the_person_put_in(self, stage: Stage) -> None:
        """Parts of theirs that are not deleted, done ones too; notes; time that they spent."""
        await add(stage)
        async with stage.writing() as scope:
            tasks = [task.id for task in await DemoRepository(scope.session).list_demo_tasks(stage.ada)]
            service = TaskService(scope)
            parts = [(await service.add("Own part 10min", parent_id=task_id)).task.id for task_id in tasks[:3]]
            await service.delete(parts[1])
            await TimeEntryService(scope).complete(parts[2])
            (await service.get(tasks[3])).context = "Ask for the key"
            await TimeEntryService(scope).start(tasks[4])
            await TimeEntryService(scope).stop(tasks[4])
            await TimeEntryService(scope).complete(tasks[5])
        async with stage.writing() as scope:
            assert await DemoService(scope).remove() == 4
        kept = {task_id for task_id in tasks if (await stage.task(task_id)).deleted_at is None}
        assert kept == {tasks[0], tasks[2], tasks[3], tasks[4]}
        assert [(await stage.task(part)).deleted_at is None for part in parts] == [True, False, True]
        assert await titles(stage) == set()


class TestHours:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        assert has(await site.page("/"), "#welcome form[action='/welcome/hours']")
        await site.submit("/welcome/hours", {"days": "mon-sat", "start": "08:00", "end": "16:00"})
        async with stage.reading() as scope:
            assert {*(await HourService(scope).sets())[0].weekly.ranges} == {HourRange(day, 480, 960) for day in range(6)}

    @pytest.mark.parametrize("form", [{}, {"days": "mon-fri", "start": "9", "end": ""}, {"days": "no", "start": "09:00"}])
    async def test_invalid(self, stage: Stage, form: dict[str, str]) -> None:
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError, match="Say from when to when"):
                await set_hours(scope, form)


def test_working_days() -> None:
    assert working_days(date(2026, 11, 27), 3) == [date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]
