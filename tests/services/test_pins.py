"""Tasks in several blocks: which stay, which float, and what a first slot and a start make of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from errors import InvalidInputError, NotFoundError
from models import Block, BlockSource
from planning.problem import FixedKind, Plan
from services import planning
from services.events import EventEdit, EventService
from services.pins import PinService
from services.planning import PlanningService
from services.snapshot import build, by_task
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.today import TodayService
from tests.services.test_tasks import save
from tests.support.stage import MONDAY, NoSolver, Stage, local

DAILY = {"min_chunk_minutes": "60", "max_chunk_minutes": "120", "max_per_day_minutes": "120"}
DAYS = (23, 24, 25)


async def split(stage: Stage, text: str = "Write report 6h") -> int:
    """A task of three blocks of two hours: Monday, Tuesday and Wednesday from 9 to 11."""
    task_id = await stage.add(text)
    await save(stage, task_id, (), **DAILY)
    await stage.planned()
    return task_id


def spans(blocks: Sequence[Block]) -> list[tuple[object, object]]:
    return [(block.start_at, block.end_at) for block in blocks]


def mornings(*days: int) -> list[tuple[object, object]]:
    return [(local(day, "9:00"), local(day, "11:00")) for day in days]


async def busy(stage: Stage, day: int, start: str, end: str) -> None:
    async with stage.writing() as scope:
        await EventService(scope).add(EventEdit("Standup", local(day, start), local(day, end), 0))


async def pin(stage: Stage, block: Block, clock: str = "9:00", day: int | None = None, who: int | None = None) -> None:
    at = local(day or block.start_at.day, clock)
    async with stage.writing(who) as scope:
        await PinService(scope).pin_block(block.id, at)


async def thought(stage: Stage) -> tuple[set[tuple[FixedKind, int]], Plan]:
    """What the planner holds fixed (kind, day of November), and the plan that it makes: checked, and not stored."""
    async with stage.reading() as scope:
        rows = await PlanningService(scope).load()
    framed = build(rows)
    fixed = {(item.kind, framed.frame.instant(item.placement.start).day) for item in framed.problem.fixed}
    return fixed, (await planning.think(rows, NoSolver(), 0.1)).plan


class TestFirstSlots:
    async def test_chunks_are_obeyed_at_once(self, stage: Stage) -> None:
        """At most 2 h a day of the person's own days, before any planner has looked."""
        task_id = await stage.add("Write report 6h")
        await save(stage, task_id, (), **DAILY)
        blocks = await stage.blocks(task_id)
        assert spans(blocks) == mornings(*DAYS)
        assert {block.source for block in blocks} == {BlockSource.PROVISIONAL}

    async def test_chunks_are_obeyed_by_the_planner(self, stage: Stage) -> None:
        blocks = await stage.blocks(await split(stage))
        assert spans(blocks) == mornings(*DAYS)
        assert {block.source for block in blocks} == {BlockSource.PLANNER}

    async def test_pins_stay(self, stage: Stage) -> None:
        """A new length keeps the pinned piece where it is and places only the rest."""
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[1], "14:00")
        await save(stage, task_id, duration_minutes="240")
        blocks = await stage.blocks(task_id)
        assert spans(blocks) == [*mornings(23), (local(24, "14:00"), local(24, "16:00"))]
        assert [block.pinned for block in blocks] == [False, True]

    async def test_no_longer_split(self, stage: Stage) -> None:
        """A pin of a piece would hold a task that is one block at a length that is not its own: it is let go."""
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[1])
        await save(stage, task_id, min_chunk_minutes="", max_chunk_minutes="", max_per_day_minutes="")
        await stage.planned()
        assert spans(await stage.blocks(task_id)) == [(local(23, "9:00"), local(23, "15:00"))]


class TestPinBlock:
    async def test_the_rest_floats(self, stage: Stage) -> None:
        """Tuesday is pinned; a meeting on Monday and Wednesday mornings moves the other two, and not the pin."""
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[1])
        await busy(stage, 23, "9:00", "12:00")
        await busy(stage, 25, "9:00", "12:00")
        fixed, plan = await thought(stage)
        assert fixed == {("pinned", 24)}
        assert not plan.unplaced
        await stage.planned()
        noons = [(local(day, "12:00"), local(day, "14:00")) for day in (23, 25)]
        blocks = await stage.blocks(task_id)
        assert spans(blocks) == [noons[0], *mornings(24), noons[1]]
        assert [block.pinned for block in blocks] == [False, True, False]
        assert [block.reason.startswith("Pinned by you") for block in blocks] == [False, True, False]

    async def test_at_another_time(self, stage: Stage) -> None:
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[0], "15:00", 26)
        await stage.planned()
        assert spans(await stage.blocks(task_id)) == [*mornings(23, 24), (local(26, "15:00"), local(26, "17:00"))]

    async def test_onto_its_own_pin(self, stage: Stage) -> None:
        first, second, _ = await stage.blocks(await split(stage))
        await pin(stage, first)
        with pytest.raises(InvalidInputError, match="“Write report” is at that time"):
            await pin(stage, second, "10:00", 23)

    async def test_onto_an_event(self, stage: Stage) -> None:
        task_id = await split(stage)
        await busy(stage, 24, "14:00", "15:00")
        with pytest.raises(InvalidInputError, match="“Standup” is at that time"):
            await pin(stage, (await stage.blocks(task_id))[1], "13:30")

    async def test_event_onto_the_pin(self, stage: Stage) -> None:
        """The pinned piece is let go, and its task told; the others keep theirs."""
        task_id = await split(stage)
        for block in (await stage.blocks(task_id))[1:]:
            await pin(stage, block)
        await busy(stage, 24, "9:00", "10:00")
        pinned = [block for block in await stage.blocks(task_id) if block.pinned]
        assert spans(pinned) == mornings(25)

    @pytest.mark.parametrize(("day", "at"), [(20, "9:00"), (22, "23:00")])
    async def test_past(self, stage: Stage, day: int, at: str) -> None:
        task_id = await split(stage)
        with pytest.raises(InvalidInputError, match="has passed"):
            await pin(stage, (await stage.blocks(task_id))[0], at, day)

    async def test_too_far(self, stage: Stage) -> None:
        (block, *_) = await stage.blocks(await split(stage))
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError, match="too far away"):
                await PinService(scope).pin_block(block.id, MONDAY.replace(year=9999))

    async def test_after_its_hard_deadline(self, stage: Stage) -> None:
        task_id = await split(stage)
        await save(stage, task_id, deadline_at="2026-11-27T12:00", deadline_is_hard="on")
        with pytest.raises(InvalidInputError, match="after its hard deadline"):
            await pin(stage, (await stage.blocks(task_id))[0], "11:00", 27)

    @pytest.mark.parametrize("act", ["pin_block", "unpin_block"])
    async def test_other_user_and_missing(self, stage: Stage, act: str) -> None:
        (block, *_) = await stage.blocks(await split(stage))
        more = [block.start_at] if act == "pin_block" else []
        answers = []
        for block_id in (block.id, 4711):
            async with stage.writing(stage.eve) as scope:
                with pytest.raises(NotFoundError) as caught:
                    await getattr(PinService(scope), act)(block_id, *more)
            answers.append(caught.value.message)
        assert len({*answers}) == 1

    async def test_the_form_stays_valid(self, stage: Stage) -> None:
        """A pin is no edit of the task: a dialog that is open can still be saved."""
        task_id = await split(stage)
        version = (await stage.task(task_id)).version
        await pin(stage, (await stage.blocks(task_id))[0], "15:00", 26)
        assert (await stage.task(task_id)).version == version


class TestUnpinBlock:
    async def test_valid(self, stage: Stage) -> None:
        """Pinned late, it goes back to where it is best; another pin of the same task stays."""
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[1])
        late = (await stage.blocks(task_id))[0]
        await pin(stage, late, "15:00", 27)
        last = (await stage.blocks(task_id))[-1]
        async with stage.writing() as scope:
            await PinService(scope).unpin_block(last.id)
        fixed, plan = await thought(stage)
        assert fixed == {("pinned", 24)}
        assert len(by_task(plan.placements)[task_id]) == 3
        await stage.planned()
        assert spans(await stage.blocks(task_id)) == mornings(*DAYS)


class TestFrozen:
    async def test_near_piece_stays(self, stage: Stage) -> None:
        """At 8:45 the piece of 9:00 is frozen while the others float around a new meeting."""
        stage.clock.advance(minutes=-15)
        task_id = await split(stage)
        await busy(stage, 24, "9:00", "12:00")
        fixed, plan = await thought(stage)
        assert fixed == {("frozen", 23)}
        hours = [(spot.start, spot.end) for spot in by_task(plan.placements)[task_id]]  # in minutes since 8:45
        assert hours == [(15, 135), (1440 + 195, 1440 + 315), (2880 + 15, 2880 + 135)]
        await stage.planned()
        noon = (local(24, "12:00"), local(24, "14:00"))
        assert spans(await stage.blocks(task_id)) == [*mornings(23), noon, *mornings(25)]

    async def test_a_second_plan_moves_nothing(self, stage: Stage) -> None:
        task_id = await split(stage)
        before = spans(await stage.blocks(task_id))
        await stage.add("Call Bob 30min")
        await stage.planned()
        assert spans(await stage.blocks(task_id)) == before


class TestStart:
    async def test_one_piece_runs(self, stage: Stage) -> None:
        """The piece of Monday begins; Tuesday and Wednesday stay, and a stop plans what is left."""
        task_id = await split(stage)
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        assert spans(await stage.blocks(task_id)) == mornings(*DAYS)
        stage.clock.advance(minutes=90)
        await stage.planned()
        assert spans(await stage.blocks(task_id)) == mornings(*DAYS)
        async with stage.writing() as scope:
            await TimeEntryService(scope).stop(task_id)
        await stage.planned()
        total = sum((block.end_at - block.start_at for block in await stage.blocks(task_id)), timedelta())
        assert total == timedelta(hours=4, minutes=30)

    async def test_early(self, stage: Stage) -> None:
        """Started before any of its pieces: the next floating one is done now, a pin stays."""
        task_id = await split(stage)
        first, second, third = await stage.blocks(task_id)
        await pin(stage, second)
        await pin(stage, first, "15:00", 27)
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        found = await stage.blocks(task_id)
        assert [block.start_at for block in found if block.pinned] == [second.start_at, local(27, "15:00")]
        assert found[0].start_at == MONDAY
        assert third.start_at not in [block.start_at for block in found]


class TestList:
    async def test_group_of_the_first_block_ahead(self, stage: Stage) -> None:
        """While Monday's piece is over and nothing was done about it, the task stands at Tuesday's."""
        task_id = await split(stage)
        stage.clock.advance(hours=3)
        async with stage.reading() as scope:
            groups = {group.key: group.rows for group in (await TodayService(scope).page(None, {})).groups}
        (row,) = groups["tomorrow"]
        assert (row.id, row.block_count, row.start_at) == (task_id, 3, local(24, "9:00"))
        assert "today" not in groups

    async def test_rest_without_a_place(self, stage: Stage) -> None:
        """One piece is pinned on Friday; before a hard deadline on Monday there is room for one more, not for two."""
        task_id = await split(stage, "Write report 6h by today 17:00")
        await pin(stage, (await stage.blocks(task_id))[0])
        await save(stage, task_id, deadline_is_hard="on")
        await stage.planned()
        async with stage.reading() as scope:
            view = await TodayService(scope).page(None, {})
        assert view.at_risk == 1
        (row,) = (row for group in view.groups for row in group.rows)
        assert row.is_short
        assert "hard deadline" in row.reason

    async def test_late_by_its_last_block(self, stage: Stage) -> None:
        task_id = await split(stage, "Write report 6h by tomorrow 12:00")
        async with stage.reading() as scope:
            rows = [row for group in (await TodayService(scope).page(None, {})).groups for row in group.rows]
        assert [(row.id, row.late_minutes) for row in rows] == [(task_id, 23 * 60)]


class TestPinAgain:
    async def again(self, stage: Stage, task_id: int, day: int, *clocks: str, who: int | None = None) -> bool:
        start_at, end_at = (local(day, clock) for clock in clocks)
        async with stage.writing(who) as scope:
            return await PinService(scope).pin_again(task_id, start_at, end_at)

    async def test_valid(self, stage: Stage) -> None:
        call = await stage.add("Call Ann 1h")
        assert await self.again(stage, call, 24, "14:00", "15:00")
        await stage.planned()
        (block,) = await stage.blocks(call)
        assert (spans([block]), block.pinned) == ([(local(24, "14:00"), local(24, "15:00"))], True)

    async def test_piece(self, stage: Stage) -> None:
        """The other pins stay, what floats makes way, and nothing of the task is done twice."""
        task_id = await split(stage)
        await pin(stage, (await stage.blocks(task_id))[0], "14:00")
        assert await self.again(stage, task_id, 24, "12:00", "14:00")
        for _ in range(2):
            blocks = await stage.blocks(task_id)
            assert [block.start_at for block in blocks if block.pinned] == [local(23, "14:00"), local(24, "12:00")]
            assert sum((block.end_at - block.start_at for block in blocks), timedelta()) == timedelta(hours=6)
            await stage.planned()
        assert not await self.again(stage, task_id, 24, "13:00", "15:00")

    async def test_refused(self, stage: Stage) -> None:
        """Where something is by now, in the past, pinned elsewhere since, done, or another person's."""
        call, read = await stage.add("Call Ann 1h"), await stage.add("Read 1h")
        await busy(stage, 24, "10:00", "11:00")
        assert not await self.again(stage, call, 24, "10:30", "11:30")
        assert not await self.again(stage, call, 20, "10:30", "11:30")
        assert not await self.again(stage, call, 25, "10:00", "11:00", who=stage.eve)
        await pin(stage, (await stage.blocks(call))[0], "15:00", 23)
        assert not await self.again(stage, call, 25, "10:00", "11:00")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(read)
        assert not await self.again(stage, read, 25, "10:00", "11:00")


async def test_edit_keeps_pins(stage: Stage) -> None:
    """The dialog of a split task has no field for one pin, and leaves those that there are."""
    task_id = await split(stage)
    await pin(stage, (await stage.blocks(task_id))[1])
    await save(stage, task_id, title="Write book")
    assert [block.pinned for block in await stage.blocks(task_id)] == [False, True, False]
    async with stage.reading() as scope:
        assert (await TaskService(scope).get(task_id)).title == "Write book"
