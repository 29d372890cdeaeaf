"""The history by whole days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from models import Task, TaskStatus
from services.history import PAGE_ROWS, HistoryPage, HistoryService
from services.time_entries import TimeEntryService
from tests.support.stage import Stage, local


async def shown(stage: Stage, last_on: date | None = None) -> HistoryPage:
    async with stage.reading() as scope:
        return await HistoryService(scope).page(last_on)


async def complete_many(stage: Stage, count: int, at: datetime) -> None:
    """Tasks of half an hour each that were completed a second after each other."""
    async with stage.writing() as scope:
        for number in range(count):
            done_at = at + timedelta(seconds=number)
            task = Task(user_id=stage.ada, title=f"Task {number}", duration_minutes=30, duration_source="person")
            task.status, task.completed_at, task.created_at, task.updated_at = TaskStatus.COMPLETED, done_at, at, at
            scope.session.add(task)


async def test_totals_of_a_day(stage: Stage) -> None:
    first, second = await stage.add("Write 2h"), await stage.add("Call Bob 30min")
    async with stage.writing() as scope:
        await TimeEntryService(scope).start(first)
    stage.clock.advance(minutes=45)
    async with stage.writing() as scope:
        await TimeEntryService(scope).complete(first)
        await TimeEntryService(scope).complete(second)
    (day,) = (await shown(stage)).days
    assert (day.day, day.planned_minutes, day.actual_minutes) == (date(2026, 11, 23), 150, 45)


async def test_pages_hold_whole_days(stage: Stage) -> None:
    for day in (18, 19, 20):
        await complete_many(stage, 45, local(day, "10:00"))
    page = await shown(stage)
    assert [(day.day.day, len(day.rows)) for day in page.days] == [(20, 45), (19, 45)]
    assert page.older_on == date(2026, 11, 18)
    last = await shown(stage, page.older_on)
    assert [(day.day.day, day.planned_minutes) for day in last.days] == [(18, 45 * 30)]
    assert last.older_on is None


async def test_day_that_fills_a_page(stage: Stage) -> None:
    await complete_many(stage, 2, local(19, "10:00"))
    await complete_many(stage, PAGE_ROWS + 20, local(20, "10:00"))
    page = await shown(stage)
    assert [len(day.rows) for day in page.days] == [PAGE_ROWS + 20]
    assert page.older_on == date(2026, 11, 19)
    assert [len(day.rows) for day in (await shown(stage, page.older_on)).days] == [2]


async def test_days_are_the_persons(stage: Stage) -> None:
    """Half past midnight in Berlin is still yesterday in UTC."""
    await complete_many(stage, 1, local(20, "00:30"))
    assert [day.day for day in (await shown(stage, date(2026, 11, 20))).days] == [date(2026, 11, 20)]
    assert (await shown(stage, date(2026, 11, 19))).days == ()
