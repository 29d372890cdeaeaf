"""Moving things in the calendar: a block that is moved is pinned, and the planner moves the rest.

What was dragged names the block as it was shown (its task and its start), since the plan may have changed meanwhile and ids
of blocks are used again. A calendar keeps to working hours, around busy times and to what the person said of a task (from when
on, its times, how much a day); a pin in the task's dialog need not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from assistant.operations import PinTask
from errors import ConflictError, InvalidInputError, NotFoundError
from models import Block, BlockSource, LeaseKind, Task, TaskStatus
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import framing, jobs, reasons, wording
from services.changes import ChangeService
from services.free_times import FreeTimes
from services.pins import GONE, PinService
from services.planning import PlanningService
from services.scope import Scope
from services.task_form import TaskEdit
from services.tasks import TaskService
from services.today import tracked_minutes
from services.versions import VersionService

Step = Literal["earlier", "later"]
STEP_MINUTES = 15
YEARS = range(2000, 2101)
LATER_DAYS = 28
LONGEST_MINUTES = 24 * 60
RUNS_TAKEN_BACK = 3
LENGTH = "A block lasts between a minute and a day."
BACK = "Back where it was: you took your move back."
STALE = "The plan has changed meanwhile, so nothing was moved. Look again."


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as the person saw it."""

    block_id: int
    task_id: int
    start_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lay, how long its task was and who had said so, and the planner's last run (0: none): all that is needed
    to put it back."""

    start_at: datetime
    end_at: datetime
    pinned: bool
    source: BlockSource
    duration_minutes: int
    duration_source: str
    run_id: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and where it lay before (None: nowhere)."""

    task: Task
    block: Block
    before: Place | None


class CalendarMoves:
    """One person's moves."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.plans = PlanRepository(scope.session)
        self.tasks = TaskRepository(scope.session)
        self.pins = PinService(scope)
        self.free = FreeTimes(scope)

    async def move(self, shown: Shown, start_at: datetime, end_at: datetime | None = None) -> Moved:
        """Pin a block to a time; another end makes it, and its task, longer or shorter.

        Raises NotFoundError for a missing or foreign block, ConflictError for one that lies elsewhere by now, and
        InvalidInputError, on the field `start_at`, for a time at which it cannot be.
        """
        block, task = await self._block(shown)
        before, length = await self._place(block, task), block.end_at - block.start_at
        wanted = end_at - start_at if end_at else length
        if not timedelta(0) < wanted <= timedelta(minutes=LONGEST_MINUTES):
            raise _refusal(LENGTH)
        await self.free.refuse(task, start_at, start_at + wanted, block)
        if wanted != length and not jobs.is_split(task):
            await self._resize(task, start_at, wanted)
        else:
            if wanted != length:
                await self._resize_piece(task, block, wanted)
            await self.pins.pin_block(block.id, start_at)
        return Moved(task, await self._at(task, start_at), before)

    async def step(self, shown: Shown, direction: Step) -> Moved:
        """Move a block to the nearest earlier or later time at which it can be; raises as `move` does."""
        block, task = await self._block(shown)
        length, step = block.end_at - block.start_at, timedelta(minutes=STEP_MINUTES)
        if direction == "earlier":
            target = block.start_at - step
            found = await self.free.nearest(task, block, target, self.scope.now, target + length)
        else:
            target = block.start_at + step
            found = await self.free.nearest(task, block, target, target, target + timedelta(days=LATER_DAYS))
        if found is None:
            raise _refusal(
                f"No {direction} time is free of busy times and pins within your working hours and what you said of it."
            )
        return await self.move(shown, found)

    async def to_day(self, shown: Shown, day: date) -> Moved:
        """Move a block to a day: to the same time of the day, or the nearest to it at which it can be; raises as `move`."""
        block, task = await self._block(shown)
        if day.year not in YEARS:
            raise _refusal("That day is too far away to plan.")
        target, low, high = self.free.on_day(block.start_at, day)
        if high <= self.scope.now:
            raise _refusal("That day has passed. Choose one that lies ahead.")
        found = await self.free.nearest(task, block, target, max(low, self.scope.now), high)
        if found is None:
            raise _refusal(
                f"{wording.short_day(day)} has no free time for it in its working hours and within what you said of it."
            )
        return await self.move(shown, found)

    async def place(self, task_id: int, start_at: datetime) -> Moved:
        """Pin a task, which may have no place yet, to a time. Raises as `move` does."""
        await self.scope.lock()
        task = await TaskService(self.scope).get(task_id)
        await self.free.refuse(task, start_at, self.pins.end_of(task, start_at))
        await ChangeService(self.scope).apply([PinTask(task_id=task.id, start_at=start_at)])
        return Moved(task, await self._at(task, start_at), None)

    async def add(self, text: str, start_at: datetime | None, minutes: int | None, submit_key: str | None = None) -> Task:
        """Add a task by its line of text, so long and pinned to that time where these are given. The same `submit_key` twice is
        one task.

        Raises InvalidInputError on the fields `text` or `start_at`.
        """
        await self.scope.lock()
        if submit_key and (twin := await self.tasks.get_by_submit_key(self.scope.person.id, submit_key)):
            return twin
        task = (await TaskService(self.scope).add(text, submit_key)).task
        await self.scope.session.flush()
        if minutes is not None and minutes != task.duration_minutes:
            task = await self._edit(task, minutes, None)
        if start_at is not None:
            task = (await self.place(task.id, start_at)).task
        return task

    async def unpin(self, shown: Shown) -> Task:
        """Let the planner have a block back; raises NotFoundError and ConflictError as `move` does."""
        await self._block(shown)
        return await self.pins.unpin_block(shown.block_id)

    async def back(self, shown: Shown, before: Place) -> Task:
        """Undo a move: the block lies where it lay, and what the planner has moved for it since does too.

        Raises as `move` does: a place that has passed, or that something hard has taken since, is not given back, and nothing
        is given back to a task that is not open.
        """
        block, task = await self._block(shown)
        if task.status is not TaskStatus.OPEN:
            raise _refusal(f"“{task.title}” is no longer open, so its block stays where it is.")
        if not timedelta(0) < before.end_at - before.start_at <= timedelta(minutes=LONGEST_MINUTES):
            raise _refusal(LENGTH)
        await self.pins.refuse(task, before.start_at, before.end_at, block)
        task.duration_minutes, task.duration_source = before.duration_minutes, before.duration_source
        block.start_at, block.end_at, block.pinned = before.start_at, before.end_at, before.pinned
        block.source, block.reason = before.source, reasons.PINNED if before.pinned else BACK
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", "Took a move in the calendar back.")
        await self.scope.session.flush()
        if not jobs.is_split(task):
            # A task that is to be looked at anew has no place to lose; this one has.
            is_new = before.source is BlockSource.PROVISIONAL
            await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=is_new)
        await self._take_runs_back(before.run_id)
        if jobs.is_split(task):
            await self._fit_pieces(task, block)
        await self.scope.changed(LeaseKind.PLAN)
        return task

    async def _fit_pieces(self, task: Task, block: Block) -> None:
        """Place the other pieces of a task anew where they overlap the one that is back, or are too many or too few with it."""
        await self.scope.session.flush()
        blocks = await self.plans.list_task_blocks(task.user_id, task.id)
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(task.user_id, [task.id])
        left = timedelta(minutes=framing.remaining_minutes(task, entries))
        is_whole = sum((one.end_at - one.start_at for one in blocks), timedelta()) == left
        if is_whole and all(one.end_at <= other.start_at for one, other in pairwise(blocks)):
            return
        pinned, block.pinned = block.pinned, True
        await self.scope.session.flush()
        await PlanningService(self.scope).place_provisionally(task)
        block.pinned = pinned
        await self.scope.session.flush()

    async def _take_runs_back(self, run_id: int) -> None:
        """What the planner has done since a run goes too, where it still stands: it was done for the move."""
        versions = VersionService(self.scope)
        for version in await versions.list_newest(RUNS_TAKEN_BACK):
            if version.id <= run_id or version.undone_at is not None:
                return
            try:
                await versions.undo(version.id)
            except ConflictError:
                return

    async def _resize(self, task: Task, start_at: datetime, wanted: timedelta) -> None:
        """One block is all that is left of its task, so the task becomes that long."""
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(task.user_id, [task.id])
        minutes = tracked_minutes(entries) + int(wanted.total_seconds() // 60)
        await self._edit(task, minutes, start_at)

    async def _resize_piece(self, task: Task, block: Block, wanted: timedelta) -> None:
        """A piece of a task that may be split becomes longer or shorter, and the whole with it."""
        minutes, was = (int(span.total_seconds() // 60) for span in (wanted, block.end_at - block.start_at))
        least, most = (
            task.min_chunk_minutes,
            min((limit for limit in (task.max_chunk_minutes, task.max_per_day_minutes) if limit is not None), default=None),
        )
        if least is not None and minutes < least:
            raise _refusal(f"Pieces of this task last at least {wording.minutes(least)}.")
        if most is not None and minutes > most:
            raise _refusal(f"Pieces of this task last at most {wording.minutes(most)}.")
        task.duration_minutes, task.duration_source = max(task.duration_minutes + minutes - was, minutes), "person"
        block.end_at = block.start_at + wanted
        await self.scope.session.flush()
        await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=True)

    async def _edit(self, task: Task, minutes: int, pin_at: datetime | None) -> Task:
        waits = tuple(other for other, _ in await self.tasks.list_waits_for(task.user_id, task.id))
        return await TaskService(self.scope).edit(
            task.id, TaskEdit(task.version, {"duration_minutes": minutes}, waits, pin_at, says_pin=pin_at is not None)
        )

    async def _block(self, shown: Shown) -> tuple[Block, Task]:
        await self.scope.lock()
        block = await self.plans.get_block(self.scope.person.id, shown.block_id)
        task = await self.tasks.get(self.scope.person.id, shown.task_id)
        if block is None or task is None:
            raise NotFoundError(GONE)
        if block.task_id != task.id or block.start_at != shown.start_at:
            raise ConflictError(STALE)
        return block, task

    async def _place(self, block: Block, task: Task) -> Place:
        latest = await self.plans.get_latest_run(task.user_id)
        run_id = latest.id if latest else 0
        return Place(
            block.start_at, block.end_at, block.pinned, block.source, task.duration_minutes, task.duration_source, run_id
        )

    async def _at(self, task: Task, start_at: datetime) -> Block:
        blocks = await self.plans.list_task_blocks(task.user_id, task.id)
        return next(block for block in blocks if block.pinned and block.start_at == start_at)


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, {"start_at": sentence})
