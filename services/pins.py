"""Pins: a person's word that a task, or one of its blocks, stays at a time. A pin may break no other promise of theirs.

It places nothing else: what has to make way is asked of `services.planning`.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from errors import InvalidInputError, NotFoundError
from models import Block, BlockSource, LeaseKind, Task, TaskStatus
from repositories.events import EventRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import framing, jobs, ordering, reasons, wording
from services.planning import PlanningService
from services.scope import Scope

log = logging.getLogger(__name__)

FARTHEST_DAYS = 3660
GONE = "This block does not exist any more: the plan has changed. Look again."


class PinService:
    """One person's pins."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)

    async def pin_block(self, block_id: int, start_at: datetime) -> Task:
        """Fix one block at a time, as long as it is; the other blocks of its task go around it.

        Raises NotFoundError for a missing or foreign block, InvalidInputError (field `start_at`) where it cannot be.
        """
        await self.scope.lock()
        block, task = await self._block(block_id)
        self._refuse_far(start_at)
        start_at = start_at.astimezone(UTC).replace(second=0, microsecond=0)
        end_at = start_at + (block.end_at - block.start_at)
        if task.status is not TaskStatus.OPEN:
            raise _refusal("Only a block of an open task can be pinned.")
        await self.refuse(task, start_at, end_at, block)
        is_moved = block.start_at != start_at
        block.start_at, block.end_at, block.pinned = start_at, end_at, True
        block.source, block.reason = BlockSource.USER, reasons.PINNED
        await self.scope.session.flush()
        if is_moved:
            await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=True, unplaced_reason=None)
        if is_moved and jobs.is_split(task):
            await PlanningService(self.scope).place_provisionally(task)
        await self._said(task, f"Pinned a block to {self._when(start_at)}.")
        return task

    async def unpin_block(self, block_id: int) -> Task:
        """Let the planner have a block back; the task's other pins stay. Raises NotFoundError as `pin_block` does."""
        await self.scope.lock()
        block, task = await self._block(block_id)
        if block.pinned:
            block.pinned, block.source, block.reason = False, BlockSource.PLANNER, ""
            await self.scope.session.flush()
            await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=True)
            await self._said(task, f"Let go of the pin at {self._when(block.start_at)}.")
        return task

    async def pin_again(self, task_id: int, start_at: datetime, end_at: datetime) -> bool:
        """Give an open task a pin back that it has lost; whether that can still be: nothing else has its time, and no newer pin
        stands for it."""
        await self.scope.lock()
        task = await self.tasks.get(self.scope.person.id, task_id)
        if task is None or task.status is not TaskStatus.OPEN:
            return False
        start_at = start_at.astimezone(UTC)
        end_at = end_at.astimezone(UTC) if jobs.is_split(task) else self.end_of(task, start_at)
        blocks = await self.plans.list_task_blocks(task.user_id, task.id)
        pins = [block for block in blocks if block.pinned]
        if any(not jobs.is_split(task) or (pin.start_at < end_at and start_at < pin.end_at) for pin in pins):
            return False
        try:
            await self.refuse(task, start_at, end_at)
        except InvalidInputError:
            return False
        await self.plans.delete_blocks(task.user_id, [block.id for block in blocks if not block.pinned])
        self._pinned(task, start_at, end_at)
        await self.scope.session.flush()
        await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=True, unplaced_reason=None)
        if jobs.is_split(task):
            await PlanningService(self.scope).place_provisionally(task)
        await self._said(task, f"Pinned to {self._when(start_at)} again.")
        return True

    async def first_block(self, task: Task, start_at: datetime | None, *, is_bare: bool = False) -> Block | None:
        """A time that was said is kept where nothing hard is in the way; else the task goes as soon after it as it can.
        `is_bare`: it has no blocks, parts or work yet."""
        start_at = start_at.astimezone(UTC) if start_at else None
        if start_at is not None and await self._can_be(task, start_at, self.end_of(task, start_at)):
            return self._pinned(task, start_at)
        planning = PlanningService(self.scope)
        return await (planning.place_bare(task) if is_bare else planning.place_provisionally(task))

    async def _can_be(self, task: Task, start_at: datetime, end_at: datetime) -> bool:
        try:
            await self._refuse_broken_promise(task, start_at, end_at)
        except InvalidInputError:
            return False
        return await self._in_the_way(task, start_at, end_at) is None

    async def pin_task(self, task: Task, pin_at: datetime | None) -> bool:
        """Pin the task (of one that may be split, one piece), or let the planner have all of it back (None).

        Returns whether that changed anything. Raises InvalidInputError on the field `start_at`.
        """
        if pin_at is not None:
            self._refuse_far(pin_at)
            pin_at = pin_at.astimezone(UTC)
        pins = [block for block in await self.plans.list_task_blocks(task.user_id, task.id) if block.pinned]
        is_fitting = task.status is not TaskStatus.OPEN or all(self.end_of(task, pin.start_at) == pin.end_at for pin in pins)
        if pin_at is not None and task.status is TaskStatus.OPEN:
            await self._refuse_broken_promise(task, pin_at, self.end_of(task, pin_at))
        if is_fitting and [block.start_at for block in pins] == ([pin_at] if pin_at else []):
            return False
        for block in pins:
            block.pinned = False
        if pin_at is not None:
            if task.status is not TaskStatus.OPEN:
                raise _refusal("Only an open task can be pinned.")
            await self.refuse(task, pin_at, self.end_of(task, pin_at))
            await self.plans.delete_task_blocks(task.user_id, task.id)
            self._pinned(task, pin_at)
        await self.scope.session.flush()
        return True

    async def refuse(self, task: Task, start_at: datetime, end_at: datetime, block: Block | None = None) -> None:
        """A pin lies ahead, keeps the person's other promises, and nothing hard is at its time; else InvalidInputError."""
        self._refuse_far(start_at)
        if start_at < self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes):
            raise _refusal("That time has passed. Choose one that lies ahead.")
        await self._refuse_broken_promise(task, start_at, end_at)
        if blocker := await self._in_the_way(task, start_at, end_at, block):
            raise _refusal(f"“{blocker}” is at that time. Choose another time, or move that first.")

    def end_of(self, task: Task, start_at: datetime) -> datetime:
        """When a pinned piece ends that begins then; both in UTC, since a wall time may come twice or never."""
        return start_at + timedelta(minutes=jobs.piece_minutes(task, framing.remaining_minutes(task, ())))

    def _refuse_far(self, start_at: datetime) -> None:
        """What is so far away may not even be an instant in UTC."""
        if abs(start_at - self.scope.now) > timedelta(days=FARTHEST_DAYS):
            raise _refusal("That is too far away to plan.")

    async def _block(self, block_id: int) -> tuple[Block, Task]:
        block = await self.plans.get_block(self.scope.person.id, block_id)
        task = await self.tasks.get(self.scope.person.id, block.task_id) if block else None
        if block is None or task is None:
            raise NotFoundError(GONE)
        return block, task

    async def _refuse_broken_promise(self, task: Task, start_at: datetime, end_at: datetime) -> None:
        """A pin may not break what else the person has said: the order of tasks, or a hard deadline."""
        if await self.tasks.has_parts(task.user_id, task.id):
            raise _refusal("This task is planned part by part. Pin one of its parts.")
        waits = await ordering.live_waits(self.tasks, task.user_id)
        earliest = await self.plans.get_last_end(task.user_id, waits.get(task.id, ()), start_at)
        later = [other for other, before in waits.items() if task.id in before]
        latest = await self.plans.get_first_pin(task.user_id, later)
        parent = await self.tasks.get(task.user_id, task.parent_id) if task.parent_id else None
        said = jobs.dates_of(task, parent)
        if earliest is None or earliest > start_at:
            raise _refusal("What this task waits for is not done by then. Pin it later, or change what it waits for.")
        if latest is not None and latest < end_at:
            raise _refusal("A task that waits for this one is pinned before it would end. Pin this one earlier.")
        if said.deadline_is_hard and said.deadline_at is not None and said.deadline_at < end_at:
            raise _refusal("It would end after its hard deadline. Pin it earlier, or move the deadline.")

    async def _in_the_way(self, task: Task, start_at: datetime, end_at: datetime, block: Block | None = None) -> str | None:
        """The title of an event, another pinned block or the running task at that time; None when it is free of them.

        Without a `block` the task is pinned as a whole, and its own blocks are no obstacle.
        """
        events = await EventRepository(self.scope.session).list_between(task.user_id, start_at, end_at)
        if events:
            return events[0].title
        for other in await self.plans.list_blocks(task.user_id, start_at, end_at):
            if other.task_id == task.id and (block is None or other.id == block.id):
                continue
            owner = await self.tasks.get(task.user_id, other.task_id)
            if owner is not None and (other.pinned or owner.status is TaskStatus.ACTIVE):
                return owner.title
        return None

    def _pinned(self, task: Task, start_at: datetime, end_at: datetime | None = None) -> Block:
        block = Block(
            user_id=task.user_id,
            task_id=task.id,
            start_at=start_at,
            end_at=end_at or self.end_of(task, start_at),
            source=BlockSource.USER,
            pinned=True,
            reason=reasons.PINNED,
        )
        self.plans.add_blocks([block])
        return block

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.scope.now, self.scope.person.zone)

    async def _said(self, task: Task, text: str) -> None:
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", text)
        log.info("Task: %s", text, extra={"task_id": task.id})
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, {"start_at": sentence})
