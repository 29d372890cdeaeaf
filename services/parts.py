"""Parts of a task: a task with parts is a frame that is not planned itself, and each part is a task like any other.

Parts have no parts. How they wait for each other is `services.ordering`'s.
"""

from __future__ import annotations

from typing import Literal

from errors import ConflictError, InvalidInputError, NotFoundError
from models import LeaseKind, Task, TaskStatus
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import ordering
from services.planning import PlanningService
from services.scope import Scope

UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)
MOST_PARTS = 100


class PartService:
    """The parts of one person's tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)

    async def parent_for_new(self, parent_id: int) -> tuple[Task, int]:
        """The task that is to get a part, and the part's position; the task's own blocks are given back.

        Raises NotFoundError for a missing or foreign task, InvalidInputError (field `text`) when it can have no more parts.
        """
        parent = await self.tasks.get(self.scope.person.id, parent_id)
        if parent is None:
            raise NotFoundError("This task does not exist, or it was deleted.")
        own = await self.tasks.list_parts_of(parent.user_id, parent.id)
        sentence = None
        if parent.parent_id is not None:
            sentence = "This is a part itself, and a part has no parts. Add it to the whole task instead."
        elif parent.status is TaskStatus.ACTIVE:
            sentence = f"“{parent.title}” is running. Stop it before you divide it into parts."
        elif parent.status is not TaskStatus.OPEN:
            sentence = f"“{parent.title}” is {parent.status.value}. Reopen it before you add a part."
        elif len(own) >= MOST_PARTS:
            sentence = f"A task has at most {MOST_PARTS} parts."
        if sentence:
            raise InvalidInputError(sentence, {"text": sentence})
        await self.become_frame(parent)
        return parent, max((part.position for part in own), default=0) + 1

    async def become_frame(self, parent: Task) -> None:
        """A task with parts has no place of its own; its version stays, since the person did not edit it."""
        await self.plans.delete_task_blocks(parent.user_id, parent.id)
        await self.tasks.update_quietly(parent.user_id, parent.id, unplaced_reason=None)

    async def left(self, part: Task) -> None:
        """A part was deleted: a task without any is planned itself again."""
        parent = await self._parent(part)
        if parent is None or parent.status is not TaskStatus.OPEN or await self.tasks.has_parts(parent.user_id, parent.id):
            return
        await self.tasks.update_quietly(parent.user_id, parent.id, needs_scheduling=True)
        await PlanningService(self.scope).place_provisionally(parent)

    async def returned(self, part: Task) -> None:
        """A deleted part is to come back. Raises ConflictError when its task is gone, or runs meanwhile."""
        parent = await self.tasks.get(part.user_id, part.parent_id, with_deleted=True) if part.parent_id else None
        if parent is None:
            if part.parent_id is not None:
                raise NotFoundError("This task does not exist any more.")
            return
        if parent.deleted_at is not None:
            raise ConflictError(f"It is a part of “{parent.title}”, which was deleted. Bring that back first.")
        if parent.status is TaskStatus.ACTIVE:
            raise ConflictError(f"It is a part of “{parent.title}”, which is running. Stop that first.")
        await self.become_frame(parent)

    async def move(self, part_id: int, direction: Literal["earlier", "later"]) -> Task:
        """Let a part change places with the one before or after it; its parent.

        Raises NotFoundError for what is no part of the person's tasks, InvalidInputError when the new order cannot be.
        """
        await self.scope.lock()
        part = await self.tasks.get(self.scope.person.id, part_id)
        parent = await self._parent(part) if part else None
        if part is None or parent is None:
            raise NotFoundError("This part does not exist, or it was deleted.")
        order = [*await self.tasks.list_parts_of(parent.user_id, parent.id)]
        place = order.index(part)
        other = place + (1 if direction == "later" else -1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            for position, item in enumerate(order, 1):
                await self.tasks.update_quietly(item.user_id, item.id, position=position)
            await self.refuse_circle("This order cannot be: one of the parts waits for another in the other direction.")
            await self.tasks.flag_parts(parent.user_id, parent.id)
            await self.scope.changed(LeaseKind.PLAN)
        return parent

    async def replace_all(self, parent: Task) -> None:
        """The slots of the parts no longer fit: new first slots now, but for pins, and the planner's look soon."""
        await self.tasks.flag_parts(parent.user_id, parent.id)
        for part in await self.tasks.list_parts_of(parent.user_id, parent.id):
            is_pinned = any(block.pinned for block in await self.plans.list_task_blocks(part.user_id, part.id))
            if part.status is TaskStatus.OPEN and not is_pinned:
                await PlanningService(self.scope).place_provisionally(part)

    async def refuse_circle(self, sentence: str, field: str = "parts_in_order") -> None:
        """Raise InvalidInputError with the sentence when the stored waits and parts make some task wait for itself."""
        user_id = self.scope.person.id
        parts = await ordering.list_parts(self.tasks, user_id)
        if ordering.has_circle(ordering.waits_of(await self.tasks.list_dependencies(user_id), parts)):
            raise InvalidInputError(sentence, {field: sentence})

    async def finished_parent(self, part: Task) -> Task | None:
        """The open task all of whose parts are done, now that this one is: it may be completed too."""
        parent = await self._parent(part)
        if parent is None or parent.status is not TaskStatus.OPEN:
            return None
        own = await self.tasks.list_parts_of(parent.user_id, parent.id)
        return None if any(item.status in UNFINISHED for item in own) else parent

    async def _parent(self, part: Task) -> Task | None:
        return await self.tasks.get(part.user_id, part.parent_id) if part.parent_id else None
