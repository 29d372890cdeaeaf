"""Moves in the calendar: what is pinned, what is refused and why, and what undoing gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from errors import ConflictError, InvalidInputError, NotFoundError
from models import Block, BlockSource
from services.calendar import CalendarService, range_of
from services.calendar_moves import CalendarMoves, Moved, Shown, Step
from services.event_moves import EventMoves, ShownEvent
from services.events import EventEdit, EventService
from services.pins import PinService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.services.test_context import accept
from tests.services.test_context import save as say
from tests.services.test_pins import busy, mornings, spans, split
from tests.services.test_tasks import save
from tests.support.stage import Stage, local


async def planned(stage: Stage, *texts: str) -> list[int]:
    """Tasks, one after the other from Monday 9:00 on."""
    task_ids = [await stage.add(text) for text in texts]
    await stage.planned()
    return task_ids


async def in_order(stage: Stage, *texts: str) -> list[int]:
    """The same, in the order in which the planner has put them."""
    await planned(stage, *texts)
    return [block.task_id for block in await stage.all_blocks()]


async def only(stage: Stage, task_id: int) -> Block:
    (block,) = await stage.blocks(task_id)
    return block


def seen(block: Block) -> Shown:
    return Shown(block.id, block.task_id, block.start_at)


async def move(
    stage: Stage, block: Block, clock: str, day: int = 23, until: str | None = None, who: int | None = None
) -> Moved:
    async with stage.writing(who) as scope:
        return await CalendarMoves(scope).move(seen(block), local(day, clock), local(day, until) if until else None)


async def step(stage: Stage, task_id: int, direction: Step) -> Block:
    block = await only(stage, task_id)
    async with stage.writing() as scope:
        await CalendarMoves(scope).step(seen(block), direction)
    return await only(stage, task_id)


async def to_day(stage: Stage, task_id: int, day: int) -> Block:
    block = await only(stage, task_id)
    async with stage.writing() as scope:
        await CalendarMoves(scope).to_day(seen(block), date(2026, 11, day))
    return await only(stage, task_id)


async def back(stage: Stage, moved: Moved) -> None:
    assert moved.before is not None
    async with stage.writing() as scope:
        await CalendarMoves(scope).back(seen(moved.block), moved.before)


def places(blocks: Sequence[Block]) -> list[tuple[int, object, object, bool]]:
    return sorted((block.task_id, block.start_at, block.end_at, block.pinned) for block in blocks)


class TestMove:
    async def test_pins_and_the_rest_makes_way(self, stage: Stage) -> None:
        """Two blocks, from 9 and from 10 on: the later one goes to 9, so the other has to leave."""
        first, second = await in_order(stage, "Write report 1h", "Call Ann 1h")
        await move(stage, await only(stage, second), "09:00")
        await stage.planned()
        moved = await only(stage, second)
        assert (moved.start_at, moved.pinned, moved.source) == (local(23, "9:00"), True, BlockSource.USER)
        assert (await only(stage, first)).start_at == local(23, "10:00")

    async def test_longer(self, stage: Stage) -> None:
        """The other end of the block is the task's duration; the planner goes around it, and back when it is undone."""
        first, second = await in_order(stage, "Write report 1h", "Call Ann 1h")
        moved = await move(stage, await only(stage, first), "09:00", until="12:30")
        await stage.planned()
        assert (await stage.task(first)).duration_minutes == 210
        assert spans([await only(stage, first)]) == [(local(23, "9:00"), local(23, "12:30"))]
        assert (await only(stage, second)).start_at == local(23, "12:30")
        await back(stage, moved)
        await stage.planned()
        assert (await stage.task(first)).duration_minutes == 60
        assert spans([await only(stage, first)]) == [(local(23, "9:00"), local(23, "10:00"))]
        assert (await only(stage, second)).start_at == local(23, "10:00")

    async def test_piece(self, stage: Stage) -> None:
        """One piece of a split task: it alone is pinned, and the whole is as much shorter as it is."""
        task_id = await split(stage)
        first = (await stage.blocks(task_id))[0]
        await move(stage, first, "14:00", until="15:00")
        await stage.planned()
        assert (await stage.task(task_id)).duration_minutes == 300
        blocks = await stage.blocks(task_id)
        assert spans([block for block in blocks if block.pinned]) == [(local(23, "14:00"), local(23, "15:00"))]
        assert sum((block.end_at - block.start_at for block in blocks), timedelta()) == timedelta(minutes=300)
        with pytest.raises(InvalidInputError, match="at most 2 h"):
            await move(stage, blocks[-1], "09:00", 24, "12:00")

    @pytest.mark.parametrize(
        ("wall", "day", "sentence"),
        [
            ("07:00", 23, "passed"),
            ("09:00", 20, "passed"),
            ("16:30", 23, "outside the working hours of Mon 23 Nov, 09:00–17:00"),
            ("10:00", 28, "Sat 28 Nov has no working hours"),
            ("10:00", 24, "“Standup” is at that time"),
            ("13:30", 24, "“Read” is at that time"),
        ],
    )
    async def test_refused(self, stage: Stage, wall: str, day: int, sentence: str) -> None:
        """The past, times without hours, busy times and pins: nothing has moved."""
        call, read = await planned(stage, "Call Ann 1h", "Read 1h")
        await busy(stage, 24, "10:00", "11:00")
        await move(stage, await only(stage, read), "13:00", 24)
        await stage.planned()
        before = places(await stage.all_blocks())
        with pytest.raises(InvalidInputError, match=sentence):
            await move(stage, await only(stage, call), wall, day)
        assert places(await stage.all_blocks()) == before

    async def test_stale(self, stage: Stage) -> None:
        """A block that lies elsewhere by now, or whose id another task has, is not moved."""
        (call,) = await planned(stage, "Call Ann 1h")
        shown = await only(stage, call)
        await move(stage, shown, "14:00")
        for stale in (seen(shown), Shown(shown.id, await stage.add("Other 1h"), local(23, "14:00"))):
            async with stage.writing() as scope:
                with pytest.raises(ConflictError, match="nothing was moved"):
                    await CalendarMoves(scope).move(stale, local(23, "15:00"))

    async def test_deleted(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        shown = await only(stage, call)
        async with stage.writing() as scope:
            await TaskService(scope).delete(call)
        with pytest.raises(NotFoundError):
            await move(stage, shown, "14:00")

    async def test_other_user(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        block = await only(stage, call)
        with pytest.raises(NotFoundError):
            await move(stage, block, "14:00", who=stage.eve)
        async with stage.writing(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await CalendarMoves(scope).place(call, local(23, "14:00"))


class TestStep:
    async def test_later_and_earlier(self, stage: Stage) -> None:
        """Quarter by quarter, over what is busy, and to the next day's hours."""
        (call,) = await planned(stage, "Call Ann 1h")
        assert (await step(stage, call, "later")).start_at == local(23, "9:15")
        await busy(stage, 23, "10:15", "12:00")
        assert (await step(stage, call, "later")).start_at == local(23, "12:00")
        assert (await step(stage, call, "earlier")).start_at == local(23, "9:15")
        await move(stage, await only(stage, call), "16:00")
        assert (await step(stage, call, "later")).start_at == local(24, "9:00")
        assert (await step(stage, call, "earlier")).start_at == local(23, "16:00")

    async def test_nothing_earlier(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        with pytest.raises(InvalidInputError, match="No earlier time"):
            await step(stage, call, "earlier")

    async def test_to_day(self, stage: Stage) -> None:
        """The same time of that day, or the nearest to it that is free; never a day without hours or one that has passed."""
        (call,) = await planned(stage, "Call Ann 1h")
        await busy(stage, 25, "8:00", "9:30")
        assert (await to_day(stage, call, 24)).start_at == local(24, "9:00")
        assert (await to_day(stage, call, 25)).start_at == local(25, "9:30")
        with pytest.raises(InvalidInputError, match="Sat 28 Nov has no free time"):
            await to_day(stage, call, 28)
        with pytest.raises(InvalidInputError, match="has passed"):
            await to_day(stage, call, 20)


class TestWhatWasSaid:
    """What a person has said of a task binds what is moved by hand: a drop that breaks it is refused, a button goes around."""

    async def refused(self, stage: Stage, block: Block, clock: str, day: int, sentence: str) -> None:
        before = places(await stage.all_blocks())
        with pytest.raises(InvalidInputError, match=sentence) as raised:
            await move(stage, block, clock, day)
        assert {*raised.value.fields} == {"start_at"}
        assert places(await stage.all_blocks()) == before

    async def test_earliest(self, stage: Stage) -> None:
        (essay,) = await planned(stage, "Essay 1h from Wednesday")
        block = await only(stage, essay)
        assert block.start_at == local(25, "9:00")
        await self.refused(stage, block, "10:00", 24, "not to begin before Wed 00:00, as you said")
        with pytest.raises(InvalidInputError, match="No earlier time"):
            await step(stage, essay, "earlier")
        with pytest.raises(InvalidInputError, match="Tue 24 Nov has no free time"):
            await to_day(stage, essay, 24)
        with pytest.raises(InvalidInputError, match="not to begin before"):
            async with stage.writing() as scope:
                await CalendarMoves(scope).place(essay, local(24, "10:00"))
        assert (await step(stage, essay, "later")).start_at == local(25, "9:15")

    async def test_a_part_has_the_dates_of_its_whole(self, stage: Stage) -> None:
        essay = await stage.add("Essay 1h from Wednesday")
        async with stage.writing() as scope:
            part = (await TaskService(scope).add("Outline 30min", parent_id=essay)).task.id
        await stage.planned()
        await self.refused(stage, await only(stage, part), "10:00", 24, "not to begin before Wed 00:00")

    async def test_hard_times(self, stage: Stage) -> None:
        (gym,) = await planned(stage, "Gym 1h")
        await save(stage, gym, window_1_kind="must", window_1_from="09:00", window_1_to="11:00", window_1_sun="")
        await stage.planned()
        block = await only(stage, gym)
        await self.refused(stage, block, "15:00", 24, "to be done Mon–Sat 09:00–11:00, as you said")
        await self.refused(stage, block, "10:30", 24, "to be done Mon–Sat 09:00–11:00")
        await move(stage, block, "10:00")
        assert (await step(stage, gym, "later")).start_at == local(24, "9:00")
        assert (await step(stage, gym, "earlier")).start_at == local(23, "10:00")

    async def test_preferred_times(self, stage: Stage) -> None:
        """A wish binds nobody."""
        (gym,) = await planned(stage, "Gym 1h")
        await save(stage, gym, window_1_kind="prefer", window_1_from="09:00", window_1_to="11:00")
        await move(stage, await only(stage, gym), "15:00", 24)
        assert (await only(stage, gym)).start_at == local(24, "15:00")

    async def test_kinds(self, stage: Stage) -> None:
        await say(stage, "no meetings before 10 or after 12. Calls only on Thursdays from 2 to 4")
        for start in ("Meetings never before", "Meetings never after", "Calls only"):
            await accept(stage, start)
        meeting, call = await planned(stage, "Meeting with Ann 1h", "Call Bob 30min")
        await self.refused(stage, await only(stage, meeting), "9:30", 24, "You said: Meetings never before 10:00")
        await self.refused(stage, await only(stage, meeting), "11:30", 24, "You said: Meetings never after 12:00")
        await self.refused(stage, await only(stage, call), "14:00", 27, "You said: Calls only Thu 14:00–16:00")
        await move(stage, await only(stage, meeting), "11:00", 24)
        assert (await step(stage, meeting, "later")).start_at == local(25, "10:00")

    async def test_most_a_day(self, stage: Stage) -> None:
        """2 h a day: no second piece where the first is pinned, and buttons pass such a day by."""
        task_id = await split(stage)
        first, second, third = await stage.blocks(task_id)
        await move(stage, first, "13:00")
        await stage.planned()
        _, second, third = await stage.blocks(task_id)
        await self.refused(stage, third, "10:00", 23, "At most 2 h of it a day")
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError, match="Mon 23 Nov has no free time"):
                await CalendarMoves(scope).to_day(seen(third), date(2026, 11, 23))
        async with stage.writing() as scope:
            await CalendarMoves(scope).move(seen(second), local(24, "9:00"))
        (second,) = [block for block in await stage.blocks(task_id) if block.pinned and block.start_at == local(24, "9:00")]
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError, match="No earlier time"):
                await CalendarMoves(scope).step(seen(second), "earlier")

    async def test_most_a_day_with_room(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 4h")
        await save(stage, task_id, min_chunk_minutes="60", max_chunk_minutes="60", max_per_day_minutes="120")
        await stage.planned()
        await move(stage, (await stage.blocks(task_id))[0], "13:00")
        await stage.planned()
        await move(stage, (await stage.blocks(task_id))[-1], "15:00")
        await stage.planned()
        blocks = await stage.blocks(task_id)
        assert [block.start_at for block in blocks if block.pinned] == [local(23, "13:00"), local(23, "15:00")]
        await self.refused(stage, blocks[-1], "10:00", 23, "At most 2 h")


class TestBack:
    async def test_everything_is_back(self, stage: Stage) -> None:
        """The block is back and no pin, and what had to make way for it is back as well."""
        *_, last = await in_order(stage, "Write report 2h", "Review 2h", "Call Ann 1h")
        before = places(await stage.all_blocks())
        moved = await move(stage, await only(stage, last), "10:00")
        await stage.planned()
        assert places(await stage.all_blocks()) != before
        await back(stage, moved)
        assert places(await stage.all_blocks()) == before
        await stage.planned()
        assert places(await stage.all_blocks()) == before

    async def test_pinned_before(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        await move(stage, await only(stage, call), "14:00")
        moved = await move(stage, await only(stage, call), "15:00")
        await back(stage, moved)
        await stage.planned()
        block = await only(stage, call)
        assert (block.start_at, block.pinned, block.source) == (local(23, "14:00"), True, BlockSource.USER)

    async def test_taken_meanwhile(self, stage: Stage) -> None:
        call, read = await planned(stage, "Call Ann 1h", "Read 1h")
        moved = await move(stage, await only(stage, call), "14:00")
        await move(stage, await only(stage, read), "09:00")
        with pytest.raises(InvalidInputError, match="“Read” is at that time"):
            await back(stage, moved)

    async def test_who_said_the_duration(self, stage: Stage) -> None:
        """An estimate is one again, so that a better one may still come."""
        (call,) = await planned(stage, "Call Ann")
        block = await only(stage, call)
        moved = await move(stage, block, "9:00", until="12:00")
        assert (await stage.task(call)).duration_source == "person"
        await back(stage, moved)
        assert (await stage.task(call)).duration_source == "rules"
        assert spans([await only(stage, call)]) == spans([block])

    async def test_not_open_any_more(self, stage: Stage) -> None:
        """What is done, cancelled or running has its own blocks, which no undo moves."""
        for act, day in ((TimeEntryService.complete, 23), (TimeEntryService.cancel, 24), (TimeEntryService.start, 25)):
            stage.clock.at = local(day, "9:00")
            (call,) = await planned(stage, "Call Ann 1h")
            moved = await move(stage, await only(stage, call), "9:15", day)
            stage.clock.at = local(day, "9:20")
            async with stage.writing() as scope:
                await act(TimeEntryService(scope), call)
            (block,) = await stage.blocks(call)
            assert moved.before is not None
            async with stage.writing() as scope:
                with pytest.raises((InvalidInputError, ConflictError, NotFoundError)):
                    await CalendarMoves(scope).back(Shown(block.id, call, block.start_at), moved.before)
            assert spans(await stage.blocks(call)) == spans([block])

    async def test_pieces(self, stage: Stage) -> None:
        """The others of a split task make way for the piece that is back: nothing twice at a time, and all of it planned."""
        task_id = await split(stage)
        moved = await move(stage, (await stage.blocks(task_id))[0], "14:00", 24)
        await back(stage, moved)
        for _ in range(2):
            assert spans(await stage.blocks(task_id)) == mornings(23, 24, 25)
            assert not any(block.pinned for block in await stage.blocks(task_id))
            await stage.planned()

    async def test_too_far(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        moved = await move(stage, await only(stage, call), "14:00")
        assert moved.before is not None
        for year in (2037, 9990):
            start = local(23, "9:00").replace(year=year)
            before = replace(moved.before, start_at=start, end_at=start + timedelta(hours=1))
            async with stage.writing() as scope:
                with pytest.raises(InvalidInputError, match="too far away"):
                    await CalendarMoves(scope).back(seen(moved.block), before)

    async def test_unpin(self, stage: Stage) -> None:
        (call,) = await planned(stage, "Call Ann 1h")
        moved = await move(stage, await only(stage, call), "14:00")
        async with stage.writing() as scope:
            await CalendarMoves(scope).unpin(seen(moved.block))
        await stage.planned()
        block = await only(stage, call)
        assert (block.start_at, block.pinned) == (local(23, "9:00"), False)


class TestPlace:
    async def test_unplaced(self, stage: Stage) -> None:
        """A task that waits for one without a place has none itself; a person may still put another one somewhere."""
        (book,) = await planned(stage, "Write book 30h")
        assert await stage.blocks(book) == []
        with pytest.raises(InvalidInputError, match="outside the working hours"):
            async with stage.writing() as scope:
                await CalendarMoves(scope).place(book, local(24, "9:00"))
        (call,) = await planned(stage, "Call Ann 1h")
        async with stage.writing() as scope:
            placed = await CalendarMoves(scope).place(call, local(24, "15:00"))
        assert (placed.before, placed.block.start_at, placed.block.pinned) == (None, local(24, "15:00"), True)

    async def test_add(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            task = await CalendarMoves(scope).add("Call Ann", local(24, "15:00"), 45)
        assert spans(await stage.blocks(task.id)) == [(local(24, "15:00"), local(24, "15:45"))]
        assert (await stage.task(task.id)).duration_minutes == 45

    async def test_add_twice(self, stage: Stage) -> None:
        """A form that is sent twice makes one task, and does nothing to it the second time."""
        for clock in ("15:00", "16:00"):
            async with stage.writing() as scope:
                await CalendarMoves(scope).add("Call Ann", local(24, clock), 45, "key")
        assert spans(await stage.all_blocks()) == [(local(24, "15:00"), local(24, "15:45"))]

    async def test_add_is_all_or_nothing(self, stage: Stage) -> None:
        with pytest.raises(InvalidInputError):
            async with stage.writing() as scope:
                await CalendarMoves(scope).add("Call Ann", local(28, "15:00"), 45)
        assert await stage.all_blocks() == []


class TestMoveEvent:
    async def test_valid(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            saved = await EventService(scope).add(EventEdit("Standup", local(23, "10:00"), local(23, "11:00"), 0))
        event_id, at = saved.event.id, local(23, "10:00")
        async with stage.writing() as scope:
            moved = await EventMoves(scope).move(ShownEvent(event_id, at), local(23, "12:00"), local(23, "12:30"))
        assert moved.sentence == "“Standup” is today 12:00 to 12:30."
        assert (moved.was, moved.released) == ((local(23, "10:00"), local(23, "11:00")), ())
        async with stage.writing() as scope:
            with pytest.raises(ConflictError):
                await EventMoves(scope).move(ShownEvent(event_id, at), local(23, "13:00"), None)
        async with stage.writing(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await EventMoves(scope).move(ShownEvent(event_id, at), local(23, "13:00"), None)


class TestContents:
    async def test_a_week(self, stage: Stage) -> None:
        """Blocks, busy times and hours of the local days; what another person has is not in it."""
        (call,) = await planned(stage, "Call Ann 1h")
        await busy(stage, 29, "23:30", "23:59")
        await busy(stage, 30, "0:00", "1:00")
        await stage.add("Eve's 1h", stage.eve)
        async with stage.reading() as scope:
            found = await CalendarService(scope).contents(range_of("week", date(2026, 11, 25), date(2026, 11, 25)))
        assert [(item.kind, item.title) for item in found.items] == [("task", "Call Ann"), ("event", "Standup")]
        assert found.items[0].block_id == (await only(stage, call)).id
        assert found.work == tuple((local(day, "9:00"), local(day, "17:00")) for day in range(23, 28))

    async def test_pinned_in_the_dialog_outside_hours(self, stage: Stage) -> None:
        """A pin may lie outside the hours; the list has it on its day."""
        (call,) = await planned(stage, "Call Ann 1h")
        async with stage.writing() as scope:
            await PinService(scope).pin_block((await only(stage, call)).id, local(28, "20:00"))
        async with stage.reading() as scope:
            days = await CalendarService(scope).days(range_of("agenda", date(2026, 11, 23), date(2026, 11, 23)))
        assert [day.day.day for day in days if day.items] == [28]
        assert [len(day.work) for day in days] == [1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("view", "first", "days"),
    [("day", "2026-03-29", 1), ("work-week", "2026-03-23", 5), ("week", "2026-03-23", 7), ("agenda", "2026-03-29", 7)],
)
def test_ranges(view: str, first: str, days: int) -> None:
    shown = range_of(view, date(2026, 3, 29), date(2026, 3, 1))  # type: ignore[arg-type]
    assert (shown.first.isoformat(), (shown.end - shown.first).days) == (first, days)


def test_months_are_whole_weeks() -> None:
    for month in range(1, 13):
        shown = range_of("month", date(2026, month, 28), date(2026, 1, 1))
        assert shown.first.weekday() == 0 == (shown.end - shown.first).days % 7
        assert shown.first <= date(2026, month, 1) < shown.end
        assert shown.next - shown.previous <= timedelta(days=62)
