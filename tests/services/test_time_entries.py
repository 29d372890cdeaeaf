"""Starting, stopping, completing and reopening tasks, with the time that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from errors import ConflictError, NotFoundError
from models import Task, TaskStatus, TimeEntry
from repositories.time_entries import TimeEntryRepository
from services.time_entries import TimeEntryService
from tests.support.stage import MONDAY, Stage

ACTS = ("start", "stop", "complete", "reopen")


async def act(stage: Stage, verb: str, task_id: int, who: int | None = None) -> Task:
    async with stage.writing(who) as scope:
        done: Task = await getattr(TimeEntryService(scope), verb)(task_id)
        return done


async def extend(stage: Stage, task_id: int, who: int | None = None) -> tuple[Task, int]:
    async with stage.writing(who) as scope:
        return await TimeEntryService(scope).extend(task_id)


async def shorten(stage: Stage, task_id: int, minutes: int, who: int | None = None) -> Task:
    async with stage.writing(who) as scope:
        return await TimeEntryService(scope).shorten(task_id, minutes)


async def entries(stage: Stage, task_id: int) -> Sequence[TimeEntry]:
    async with stage.reading() as scope:
        return await TimeEntryRepository(scope.session).list_for_tasks(stage.ada, [task_id])


async def minutes(stage: Stage, task_id: int) -> list[float | None]:
    """The lengths of the task's entries; None for the open one."""
    found = await entries(stage, task_id)
    return [(entry.ended_at - entry.started_at) / timedelta(minutes=1) if entry.ended_at else None for entry in found]


@pytest.mark.parametrize("verb", ACTS)
class TestAny:
    async def test_other_user(self, stage: Stage, verb: str) -> None:
        task_id = await stage.add("Call Bob 30min")
        version = (await stage.task(task_id)).version
        with pytest.raises(NotFoundError):
            await act(stage, verb, task_id, stage.eve)
        assert (await stage.task(task_id)).version == version

    async def test_missing(self, stage: Stage, verb: str) -> None:
        with pytest.raises(NotFoundError):
            await act(stage, verb, 4711)


class TestStart:
    async def test_valid(self, stage: Stage) -> None:
        task_id = await stage.add("Call Bob 30min")
        stage.clock.advance(minutes=12)
        await act(stage, "start", task_id)
        assert (await stage.task(task_id)).status is TaskStatus.ACTIVE
        assert await minutes(stage, task_id) == [None]
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (stage.clock(), stage.clock() + timedelta(minutes=30))

    async def test_twice(self, stage: Stage) -> None:
        task_id = await stage.add("Call Bob")
        await act(stage, "start", task_id)
        with pytest.raises(ConflictError, match="“Call Bob” is running, so it cannot be started"):
            await act(stage, "start", task_id)

    async def test_while_another_runs(self, stage: Stage) -> None:
        """Two tabs start two tasks: the second is told which one runs."""
        first, second = await stage.add("Call Bob"), await stage.add("Call Alice")
        await act(stage, "start", first)
        with pytest.raises(ConflictError, match="“Call Bob” is running"):
            await act(stage, "start", second)
        assert (await stage.task(second)).status is TaskStatus.OPEN

    async def test_while_eves_runs(self, stage: Stage) -> None:
        hers, mine = await stage.add("Eve's", stage.eve), await stage.add("Call Bob")
        await act(stage, "start", hers, stage.eve)
        assert (await act(stage, "start", mine)).status is TaskStatus.ACTIVE


class TestExtend:
    async def test_valid(self, stage: Stage) -> None:
        """The block grows at once, and shrinks again when that is taken back."""
        task_id = await stage.add("Call Bob 30min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=10)
        task, added = await extend(stage, task_id)
        assert (task.duration_minutes, task.duration_source, added) == (45, "person", 15)
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (MONDAY, MONDAY + timedelta(minutes=45))
        assert (await shorten(stage, task_id, added)).duration_minutes == 30
        (block,) = await stage.blocks(task_id)
        assert block.end_at == MONDAY + timedelta(minutes=30)

    async def test_plan_makes_room(self, stage: Stage) -> None:
        first, second = await stage.add("Call Bob 30min"), await stage.add("Write 1h")
        await act(stage, "start", first)
        await stage.planned()
        assert (await stage.blocks(second))[0].start_at == MONDAY + timedelta(minutes=30)
        await extend(stage, first)
        await stage.planned()
        assert (await stage.blocks(first))[0].end_at == MONDAY + timedelta(minutes=45)
        assert (await stage.blocks(second))[0].start_at == MONDAY + timedelta(minutes=45)

    async def test_over_its_time(self, stage: Stage) -> None:
        """A quarter of an hour from now, on the grid: 30 minutes were planned, 42 are over."""
        task_id = await stage.add("Call Bob 30min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=42)
        task, added = await extend(stage, task_id)
        assert (task.duration_minutes, added) == (60, 30)
        (block,) = await stage.blocks(task_id)
        assert block.end_at == MONDAY + timedelta(minutes=60)

    async def test_counts_earlier_work(self, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=25)
        await act(stage, "stop", task_id)
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=10)
        assert (await extend(stage, task_id))[0].duration_minutes == 50
        block = (await stage.blocks(task_id))[-1]
        assert block.end_at == stage.clock() + timedelta(minutes=15)

    async def test_not_running(self, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        with pytest.raises(ConflictError, match="“Write” is not running"):
            await extend(stage, task_id)
        assert (await stage.task(task_id)).duration_minutes == 30

    async def test_longest(self, stage: Stage) -> None:
        task_id = await stage.add("Write 7d")
        await act(stage, "start", task_id)
        stage.clock.advance(days=7)
        with pytest.raises(ConflictError, match="at most 168 h"):
            await extend(stage, task_id)

    async def test_taken_back_late(self, stage: Stage) -> None:
        """After a stop it is planned anew; once the task is done, its time stays."""
        task_id = await stage.add("Write 30min")
        await act(stage, "start", task_id)
        _, added = await extend(stage, task_id)
        await act(stage, "stop", task_id)
        assert (await shorten(stage, task_id, added)).needs_scheduling
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert block.end_at - block.start_at == timedelta(minutes=30)
        with pytest.raises(ConflictError, match="has changed since"):
            await shorten(stage, task_id, 30)
        await act(stage, "complete", task_id)
        with pytest.raises(ConflictError, match="has changed since"):
            await shorten(stage, task_id, 5)

    async def test_other_user(self, stage: Stage) -> None:
        task_id = await stage.add("Write 30min")
        await act(stage, "start", task_id)
        with pytest.raises(NotFoundError):
            await extend(stage, task_id, stage.eve)
        with pytest.raises(NotFoundError):
            await shorten(stage, task_id, 5, stage.eve)


class TestStop:
    async def test_valid(self, stage: Stage) -> None:
        """The time is kept, and what is left of the task is planned: 30 of 90 minutes were worked."""
        task_id = await stage.add("Write 90min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=30)
        await act(stage, "stop", task_id)
        assert await minutes(stage, task_id) == [30]
        (block,) = await stage.blocks(task_id)
        assert block.end_at - block.start_at == timedelta(minutes=60)
        assert block.start_at >= stage.clock()

    async def test_again(self, stage: Stage) -> None:
        task_id = await stage.add("Write 90min")
        for length in (20, 10):
            await act(stage, "start", task_id)
            stage.clock.advance(minutes=length)
            await act(stage, "stop", task_id)
        assert await minutes(stage, task_id) == [20, 10]

    async def test_not_running(self, stage: Stage) -> None:
        task_id = await stage.add("Write")
        with pytest.raises(ConflictError, match="“Write” is not running"):
            await act(stage, "stop", task_id)

    async def test_longer_than_planned(self, stage: Stage) -> None:
        """Nothing is left by the numbers, but the person did not complete it: the least step stays planned."""
        task_id = await stage.add("Write 30min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=50)
        await act(stage, "stop", task_id)
        (block,) = await stage.blocks(task_id)
        assert block.end_at - block.start_at == timedelta(minutes=5)


class TestComplete:
    async def test_open(self, stage: Stage) -> None:
        task_id = await stage.add("Write 90min")
        await act(stage, "complete", task_id)
        task = await stage.task(task_id)
        assert (task.status, task.completed_at, task.needs_scheduling) == (TaskStatus.COMPLETED, MONDAY, False)
        assert await stage.blocks(task_id) == []

    async def test_running(self, stage: Stage) -> None:
        """The past half of its block stays as done, the other half is free again."""
        task_id = await stage.add("Write 90min")
        await act(stage, "start", task_id)
        stage.clock.advance(minutes=40)
        await act(stage, "complete", task_id)
        assert await minutes(stage, task_id) == [40]
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (MONDAY, stage.clock())

    async def test_in_the_minute_of_its_start(self, stage: Stage) -> None:
        task_id = await stage.add("Write 90min")
        stage.clock.advance(seconds=20)
        await act(stage, "start", task_id)
        stage.clock.advance(seconds=20)
        await act(stage, "complete", task_id)
        assert await stage.blocks(task_id) == []

    async def test_twice(self, stage: Stage) -> None:
        task_id = await stage.add("Write")
        await act(stage, "complete", task_id)
        for verb in ("complete", "start"):
            with pytest.raises(ConflictError, match="completed"):
                await act(stage, verb, task_id)


class TestReopen:
    async def test_valid(self, stage: Stage) -> None:
        task_id = await stage.add("Write 90min")
        await act(stage, "complete", task_id)
        await act(stage, "reopen", task_id)
        task = await stage.task(task_id)
        assert (task.status, task.completed_at, task.needs_scheduling) == (TaskStatus.OPEN, None, True)
        (block,) = await stage.blocks(task_id)
        assert block.end_at - block.start_at == timedelta(minutes=90)

    async def test_open(self, stage: Stage) -> None:
        task_id = await stage.add("Write")
        with pytest.raises(ConflictError, match="open already"):
            await act(stage, "reopen", task_id)
