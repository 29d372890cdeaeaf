"""What a person says of how and when a task is done: each field, each mistake with its sentence, and the plan that obeys."""

from __future__ import annotations

import pytest

from errors import InvalidInputError
from models import Energy, HourSet
from repositories.hours import HourRepository
from repositories.tasks import TaskRepository
from repositories.users import UserRepository
from services import task_windows
from services.task_form import parse
from services.task_windows import WindowEdit
from services.tasks import TaskService
from tests.services.test_tasks import save
from tests.support.stage import ZONE, Stage, local

WEEKEND = {f"window_1_{day}": "" for day in ("mon", "tue", "wed", "thu", "fri")}


def window(start: str, end: str, kind: str = "must", number: int = 1) -> dict[str, str]:
    return {f"window_{number}_kind": kind, f"window_{number}_from": start, f"window_{number}_to": end}


async def windows(stage: Stage, task_id: int) -> list[WindowEdit]:
    async with stage.reading() as scope:
        return [*task_windows.edits_of(await TaskRepository(scope.session).list_task_windows(stage.ada, task_id))]


class TestFields:
    async def test_valid(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 6h")
        said = {"min_chunk_minutes": "30", "max_chunk_minutes": "90", "max_per_day_minutes": "180", "buffer_minutes": "0"}
        await save(stage, task_id, (), **said, energy="high")
        task = await stage.task(task_id)
        assert (task.min_chunk_minutes, task.max_chunk_minutes, task.max_per_day_minutes) == (30, 90, 180)
        assert (task.buffer_minutes, task.energy, task.needs_scheduling) == (0, Energy.HIGH, True)
        version = task.version
        await save(stage, task_id)
        assert (await stage.task(task_id)).version == version

    async def test_what_is_not_shown_stays(self, stage: Stage) -> None:
        """A form without these fields (a program's, an older page's) changes none of them."""
        task_id = await stage.add("Write report 6h")
        await save(stage, task_id, (), **window("09:00", "12:00"), max_chunk_minutes="90", project="Finance", labels="desk")
        form = {"title": "Write book", "duration_minutes": "360", "version": str((await stage.task(task_id)).version)}
        async with stage.writing() as scope:
            await TaskService(scope).edit(task_id, parse(form, (), stage.clock(), ZONE))
        task = await stage.task(task_id)
        assert (task.title, task.max_chunk_minutes, task.project_id is None) == ("Write book", 90, False)
        assert len(await windows(stage, task_id)) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"min_chunk_minutes": "4"}, "min_chunk_minutes"),
            ({"min_chunk_minutes": "-30"}, "min_chunk_minutes"),
            ({"min_chunk_minutes": "400"}, "min_chunk_minutes"),
            ({"max_chunk_minutes": "1441"}, "max_chunk_minutes"),
            ({"min_chunk_minutes": "60", "max_chunk_minutes": "30"}, "max_chunk_minutes"),
            ({"min_chunk_minutes": "60", "max_per_day_minutes": "30"}, "max_per_day_minutes"),
            ({"duration_minutes": "10080", "max_chunk_minutes": "5"}, "max_chunk_minutes"),
            ({"duration_minutes": "10080", "max_per_day_minutes": "49"}, "max_per_day_minutes"),
            ({"buffer_minutes": "241"}, "buffer_minutes"),
            ({"energy": "boundless"}, "energy"),
            ({"hour_set_id": "Work"}, "hour_set_id"),
            ({"hour_set_id": "4711"}, "hour_set_id"),
            (window("09:00", ""), "window_1"),
            (window("", "12:00", number=4), "window_4"),
            (window("25:00", "12:00"), "window_1"),
            (window("soon", "12:00"), "window_1"),
            (window("09:00", "09:00"), "window_1"),
            (window("09:00", "12:00") | WEEKEND | {"window_1_sat": "", "window_1_sun": ""}, "window_1"),
        ],
    )
    async def test_invalid(self, stage: Stage, changes: dict[str, str], field: str) -> None:
        task_id = await stage.add("Write report 6h")
        version = (await stage.task(task_id)).version
        with pytest.raises(InvalidInputError) as caught:
            await save(stage, task_id, (), **changes)
        assert [*caught.value.fields] == [field]
        assert caught.value.fields[field].endswith(".")
        assert (await stage.task(task_id)).version == version

    async def test_hours_of_another(self, stage: Stage) -> None:
        async with stage.reading(stage.eve) as scope:
            (hers, *_) = await HourRepository(scope.session).list_sets(stage.eve)
        with pytest.raises(InvalidInputError) as caught:
            await save(stage, await stage.add("Write report"), hour_set_id=str(hers.id))
        assert caught.value.fields == {"hour_set_id": "These hours do not exist any more. Choose others."}


class TestWindows:
    async def test_stored_and_shown_again(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 1h")
        await save(stage, task_id, (), **window("22:00", "06:00"), **window("00:00", "00:00", "prefer", 3), **WEEKEND)
        assert await windows(stage, task_id) == [WindowEdit(True, 96, 1320, 360), WindowEdit(False, 127, 0, 1440)]
        before = (await stage.task(task_id)).version
        await save(stage, task_id)
        assert (await stage.task(task_id)).version == before
        await save(stage, task_id, window_1_from="", window_1_to="")
        assert await windows(stage, task_id) == [WindowEdit(False, 127, 0, 1440)]

    async def test_only_there(self, stage: Stage) -> None:
        """At once, and by the planner: on Tuesdays from 14:00 on."""
        task_id = await stage.add("Write report 1h")
        only_tuesday = {f"window_1_{day}": "" for day in ("mon", "wed", "thu", "fri", "sat", "sun")}
        await save(stage, task_id, (), **window("14:00", "16:00"), **only_tuesday)
        for _ in ("at once", "by the planner"):
            assert [block.start_at for block in await stage.blocks(task_id)] == [local(24, "14:00")]
            await stage.planned()

    async def test_best_there(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 1h")
        await save(stage, task_id, (), **window("13:00", "15:00", "prefer"))
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert block.start_at == local(23, "13:00")
        assert "a time that suits it" in block.reason

    async def test_outside_the_hours(self, stage: Stage) -> None:
        """There is no place, and the sentence names the times rather than the hours alone."""
        task_id = await stage.add("Write report 1h")
        await save(stage, task_id, (), **window("20:00", "22:00"))
        await stage.planned()
        assert "times in which it must lie" in str((await stage.task(task_id)).unplaced_reason)


async def test_energy_goes_to_the_focus_time(stage: Stage) -> None:
    """The focus time is 14:00 to 16:00: what takes energy lies in it, light work does not."""
    async with stage.writing() as scope:
        likes = await UserRepository(scope.session).get_preferences(stage.ada)
        likes.focus_start_minute, likes.focus_end_minute = 14 * 60, 16 * 60
    heavy, light = await stage.add("Write report 2h"), await stage.add("Sort papers 2h")
    await save(stage, heavy, energy="high")
    await save(stage, light, energy="low")
    await stage.planned()
    assert [(await stage.blocks(task_id))[0].start_at for task_id in (heavy, light)] == [local(23, "14:00"), local(23, "9:00")]


async def test_buffer(stage: Stage) -> None:
    first, second = await stage.add("Call Bob 30min high"), await stage.add("Call Eve 30min low")
    await save(stage, first, buffer_minutes="20")
    await stage.planned()
    assert [(await stage.blocks(task_id))[0].start_at for task_id in (first, second)] == [local(23, "9:00"), local(23, "9:50")]


async def test_hours(stage: Stage) -> None:
    """A task in the evening hours lies there."""
    async with stage.writing() as scope:
        evening = HourSet(user_id=stage.ada, name="Evening")
        await HourRepository(scope.session).add_set(evening)
        await HourRepository(scope.session).replace_ranges(evening, [(0, day, 18 * 60, 20 * 60) for day in range(7)])
    task_id = await stage.add("Read 1h")
    await save(stage, task_id, hour_set_id=str(evening.id))
    await stage.planned()
    assert (await stage.blocks(task_id))[0].start_at == local(23, "18:00")
