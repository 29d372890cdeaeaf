"""What open pages tell: of which blocks and risks, and when."""

from __future__ import annotations

import pytest

from errors import InvalidInputError
from services.reminders import Reminders, ReminderService, Telling, parse_telling, telling_form
from services.time_entries import TimeEntryService
from tests.support.stage import Stage


async def set_telling(stage: Stage, telling: Telling) -> None:
    async with stage.writing() as scope:
        await ReminderService(scope).set_telling(telling)


async def coming(stage: Stage, who: int | None = None) -> Reminders:
    async with stage.reading(who) as scope:
        return await ReminderService(scope).coming()


class TestParse:
    @pytest.mark.parametrize("telling", [Telling(), Telling(0), Telling(15, True), Telling(None, True)])
    def test_there_and_back(self, telling: Telling) -> None:
        assert parse_telling(telling_form(telling)) == telling

    @pytest.mark.parametrize("said", ["7", "-5", "soon", "1e1"])
    def test_invalid(self, said: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_telling({"remind_minutes": said})
        assert [*caught.value.fields] == ["remind_minutes"]


class TestComing:
    async def test_nothing_unless_asked_for(self, stage: Stage) -> None:
        await stage.add("Write 1h")
        assert await coming(stage) == Reminders()

    async def test_blocks(self, stage: Stage) -> None:
        """Two hours of tasks from 9:00 on, an hour before: each ten minutes before its start."""
        first, second = await stage.add("Write <it> 1h"), await stage.add("Send 1h")
        await stage.planned()
        stage.clock.advance(hours=-1)
        await set_telling(stage, Telling(10))
        found = (await coming(stage)).blocks
        assert [(item.task_id, item.title, item.text, item.in_seconds) for item in found] == [
            (first, "Write <it>", "Starts at 09:00.", 50 * 60),
            (second, "Send", "Starts at 10:00.", 110 * 60),
        ]
        assert (await coming(stage, stage.eve)) == Reminders()
        stage.clock.advance(minutes=57)
        assert [item.in_seconds for item in (await coming(stage)).blocks] == [0, 53 * 60]
        stage.clock.advance(minutes=5)
        assert [item.task_id for item in (await coming(stage)).blocks] == [second]

    async def test_what_runs_or_is_done_is_quiet(self, stage: Stage) -> None:
        first, second = await stage.add("Write 1h"), await stage.add("Send 1h")
        await stage.planned()
        await set_telling(stage, Telling(5))
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(first)
        assert [item.task_id for item in (await coming(stage)).blocks] == [second]
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(second)
        assert (await coming(stage)).blocks == ()

    async def test_a_block_that_moves_is_told_again(self, stage: Stage) -> None:
        await stage.add("Write 1h tomorrow 9am")
        await set_telling(stage, Telling(5))
        (before,) = (await coming(stage)).blocks
        await stage.add("Rest 8h tomorrow 10am")
        (same, _) = (await coming(stage)).blocks
        assert same.key == before.key

    async def test_risks(self, stage: Stage) -> None:
        late = await stage.add("Impossible 8h by today 10:00")
        await stage.add("Easy 1h")
        await stage.planned()
        assert (await coming(stage)).risks == ()
        await set_telling(stage, Telling(None, True))
        found = await coming(stage)
        assert ([item.task_id for item in found.risks], found.blocks) == ([late], ())
