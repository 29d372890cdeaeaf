"""A person's own order: where a moved task stands, what that writes, and that nobody else's is touched, on both engines."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import event, select, update

from errors import InvalidInputError, NotFoundError
from models import Task
from services import archive
from services.task_filter import parse
from services.task_list import TaskListService
from services.task_order import Side, TaskOrderService, Way, target_of
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.services.test_task_list import every_page, titles
from tests.support.stage import ZONE, Stage

OWN = {"sort": "own"}


async def put(stage: Stage, task_id: int, side: str, other_id: int) -> None:
    async with stage.writing() as scope:
        await TaskOrderService(scope).move(task_id, "before" if side == "before" else "after", other_id)


async def go(stage: Stage, task_id: int, way: Way, listed: str = "sort=own") -> str:
    async with stage.writing() as scope:
        return (await TaskOrderService(scope).move_along(task_id, way, listed)).sentence


async def four(stage: Stage) -> list[int]:
    """Four tasks; by their order of creation A is at the bottom."""
    return [await stage.add(f"{name} 5min") for name in "ABCD"]


class TestMove:
    async def test_new_ones_come_on_top(self, stage: Stage) -> None:
        await four(stage)
        assert await titles(stage, OWN) == ["D", "C", "B", "A"] == await titles(stage)

    @pytest.mark.parametrize(
        ("moved", "side", "other", "found"),
        [
            *((0, "before", 3, "ADCB"), (0, "after", 3, "DACB"), (3, "after", 0, "CBAD"), (3, "before", 0, "CBDA")),
            *((1, "before", 2, "DBCA"), (1, "after", 2, "DCBA"), (1, "before", 0, "DCBA"), (2, "before", 3, "CDBA")),
        ],
    )
    async def test_valid(self, stage: Stage, moved: int, side: str, other: int, found: str) -> None:
        ids = await four(stage)
        await put(stage, ids[moved], side, ids[other])
        assert "".join(await titles(stage, OWN)) == found
        assert await titles(stage) == ["D", "C", "B", "A"]

    async def test_way_back(self, stage: Stage) -> None:
        """What is said to be the way back is it, for each task to each place."""
        ids = await four(stage)
        for moved in ids:
            for other in ids:
                if other == moved:
                    continue
                async with stage.writing() as scope:
                    back = (await TaskOrderService(scope).move(moved, "after", other)).back
                assert back is not None
                side, text = back.split("=")
                await put(stage, moved, side, int(text))
                assert await titles(stage, OWN) == ["D", "C", "B", "A"]

    async def test_one_row_is_written(self, stage: Stage) -> None:
        """And neither its version nor the plan changes: a dialog that is open can be saved, and nothing is planned anew."""
        ids = await four(stage)
        await stage.planned()
        before = {task_id: await stage.task(task_id) for task_id in ids}
        writes: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.startswith("UPDATE tasks"):
                writes.append(statement)

        engine = stage.database.writer.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await put(stage, ids[0], "before", ids[2])
        event.remove(engine, "before_cursor_execute", note)
        assert len(writes) == 1
        after = {task_id: await stage.task(task_id) for task_id in ids}
        assert [task_id for task_id in ids if before[task_id].rank != after[task_id].rank] == [ids[0]]
        assert all(before[task_id].version == after[task_id].version for task_id in ids)
        assert not any(after[task_id].needs_scheduling for task_id in ids)

    async def test_room_is_made(self, stage: Stage) -> None:
        """However often one puts into the same place, or all have one rank: the order is what was asked for."""
        ids = await four(stage)
        async with stage.writing() as scope:
            await scope.session.execute(update(Task).values(rank=7))
        expected = ["A", "B", "C", "D"]
        assert await titles(stage, OWN) == expected
        dice = random.Random(5)
        for number in range(40):
            moved, other = dice.sample(range(4), 2) if number % 2 else (number % 3, 3)
            side: Side = dice.choice(("before", "after"))
            async with stage.writing() as scope:
                await TaskOrderService(scope).move(ids[moved], side, ids[other])
                found = await TaskListService(scope).page(parse(OWN, scope.now, ZONE))
            name, beside = "ABCD"[moved], "ABCD"[other]
            expected.remove(name)
            expected.insert(expected.index(beside) + (side == "after"), name)
            assert [row.title for row in found.rows] == expected

    async def test_beside_what_is_not_listed(self, stage: Stage) -> None:
        """It is one order of all tasks: what is done keeps its place in it."""
        a, b, c, d = await four(stage)
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(c)
        await put(stage, a, "before", b)
        assert await titles(stage, OWN) == ["D", "A", "B"]
        assert await titles(stage, {"sort": "own", "status": "any"}) == ["D", "C", "A", "B"]
        await put(stage, d, "after", c)
        assert await titles(stage, {"sort": "own", "status": "any"}) == ["C", "D", "A", "B"]

    async def test_other_user(self, stage: Stage) -> None:
        mine, hers = await stage.add("Mine"), await stage.add("Hers", stage.eve)
        rank = (await stage.task(hers, stage.eve)).rank
        for moved, other in ((mine, hers), (hers, mine), (mine, 10**9), (10**9, mine)):
            with pytest.raises(NotFoundError):
                await put(stage, moved, "before", other)
        assert (await stage.task(hers, stage.eve)).rank == rank

    async def test_gone(self, stage: Stage) -> None:
        ids = await four(stage)
        async with stage.writing() as scope:
            await TaskService(scope).delete(ids[1])
        with pytest.raises(NotFoundError):
            await put(stage, ids[0], "before", ids[1])
        with pytest.raises(InvalidInputError, match="beside itself"):
            await put(stage, ids[0], "before", ids[0])


class TestMoveAlong:
    async def test_steps(self, stage: Stage) -> None:
        a, _, _, d = await four(stage)
        assert await go(stage, a, "up") == "“A” is now above “B”."
        assert await titles(stage, OWN) == ["D", "C", "A", "B"]
        assert await go(stage, d, "down") == "“D” is now below “C”."
        assert await titles(stage, OWN) == ["C", "D", "A", "B"]
        assert await go(stage, a, "top") == "“A” is on top."
        assert await titles(stage, OWN) == ["A", "C", "D", "B"]

    async def test_ends(self, stage: Stage) -> None:
        a, _, _, d = await four(stage)
        assert "at the top of this list already" in await go(stage, d, "up")
        assert "on top already" in await go(stage, d, "top")
        assert "at the end of this list already" in await go(stage, a, "down")
        assert await titles(stage, OWN) == ["D", "C", "B", "A"]

    async def test_in_a_filtered_list(self, stage: Stage) -> None:
        """A step passes what the list shows, however much lies between."""
        for text in ("First #home", "Between", "Other", "Last #home"):
            last = await stage.add(text)
        async with stage.reading() as scope:
            first = await scope.session.scalar(select(Task.id).where(Task.title == "First"))
        assert first is not None
        await go(stage, first, "up", "label=1&sort=own")
        assert await titles(stage, OWN) == ["First", "Last", "Other", "Between"]
        await go(stage, first, "down", "label=1")
        assert await titles(stage, OWN) == ["Last", "First", "Other", "Between"]
        assert "at the end" in await go(stage, first, "down", "label=1&sort=own")
        assert last > first

    @pytest.mark.parametrize("values", [{}, {"to": "x"}, {"before": "-1"}, {"after": "٣"}, {"before": "9" * 30}])
    def test_invalid(self, values: dict[str, str]) -> None:
        with pytest.raises(InvalidInputError):
            target_of(values)


class TestOrder:
    @pytest.mark.parametrize("rows", [1, 3])
    async def test_pages(self, stage: Stage, rows: int) -> None:
        """Each task once, ties included."""
        ids = [await stage.add(f"Errand {number}") for number in range(7)]
        async with stage.writing() as scope:
            await scope.session.execute(update(Task).where(Task.id.in_(ids[2:5])).values(rank=-7))
        pages = await every_page(stage, OWN, rows)
        assert [title for page in pages for title in page] == await titles(stage, OWN)

    async def test_the_next_of_a_series_stands_where_the_last_one_stood(self, stage: Stage) -> None:
        water = await stage.add("Water plants every day")
        for text in ("Other", "Third"):
            await stage.add(text)
        await go(stage, water, "up")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(water)
        assert await titles(stage, OWN) == ["Third", "Water plants", "Other"]

    async def test_is_in_the_archive(self, stage: Stage) -> None:
        ids = await four(stage)
        await go(stage, ids[0], "top")
        text = "".join([piece async for piece in archive.archive(stage.reading)])
        assert f'"rank": {(await stage.task(ids[0])).rank}' in text
