"""The way back from an operation, as operations: computed before it is done, from what stands then.

What cannot be taken back has none (None), and is confirmed first; what changes nothing of the person's has an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from assistant.operations import (
    ActOnTask,
    AddEvent,
    AddTask,
    CatchUp,
    DayHours,
    DeleteEvent,
    EditEvent,
    EditTask,
    Operation,
    PinTask,
    Replan,
    Reprioritise,
    SetHours,
    TakeOff,
    UnpinTask,
    UsualHours,
    WorkExtra,
)
from models import TaskStatus
from repositories.hours import HourRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import hours
from services.changes import COLUMNS, Applied
from services.events import EventService
from services.scope import Scope
from services.tasks import TaskService

Clearable = Literal["importance", "earliest_at", "deadline_at", "min_chunk_minutes"]
CLEARABLE: tuple[Clearable, ...] = ("importance", "earliest_at", "deadline_at", "min_chunk_minutes")


class WayBack:
    """Reads what stands, for one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)

    async def pins(self) -> Mapping[int, datetime]:
        """Where tasks are pinned ahead of now."""
        blocks = await PlanRepository(self.scope.session).list_blocks(self.scope.person.id, self.scope.now)
        return {block.task_id: block.start_at for block in reversed(blocks) if block.pinned and block.start_at > self.scope.now}

    async def of(self, operation: Operation) -> tuple[Operation, ...] | None:
        """What would undo the operation as things stand now; what is added gets its id from `added`."""
        match operation:
            case AddTask() | AddEvent() | CatchUp() | Replan() | Reprioritise():
                return ()
            case EditTask():
                return await self._edit(operation)
            case ActOnTask():
                return await self._act(operation)
            case PinTask() | UnpinTask():
                return await self._pin(operation.task_id)
            case EditEvent() | DeleteEvent():
                return await self._event(operation)
            case TakeOff() | WorkExtra() | UsualHours() | SetHours():
                return await self._hours(operation)

    def added(self, operation: Operation, applied: Applied) -> tuple[Operation, ...]:
        """What takes away what an operation has added."""
        if isinstance(operation, AddTask) and applied.task_id is not None:
            return (ActOnTask(kind="delete_task", task_id=applied.task_id),)
        if isinstance(operation, AddEvent) and applied.event_id is not None:
            return (DeleteEvent(event_id=applied.event_id),)
        return ()

    async def lost_pins(self, before: Mapping[int, datetime], back: Sequence[Operation]) -> tuple[Operation, ...]:
        """Pins that something else has taken away, to be set again at the end of the way back."""
        after = await self.pins()
        known = {item.task_id for item in back if isinstance(item, PinTask | UnpinTask)}
        return tuple(
            PinTask(task_id=task_id, start_at=at)
            for task_id, at in before.items()
            if after.get(task_id) != at and task_id not in known
        )

    async def _edit(self, operation: EditTask) -> tuple[Operation, ...]:
        task = await TaskService(self.scope).get(operation.task_id)
        changed = [name for name in COLUMNS if getattr(operation, name) is not None or name in operation.cleared]
        values = {name: getattr(task, name) for name in changed}
        cleared = tuple(name for name in CLEARABLE if name in values and values[name] is None)
        waits = None
        if operation.waits_for is not None:
            waits = tuple(other for other, _ in await self.tasks.list_waits_for(task.user_id, task.id))
        given = {name: value for name, value in values.items() if value is not None}
        return (EditTask.model_validate({"task_id": task.id, **given, "cleared": cleared, "waits_for": waits}),)

    async def _act(self, operation: ActOnTask) -> tuple[Operation, ...]:
        task_id = operation.task_id
        task = await self.tasks.get(self.scope.person.id, task_id, with_deleted=True)
        was_active = task is not None and task.status is TaskStatus.ACTIVE
        again: tuple[Operation, ...] = (ActOnTask(kind="start_task", task_id=task_id),) if was_active else ()
        match operation.kind:
            case "start_task":
                return (ActOnTask(kind="stop_task", task_id=task_id),)
            case "stop_task":
                return (ActOnTask(kind="start_task", task_id=task_id),)
            case "complete_task" | "cancel_task":
                return (ActOnTask(kind="reopen_task", task_id=task_id), *again)
            case "reopen_task":
                was_cancelled = task is not None and task.status is TaskStatus.CANCELLED
                return (ActOnTask(kind="cancel_task" if was_cancelled else "complete_task", task_id=task_id),)
            case "delete_task":
                return (ActOnTask(kind="restore_task", task_id=task_id), *again)
            case "restore_task":
                return (ActOnTask(kind="delete_task", task_id=task_id),)

    async def _pin(self, task_id: int) -> tuple[Operation, ...]:
        at = (await self.pins()).get(task_id)
        return (PinTask(task_id=task_id, start_at=at),) if at else (UnpinTask(task_id=task_id),)

    async def _event(self, operation: EditEvent | DeleteEvent) -> tuple[Operation, ...]:
        event = await EventService(self.scope).get(operation.event_id)
        if isinstance(operation, DeleteEvent):
            return (AddEvent(title=event.title, start_at=event.start_at, end_at=event.end_at),)
        return (EditEvent(event_id=event.id, title=event.title, start_at=event.start_at, end_at=event.end_at),)

    async def _hours(self, operation: TakeOff | WorkExtra | UsualHours | SetHours) -> tuple[Operation, ...] | None:
        """Dates that differ already cannot be put back by one operation, nor can weeks that take turns."""
        if isinstance(operation, SetHours):
            return await self._weekly(operation)
        first, last = (
            (operation.day, operation.day) if isinstance(operation, WorkExtra) else (operation.first_on, operation.last_on)
        )
        rows = await HourRepository(self.scope.session).list_exceptions(self.scope.person.id, first, last)
        if isinstance(operation, UsualHours):
            is_off = len(rows) == (last - first).days + 1
            are_free = all(row.start_minute is None and row.hour_set_id is None and not row.note for row in rows)
            return (TakeOff(first_on=first, last_on=last),) if is_off and are_free else None
        if rows:
            return None
        sets = await hours.load(self.scope.session, self.scope.person.id, self.scope.now)
        set_id = (operation.hour_set_id or sets[0].id) if isinstance(operation, WorkExtra) else None
        return (UsualHours(first_on=first, last_on=last, hour_set_id=set_id),)

    async def _weekly(self, operation: SetHours) -> tuple[Operation, ...] | None:
        sets = await hours.load(self.scope.session, self.scope.person.id, self.scope.now)
        item = next((item for item in sets if item.id == operation.hour_set_id), sets[0])
        if item.weekly.cycle_weeks > 1 or not item.weekly.ranges:
            return None
        ranges = tuple(
            DayHours(weekday=r.weekday, start_minute=r.start_minute, end_minute=r.end_minute) for r in item.weekly.ranges
        )
        return (SetHours(ranges=ranges, hour_set_id=item.id),)
