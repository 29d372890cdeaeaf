"""Recurring tasks: one occurrence after the other, by wall time, once each, and only as long as the person wants them."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from errors import ConflictError, InvalidInputError, NotFoundError
from models import Task, TaskStatus
from repositories.projects import ProjectRepository
from repositories.tasks import TaskRepository
from services.repeats import RepeatService
from services.runs import Runner
from services.series import MOST_LIVE
from services.settings import SettingsService
from services.task_details import TaskDetailsService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.views import Recurrence
from tests.services.test_tasks import save
from tests.support.stage import ZONE, Stage, local


async def occurrences(stage: Stage, who: int | None = None) -> list[Task]:
    """What stands on the list of all series, by time, done and skipped ones included."""
    async with stage.reading(who) as scope:
        where = (Task.user_id == scope.person.id, Task.occurs_at.is_not(None), Task.deleted_at.is_(None))
        return [*await scope.session.scalars(select(Task).where(*where).order_by(Task.occurs_at))]


async def times(stage: Stage) -> list[str]:
    return [f"{task.occurs_at:%a %d %H:%M} {task.status}" for task in await occurrences(stage)]


async def complete(stage: Stage, task_id: int) -> None:
    async with stage.writing() as scope:
        await TimeEntryService(scope).complete(task_id)


async def reopen(stage: Stage, task_id: int) -> None:
    async with stage.writing() as scope:
        await TimeEntryService(scope).reopen(task_id)


async def skip(stage: Stage, task_id: int, who: int | None = None) -> None:
    async with stage.writing(who) as scope:
        await RepeatService(scope).skip(task_id)


async def shown(stage: Stage, task_id: int) -> Recurrence:
    async with stage.reading() as scope:
        details, _ = await TaskDetailsService(scope).show(task_id)
    assert details.recurrence is not None
    return details.recurrence


class TestBegin:
    async def test_day(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            added = await TaskService(scope).add("Water plants every Friday 20min")
        assert added.understood == "Water plants · 20 min · every Friday · due Fri 23:59 · first slot Fri 09:00"
        assert await times(stage) == ["Fri 27 00:00 open"]
        assert len(await stage.all_blocks()) == 1

    async def test_time_of_day_is_pinned(self, stage: Stage) -> None:
        task_id = await stage.add("Standup every weekday at 9:30 15min")
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.pinned) == (local(23, "9:30"), True)
        recurrence = await shown(stage, task_id)
        assert (recurrence.words, recurrence.is_ended) == ("every weekday at 09:30", False)
        assert recurrence.upcoming == (local(24, "9:30"), local(25, "9:30"), local(26, "9:30"))

    async def test_part(self, stage: Stage) -> None:
        whole = await stage.add("Move house")
        with pytest.raises(InvalidInputError, match="A part does not repeat"):
            async with stage.writing() as scope:
                await TaskService(scope).add("Pack every Friday", None, whole)

    async def test_plain_task_has_no_series(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        async with stage.reading() as scope:
            details, _ = await TaskDetailsService(scope).show(task_id)
        assert details.recurrence is None


class TestRepeat:
    async def repeat(self, stage: Stage, task_id: int, text: str) -> None:
        async with stage.writing() as scope:
            await RepeatService(scope).repeat(task_id, text)

    async def test_task_that_did_not(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants 20min")
        await self.repeat(stage, task_id, "every Tue and Thu at 16:00")
        assert await times(stage) == ["Mon 23 00:00 open"]
        recurrence = await shown(stage, task_id)
        assert recurrence.upcoming == (local(24, "16:00"), local(26, "16:00"), local(24, "16:00") + timedelta(days=7))
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Tue 24 16:00 open"]
        _, made = await occurrences(stage)
        (block,) = await stage.blocks(made.id)
        assert (block.start_at, block.pinned) == (local(24, "16:00"), True)

    async def test_changed_from_the_next_on(self, stage: Stage) -> None:
        task_id = await stage.add("Standup every weekday at 9:30 15min")
        before = await stage.blocks(task_id)
        await complete(stage, task_id)
        await reopen(stage, task_id)
        await self.repeat(stage, task_id, "every Wednesday 10:00")
        assert await times(stage) == ["Mon 23 00:00 open"]
        assert (await shown(stage, task_id)).words == "every Wednesday at 10:00"
        assert [block.start_at for block in await stage.blocks(task_id)] == [block.start_at for block in before]
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Wed 25 10:00 open"]

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "every Tuesday 9:00"),
            ("tomorrow", "every Tuesday 9:00"),
            ("every Tuesday with Bob", "Not understood: “with Bob”"),
            ("every Tuesday !1", "Say only how it repeats"),
            ("every Tuesday #work", "Say only how it repeats"),
            ("every Tuesday +Home", "Say only how it repeats"),
            ("every Tuesday 2h", "Say only how it repeats"),
            ("every day after Plants", "Not understood: “after Plants”"),
        ],
    )
    async def test_words_that_say_something_else(self, stage: Stage, text: str, sentence: str) -> None:
        task_id = await stage.add("Water plants 20min")
        with pytest.raises(InvalidInputError, match=sentence) as caught:
            await self.repeat(stage, task_id, text)
        assert [*caught.value.fields] == ["repeats"]
        assert await occurrences(stage) == []

    async def test_done_part_and_foreign(self, stage: Stage) -> None:
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            part = (await TaskService(scope).add("Pack", None, whole)).task.id
        with pytest.raises(ConflictError, match="A part does not repeat"):
            await self.repeat(stage, part, "daily")
        done = await stage.add("Pay rent")
        await complete(stage, done)
        with pytest.raises(ConflictError, match="done already"):
            await self.repeat(stage, done, "daily")
        with pytest.raises(NotFoundError):
            async with stage.writing(stage.eve) as scope:
                await RepeatService(scope).repeat(whole, "daily")


class TestComplete:
    async def test_next_is_like_it(self, stage: Stage) -> None:
        text = (
            "Weekly review every Friday by 17:00 2h +Team #desk in the afternoon, high energy in 1h chunks !2 // bring the list"
        )
        await complete(stage, await stage.add(text))
        done, made = await occurrences(stage)
        same = (
            "title",
            "context",
            "importance",
            "duration_minutes",
            "project_id",
            "energy",
            "max_chunk_minutes",
            "duration_source",
        )
        assert [getattr(done, name) for name in same] == [getattr(made, name) for name in same]
        assert made.energy is not None
        assert made.project_id is not None
        assert made.deadline_at == local(27, "17:00") + timedelta(days=7)
        assert (made.status, made.priority is not None) == (TaskStatus.OPEN, True)
        async with stage.reading() as scope:
            assert await ProjectRepository(scope.session).list_task_labels(stage.ada, [made.id]) == [(made.id, "desk")]
            assert len(await TaskRepository(scope.session).list_task_windows(stage.ada, made.id)) == 1
        assert (await stage.blocks(made.id))[0].start_at.date() == date(2026, 12, 4)

    async def test_completing_twice_at_once(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        ended = await asyncio.gather(*(complete(stage, task_id) for _ in range(4)), return_exceptions=True)
        assert [type(one) for one in ended if one is not None] == [ConflictError] * 3
        assert await times(stage) == ["Mon 23 00:00 completed", "Tue 24 00:00 open"]

    async def test_database_holds_it(self, stage: Stage) -> None:
        """Whoever makes an occurrence, it is there once: that is a constraint, not an `if`."""
        (task,) = [await stage.task(await stage.add("Water plants every day"))]

        def twin() -> Task:
            values = {"title": "Twin", "duration_minutes": 5, "duration_source": "rules"}
            times = {"created_at": stage.clock(), "updated_at": stage.clock()}
            return Task(user_id=stage.ada, series_id=task.series_id, occurs_at=task.occurs_at, **values, **times)

        with pytest.raises(IntegrityError):
            async with stage.writing() as scope:
                await TaskRepository(scope.session).add(twin())

    async def test_late(self, stage: Stage) -> None:
        """Three weeks late: the next one is that of this week, not one of the past."""
        task_id = await stage.add("Water plants every Monday")
        stage.clock.advance(days=22)
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Mon 21 00:00 open"]

    async def test_last_of_a_count(self, stage: Stage) -> None:
        await complete(stage, await stage.add("Take pills every day for 2 times"))
        (_, second) = await occurrences(stage)
        await complete(stage, second.id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Tue 24 00:00 completed"]
        assert (await shown(stage, second.id)).upcoming == ()

    async def test_parts_come_back(self, stage: Stage) -> None:
        whole = await stage.add("Weekly review every Friday")
        async with stage.writing() as scope:
            await TaskService(scope).add("Sort the mail 30min", None, whole)
        await save(stage, whole, applies_to="all")
        await complete(stage, whole)
        (_, made) = await occurrences(stage)
        async with stage.reading() as scope:
            (part,) = await TaskRepository(scope.session).list_parts_of(stage.ada, made.id)
        assert (part.title, part.status, part.duration_minutes) == ("Sort the mail", TaskStatus.OPEN, 30)
        assert len(await stage.blocks(part.id)) == 1


class TestReopen:
    async def test_takes_the_made_one_back(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        for _ in range(2):
            await complete(stage, task_id)
            assert len(await times(stage)) == 2
            await reopen(stage, task_id)
            assert await times(stage) == ["Mon 23 00:00 open"]

    async def test_what_was_touched_stays(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        await complete(stage, task_id)
        (_, made) = await occurrences(stage)
        await save(stage, made.id, title="Water the plants well")
        await reopen(stage, task_id)
        assert len(await times(stage)) == 2
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Tue 24 00:00 open"]


class TestTime:
    async def test_clock_change(self, stage: Stage) -> None:
        """09:00 stays 09:00 when clocks go forward on 28 March 2027, in UTC an hour earlier."""
        stage.clock.at = datetime(2027, 3, 27, 7, 0, tzinfo=UTC)
        task_id = await stage.add("Standup every day at 9 15min")
        starts = []
        for _ in range(3):
            (block,) = await stage.blocks(task_id)
            starts.append(block.start_at)
            await complete(stage, task_id)
            task_id = (await occurrences(stage))[-1].id
        assert [f"{at:%d %H:%M}" for at in starts] == ["27 08:00", "28 07:00", "29 07:00"]
        assert {at.astimezone(ZoneInfo(ZONE)).hour for at in starts} == {9}

    async def test_skipped_hour(self, stage: Stage) -> None:
        """02:30 does not exist on 28 March 2027: that once it is 03:30, and 02:30 again from then on."""
        stage.clock.at = datetime(2027, 3, 26, 7, 0, tzinfo=UTC)
        task_id = await stage.add("Check the backup every day at 02:30 15min")
        for _ in range(3):
            await complete(stage, task_id)
            task_id = (await occurrences(stage))[-1].id
        made = [task.earliest_at.astimezone(ZoneInfo(ZONE)) for task in await occurrences(stage) if task.earliest_at]
        assert [f"{at:%d %H:%M}" for at in made] == ["27 02:30", "28 03:30", "29 02:30", "30 02:30"]

    async def test_end_of_month(self, stage: Stage) -> None:
        """The 31st is the last day of shorter months, and the 31st again after them."""
        task_id = await stage.add("Pay rent monthly on the 31st")
        for _ in range(4):
            await complete(stage, task_id)
            task_id = (await occurrences(stage))[-1].id
        days = [task.occurs_at for task in await occurrences(stage)]
        assert [f"{at:%d %b}" for at in days if at] == ["30 Nov", "31 Dec", "31 Jan", "28 Feb", "31 Mar"]

    async def test_other_zone(self, stage: Stage) -> None:
        """Who moves keeps 09:00, of the new zone."""
        task_id = await stage.add("Standup every day at 9 15min")
        async with stage.writing() as scope:
            await SettingsService(scope).save_zone({"zone": "America/New_York"})
        await complete(stage, task_id)
        made = (await occurrences(stage))[-1]
        assert made.earliest_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


class TestDue:
    async def test_day_begins(self, stage: Stage) -> None:
        await stage.add("Water plants every Friday")
        runner = stage.runner()
        stage.clock.at = local(27, "00:00") + timedelta(days=7) - timedelta(minutes=1)
        await runner.repeat()
        assert len(await times(stage)) == 1
        stage.clock.advance(minutes=1)
        await asyncio.gather(*(one.repeat() for one in (runner, stage.runner(), stage.runner())))
        assert await times(stage) == ["Fri 27 00:00 open", "Fri 04 00:00 open"]

    async def test_not_without_end(self, stage: Stage) -> None:
        await stage.add("Water plants every day")
        runner = stage.runner()
        for _ in range(MOST_LIVE + 3):
            stage.clock.advance(days=1)
            await runner.repeat()
        assert len(await times(stage)) == MOST_LIVE
        last = (await occurrences(stage))[-1]
        await complete(stage, last.id)
        assert (await times(stage))[-1] == "Sun 29 00:00 open"

    async def test_after_a_long_pause(self, stage: Stage) -> None:
        """What was missed while nothing ran is one task, not ten."""
        await stage.add("Water plants every day")
        stage.clock.advance(days=10)
        await stage.runner().repeat()
        assert await times(stage) == ["Mon 23 00:00 open", "Thu 03 00:00 open"]

    async def test_hourly(self, stage: Stage) -> None:
        task_id = await stage.add("Drink water every 2 hours")
        stage.clock.advance(hours=3)
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 09:00 completed", "Mon 23 13:00 open"]

    async def test_several_a_day(self, stage: Stage) -> None:
        await complete(stage, await stage.add("Take pills every day at 9, 12 and 17"))
        assert (await times(stage))[-1] == "Mon 23 12:00 open"


class TestSkip:
    async def test_valid(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        await skip(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 cancelled", "Tue 24 00:00 open"]
        assert await stage.blocks(task_id) == []
        await reopen(stage, task_id)
        assert await times(stage) == ["Mon 23 00:00 open"]
        assert len(await stage.blocks(task_id)) == 1

    async def test_undone_with_a_time(self, stage: Stage) -> None:
        """A timed occurrence is pinned to its time again, also after it was completed early; not where that has passed."""
        task_id = await stage.add("Standup every weekday at 10:00 15min")
        await stage.planned()
        for act in (skip, complete):
            await act(stage, task_id)
            await reopen(stage, task_id)
            await stage.planned()
            (block,) = await stage.blocks(task_id)
            assert (block.start_at, block.pinned) == (local(23, "10:00"), True)
        await skip(stage, task_id)
        stage.clock.advance(hours=2)
        await reopen(stage, task_id)
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.pinned) == (local(23, "11:00"), False)

    async def test_running(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        with pytest.raises(ConflictError, match="Stop it before"):
            await skip(stage, task_id)

    async def test_not_recurring(self, stage: Stage) -> None:
        with pytest.raises(NotFoundError):
            await skip(stage, await stage.add("Write 2h"))

    async def test_other_user(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        with pytest.raises(NotFoundError):
            await skip(stage, task_id, stage.eve)
        assert await occurrences(stage, stage.eve) == []


class TestFollow:
    async def test_this_one_only(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day 20min")
        await save(stage, task_id, title="Water all plants", duration_minutes="40")
        await complete(stage, task_id)
        assert (await occurrences(stage))[-1].title == "Water plants"

    async def test_all_that_follow(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day 20min")
        stage.clock.advance(days=1)
        await stage.runner().repeat()
        await save(stage, task_id, title="Water all plants", duration_minutes="40", labels="home", applies_to="all")
        assert await times(stage) == ["Mon 23 00:00 open", "Tue 24 00:00 open"]
        assert [(task.title, task.duration_minutes) for task in await occurrences(stage)] == [("Water all plants", 40)] * 2
        async with stage.reading() as scope:
            ids = [task.id for task in await occurrences(stage)]
            assert len(await ProjectRepository(scope.session).list_task_labels(stage.ada, ids)) == 2

    async def test_time_of_day(self, stage: Stage) -> None:
        task_id = await stage.add("Standup every day at 9 15min")
        await save(stage, task_id, start_at="2026-11-23T10:30", applies_to="all")
        assert (await shown(stage, task_id)).words == "every day at 10:30"
        await complete(stage, task_id)
        assert await times(stage) == ["Mon 23 10:30 completed", "Tue 24 10:30 open"]
        (block,) = await stage.blocks((await occurrences(stage))[-1].id)
        assert (block.start_at, block.pinned) == (local(24, "10:30"), True)

    async def test_moved_after_a_later_one_was_edited(self, stage: Stage) -> None:
        """What was edited by hand stays, and its day has no second one."""
        task_id = await stage.add("Standup every day at 9 15min")
        stage.clock.advance(days=1)
        await stage.runner().repeat()
        await save(stage, (await occurrences(stage))[-1].id, title="Long standup")
        await save(stage, task_id, start_at="2026-11-25T10:30", applies_to="all")
        stage.clock.advance(days=1)
        await stage.runner().repeat()
        assert await times(stage) == ["Mon 23 10:30 open", "Tue 24 09:00 open", "Wed 25 10:30 open"]

    async def test_let_go(self, stage: Stage) -> None:
        task_id = await stage.add("Standup every day at 9 15min")
        await save(stage, task_id, start_at="", applies_to="all")
        assert (await shown(stage, task_id)).words == "every day"
        await complete(stage, task_id)
        made = (await occurrences(stage))[-1]
        assert (made.earliest_at, (await stage.blocks(made.id))[0].pinned) == (local(24, "00:00"), False)

    async def test_deadline(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every Friday")
        await save(stage, task_id, deadline_at="2026-11-27T12:00", applies_to="all")
        await complete(stage, task_id)
        assert (await occurrences(stage))[-1].deadline_at == local(27, "12:00") + timedelta(days=7)


class TestEnd:
    async def test_end_and_resume(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        async with stage.writing() as scope:
            await RepeatService(scope).end(task_id)
        assert (await shown(stage, task_id)).is_ended
        await complete(stage, task_id)
        stage.clock.advance(days=2)
        await stage.runner().repeat()
        assert await times(stage) == ["Mon 23 00:00 completed"]
        async with stage.writing() as scope:
            await RepeatService(scope).resume(task_id)
        assert await times(stage) == ["Mon 23 00:00 completed", "Wed 25 00:00 open"]

    async def test_delete_and_restore(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        async with stage.writing() as scope:
            await TaskService(scope).delete(task_id)
        stage.clock.advance(days=2)
        await stage.runner().repeat()
        assert await times(stage) == []
        async with stage.writing() as scope:
            await TaskService(scope).restore(task_id)
        assert not (await shown(stage, task_id)).is_ended
        await stage.runner().repeat()
        assert await times(stage) == ["Mon 23 00:00 open", "Wed 25 00:00 open"]

    async def test_template_is_nobodys_task(self, stage: Stage) -> None:
        await stage.add("Water plants every day")
        async with stage.database.read_scope() as session:
            templates = [*await session.scalars(select(Task).where(Task.series_id.is_not(None), Task.occurs_at.is_(None)))]
        assert len(templates) == 1
        with pytest.raises(NotFoundError):
            async with stage.writing() as scope:
                await TaskService(scope).restore(templates[0].id)

    async def test_other_user(self, stage: Stage) -> None:
        task_id = await stage.add("Water plants every day")
        with pytest.raises(NotFoundError):
            async with stage.writing(stage.eve) as scope:
                await RepeatService(scope).end(task_id)


async def test_nothing_is_due(stage: Stage) -> None:
    runner: Runner = stage.runner()
    await runner.repeat()
    assert await occurrences(stage) == []
