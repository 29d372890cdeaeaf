"""What a line of text says beside the title is stored; what is not found is told and does no harm."""

from __future__ import annotations

import pytest

from errors import InvalidInputError
from models import BlockSource, Energy
from repositories.projects import ProjectRepository
from repositories.tasks import TaskRepository
from services.drafts import DraftService, stretches, titled
from services.settings import SettingsService
from services.tasks import Added, TaskService
from tests.support.stage import Stage, local


async def add(stage: Stage, text: str, *ignored: str, who: int | None = None) -> Added:
    async with stage.writing(who) as scope:
        return await TaskService(scope).add(text, ignored=ignored)


async def labels_of(stage: Stage, task_id: int) -> list[str]:
    async with stage.reading() as scope:
        found = await ProjectRepository(scope.session).list_task_labels(stage.ada, [task_id])
        return [name for _, name in found]


async def waits_of(stage: Stage, task_id: int) -> list[int]:
    async with stage.reading() as scope:
        return [other for other, _ in await TaskRepository(scope.session).list_waits_for(stage.ada, task_id)]


class TestStored:
    async def test_labels_people_and_project(self, stage: Stage) -> None:
        first = (await add(stage, "Write the intro +Book #Deep-Dive @ann")).task
        second = (await add(stage, "Write the end +book #deep-dive #desk")).task
        assert await labels_of(stage, first.id) == ["@ann", "Deep-Dive"]
        assert await labels_of(stage, second.id) == ["Deep-Dive", "desk"]
        tasks = [await stage.task(task.id) for task in (first, second)]
        assert tasks[0].project_id == tasks[1].project_id is not None
        assert [task.title for task in tasks] == ["Write the intro", "Write the end"]

    async def test_pieces_energy_and_windows(self, stage: Stage) -> None:
        task_id = (await add(stage, "Write the thesis 3h in 1h chunks in the afternoon, high energy")).task.id
        task = await stage.task(task_id)
        assert (task.min_chunk_minutes, task.max_chunk_minutes, task.energy) == (60, 60, Energy.HIGH)
        async with stage.reading() as scope:
            (window,) = await TaskRepository(scope.session).list_task_windows(stage.ada, task_id)
        assert (window.start_minute, window.end_minute, window.weekdays, window.is_hard) == (720, 1080, 127, False)
        assert [(block.end_at - block.start_at).seconds for block in await stage.blocks(task_id)] == [3600] * 3

    async def test_pieces_longer_than_the_task(self, stage: Stage) -> None:
        task = (await add(stage, "Write 30min in 1h chunks")).task
        assert (task.max_chunk_minutes, task.duration_minutes) == (None, 30)

    async def test_range_is_pinned(self, stage: Stage) -> None:
        task_id = (await add(stage, "Call Bob tomorrow 3-4:30pm")).task.id
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (local(24, "15:00"), local(24, "16:30"))
        assert (block.source, block.pinned, (await stage.task(task_id)).duration_minutes) == (BlockSource.USER, True, 90)

    async def test_range_of_days_is_a_window(self, stage: Stage) -> None:
        task_id = (await add(stage, "Inventory 2h 24 Nov 9:00 to 27 Nov 17:00")).task.id
        task, (block,) = await stage.task(task_id), await stage.blocks(task_id)
        assert (task.earliest_at, task.deadline_at) == (local(24, "09:00"), local(27, "17:00"))
        assert (task.duration_minutes, block.pinned) == (120, False)

    async def test_day_first(self, stage: Stage) -> None:
        assert (await add(stage, "Pay by 9/3")).task.deadline_at == local(23, "00:00").replace(2027, 9, 3, 21, 59)
        async with stage.writing() as scope:
            await SettingsService(scope).save_zone({"zone": "Europe/Berlin", "day_first": "on"})
        assert (await add(stage, "Pay by 9/3")).task.deadline_at == local(23, "00:00").replace(2027, 3, 9, 22, 59)


class TestWaits:
    @pytest.mark.parametrize(
        "text",
        [
            "Send it after call bob",
            "Send it after *Call Bob*",
            "Send it after “bob”",
            "Send it after #1",
            "Send it after *Cal Bob*",
        ],
    )
    async def test_found(self, stage: Stage, text: str) -> None:
        first = await stage.add("Call Bob 30min")
        await stage.add("Write 3h")
        added = await add(stage, text)
        assert await waits_of(stage, added.task.id) == [first]
        assert "after “Call Bob”" in added.understood
        (block,) = await stage.blocks(added.task.id)
        assert block.start_at >= local(23, "9:30")

    @pytest.mark.parametrize(("text", "name"), [("Send it after #99", "#99"), ("Send it after “the moon”", "the moon")])
    async def test_missing(self, stage: Stage, text: str, name: str) -> None:
        await stage.add("Call Bob 30min")
        added = await add(stage, text)
        assert added.task.title == "Send it"
        assert await waits_of(stage, added.task.id) == []
        assert f"“{name}” is no open task" in added.understood

    async def test_ambiguous(self, stage: Stage) -> None:
        for title in ("Call Bob", "Call Bobby"):
            await stage.add(title)
        await stage.add("Call Bob")
        added = await add(stage, "Send it after *Call Bob*")
        assert await waits_of(stage, added.task.id) == []
        assert "“Call Bob” is no open task that could be told apart" in added.understood

    async def test_other_user(self, stage: Stage) -> None:
        hers = await stage.add("Call Bob", stage.eve)
        for text in (f"Send it after #{hers}", "Send it after *Call Bob*"):
            assert await waits_of(stage, (await add(stage, text)).task.id) == []

    async def test_part_of_what_it_waits_for(self, stage: Stage) -> None:
        whole = await stage.add("Move house")
        with pytest.raises(InvalidInputError, match="circle"):
            async with stage.writing() as scope:
                await TaskService(scope).add(f"Pack after #{whole}", None, whole)

    async def test_pin_before_it_can_be_done(self, stage: Stage) -> None:
        """A time that was said gives way to the order of tasks."""
        await stage.add("Call Bob tomorrow 14:00 1h")
        (block,) = await stage.blocks((await add(stage, "Send it tomorrow 10:00 30min after *Call Bob*")).task.id)
        assert (block.start_at, block.pinned) == (local(24, "15:00"), False)


class TestInvalid:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f"Write #{'x' * 120}", "fewer than 100 characters"),
            ("Write " + " ".join(f"#tag{number}" for number in range(21)), "at most 20 labels"),
            ("Write 3h in 2min chunks", "at least 5 minutes"),
            ("Write 160h in 10min chunks", "more than 200 pieces"),
        ],
    )
    async def test_invalid(self, stage: Stage, text: str, words: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            await add(stage, text)
        assert words in caught.value.fields["text"]


class TestIgnored:
    async def test_words_return_to_the_title(self, stage: Stage) -> None:
        task = (await add(stage, "Plan tomorrow 2h", "5:tomorrow")).task
        assert (task.title, task.duration_minutes, task.deadline_at) == ("Plan tomorrow", 120, None)

    async def test_after_a_change_of_the_text(self, stage: Stage) -> None:
        task = (await add(stage, "Do plan tomorrow 2h", "5:tomorrow")).task
        assert (task.title, task.deadline_at) == ("Do plan tomorrow", None)

    async def test_what_is_gone_is_forgotten(self, stage: Stage) -> None:
        task = (await add(stage, "Plan 2h by Friday", "5:tomorrow", "x", "-1:Plan", "9999999:2h", "3: ")).task
        assert (task.title, task.duration_minutes, task.deadline_at) == ("Plan", 120, local(27, "23:59"))

    async def test_context(self, stage: Stage) -> None:
        task = (await add(stage, "Plan // 2h", "5:// 2h")).task
        assert (task.title, task.context) == ("Plan // 2h", "")

    @pytest.mark.parametrize(
        ("text", "anchors", "expected"),
        [
            ("a tomorrow b tomorrow", ["2:tomorrow"], ((2, 10),)),
            ("a tomorrow b tomorrow", ["14:tomorrow"], ((13, 21),)),
            ("tomorrow", ["40:tomorrow"], ((0, 8),)),
            ("x", ["0:tomorrow"], ()),
            ("2h 2h", ["0:2h", "3:2h", "0:2h"], ((0, 2), (3, 5))),
        ],
    )
    def test_nearest(self, text: str, anchors: list[str], expected: tuple[tuple[int, int], ...]) -> None:
        assert stretches(text, anchors) == expected


def test_titled() -> None:
    titles = [(1, "Write report"), (2, "Write the quarterly report"), (3, "Call Bob")]
    assert titled("WRITE  report", titles) == (1, "Write report")
    assert titled("quarterly", titles) == (2, "Write the quarterly report")
    assert titled("report", titles) is None
    assert titled("Cal Bob", titles) == (3, "Call Bob")
    assert titled("Dig a hole", titles) is None
    assert titled("anything", []) is None


async def test_titles_are_only_read_where_a_task_may_be_named(stage: Stage) -> None:
    await stage.add("Nap")
    async with stage.reading() as scope:
        assert (await DraftService(scope).read("Read after nap")).after == ("Nap",)
        assert (await DraftService(scope).read("Take a nap")).after == ()
