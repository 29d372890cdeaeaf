"""Doing a change set: each operation is the same service call that a button makes, with the person's own rights.

All of it happens in the scope's one transaction, or nothing; a rehearsal of it is `services.what_if`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant import telling
from assistant.operations import (
    ActOnTask,
    AddEvent,
    AddTask,
    CatchUp,
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
from errors import InvalidInputError
from models import Task
from planning.hours import HourRange, WeeklyHours
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import wording
from services.advice import AdviceService
from services.away import AwayService
from services.briefs import hours_in_words
from services.events import EventEdit, EventService, Pin, Saved
from services.hour_service import HourService
from services.runs import ask_plan
from services.scope import Scope
from services.task_form import TaskEdit, Value
from services.tasks import TaskService
from services.time_entries import TimeEntryService

COLUMNS = (
    *("title", "context", "duration_minutes", "importance", "earliest_at", "deadline_at", "deadline_is_hard"),
    *("min_chunk_minutes",),
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done, in sentences, the task or busy time that it was done to, and the pins that it let go."""

    sentence: str
    task_id: int | None = None
    event_id: int | None = None
    released: tuple[Pin, ...] = ()


class ChangeService:
    """Does operations one after the other."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskService(scope)

    async def apply(self, operations: Sequence[Operation]) -> tuple[Applied, ...]:
        """Do all of them. Raises what the service calls raise, at the first that is refused: then nothing is done."""
        return tuple([await self._apply(operation) for operation in operations])

    async def _apply(self, operation: Operation) -> Applied:
        match operation:
            case AddTask():
                return await self._add(operation)
            case EditTask():
                return await self._edit(operation)
            case PinTask():
                task = await self._pinned(operation.task_id, operation.start_at)
                return Applied(f"“{task.title}” is pinned to {self._when(operation.start_at)}.", task.id)
            case UnpinTask():
                task = await self._pinned(operation.task_id, None)
                return Applied(f"“{task.title}” is planned by Dayloom again.", task.id)
            case ActOnTask():
                return await self._act(operation)
            case AddEvent() | EditEvent() | DeleteEvent():
                return await self._event(operation)
            case TakeOff() | WorkExtra() | UsualHours() | SetHours():
                return await self._hours(operation)
            case CatchUp() | Replan() | Reprioritise():
                return await self._planner(operation)

    async def _add(self, operation: AddTask) -> Applied:
        added = await self.tasks.add(operation.text)
        edit = EditTask(
            task_id=added.task.id,
            duration_minutes=operation.duration_minutes,
            deadline_at=operation.deadline_at,
            importance=operation.importance,
        )
        if _said(edit):
            await self._edit(edit)
        return Applied(f"Added {added.understood}.", added.task.id)

    async def _edit(self, operation: EditTask) -> Applied:
        task = await self.tasks.get(operation.task_id)
        said = _said(operation)
        task = await self._store(task, said, operation.waits_for)
        words = [self._in_words(name, value) for name, value in said.items()]
        words += [] if operation.waits_for is None else [f"waits for {wording.plural(len(operation.waits_for), 'task')}"]
        return Applied(f"“{task.title}”: {', '.join(words)}.", task.id)

    def _in_words(self, name: str, value: Value) -> str:
        """What a column becomes: "due Tue 13:00"."""
        if value is None:
            return _CLEARED[name]
        if isinstance(value, datetime):
            return f"{_NAMES[name]} {self._when(value)}"
        if name == "context":
            return "its notes are changed"
        if isinstance(value, bool):
            return "a hard deadline" if value else "a soft deadline"
        return (
            f"{_NAMES[name]} {wording.hours(value)}"
            if name.endswith("_minutes") and isinstance(value, int)
            else f"{_NAMES[name]} {value}"
        )

    async def _pinned(self, task_id: int, start_at: datetime | None) -> Task:
        task = await self.tasks.get(task_id)
        return await self.tasks.edit(task.id, TaskEdit(task.version, {}, await self._waits_for(task), start_at))

    async def _store(self, task: Task, said: dict[str, Value], waits_for: tuple[int, ...] | None) -> Task:
        """The dialog with nothing but this changed."""
        blocks = await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
        pin_at = next((block.start_at for block in blocks if block.pinned), None)
        waits = await self._waits_for(task) if waits_for is None else waits_for
        return await self.tasks.edit(task.id, TaskEdit(task.version, said, waits, pin_at, says_pin=False))

    async def _waits_for(self, task: Task) -> tuple[int, ...]:
        waits = await TaskRepository(self.scope.session).list_waits_for(task.user_id, task.id)
        return tuple(other for other, _ in waits)

    async def _act(self, operation: ActOnTask) -> Applied:
        entries, task_id = TimeEntryService(self.scope), operation.task_id
        match operation.kind:
            case "start_task":
                task, word = await entries.start(task_id), "Started"
            case "stop_task":
                task, word = await entries.stop(task_id), "Stopped"
            case "complete_task":
                task, word = await entries.complete(task_id), "Completed"
            case "reopen_task":
                task, word = await entries.reopen(task_id), "Reopened"
            case "cancel_task":
                task, word = await entries.cancel(task_id), "Cancelled"
            case "delete_task":
                task, word = await self.tasks.delete(task_id), "Deleted"
            case "restore_task":
                task, word = await self.tasks.restore(task_id), "Brought back"
        return Applied(f"{word} “{task.title}”.", task.id)

    async def _event(self, operation: AddEvent | EditEvent | DeleteEvent) -> Applied:
        events = EventService(self.scope)
        if isinstance(operation, DeleteEvent):
            return Applied(f"Removed “{(await events.delete(operation.event_id)).title}”.")
        if isinstance(operation, AddEvent):
            saved = await events.add(EventEdit(operation.title, operation.start_at, operation.end_at, 0))
            return self._busy(saved, f"“{saved.event.title}” is in the calendar, {self._when(saved.event.start_at)}.")
        event = await events.get(operation.event_id)
        start = (operation.start_at or event.start_at).astimezone(UTC)
        end = operation.end_at.astimezone(UTC) if operation.end_at else start + (event.end_at - event.start_at)
        if end <= start:
            raise InvalidInputError("A busy time must end after it starts.")
        saved = await events.edit(event.id, EventEdit(operation.title or event.title, start, end, event.version))
        return self._busy(
            saved, f"“{saved.event.title}” is {self._when(start)} to {wording.clock(end, self.scope.person.zone)}."
        )

    def _busy(self, saved: Saved, said: str) -> Applied:
        return Applied(f"{said}{saved.consequence}", None, saved.event.id, saved.released)

    async def _hours(self, operation: TakeOff | WorkExtra | UsualHours | SetHours) -> Applied:
        hours = HourService(self.scope)
        match operation:
            case TakeOff():
                await hours.take_off(operation.first_on, operation.last_on)
                return Applied(f"{_days(operation)} off.")
            case UsualHours():
                await hours.remove_exception(operation.hour_set_id, operation.first_on, operation.last_on)
                return Applied(f"{_days(operation)} planned in the usual hours again.")
            case SetHours():
                ranges = [HourRange(item.weekday, item.start_minute, item.end_minute) for item in operation.ranges]
                item = await hours.set_weekly(operation.hour_set_id, ranges)
                return Applied(f"“{item.name}” is {hours_in_words(WeeklyHours(tuple(ranges))) or 'empty'} from now on.")
        sets = await hours.sets()
        usual = next((item for item in sets if item.id == operation.hour_set_id), sets[0])
        stretches = (*usual.weekly.on(operation.day), (operation.start_minute, operation.end_minute))
        await hours.set_exception(usual.id, operation.day, stretches)
        span = f"{telling.minute_of_day(operation.start_minute)} to {telling.minute_of_day(operation.end_minute)}"
        return Applied(f"You work on {wording.short_day(operation.day)} from {span} too.")

    async def _planner(self, operation: CatchUp | Replan | Reprioritise) -> Applied:
        match operation:
            case CatchUp():
                count = await AwayService(self.scope).catch_up()
                return Applied(f"{wording.plural(count, 'task')} planned from now on.")
            case Replan():
                await ask_plan(self.scope)
                return Applied("Planning again.")
            case Reprioritise():
                await AdviceService(self.scope).ask_again()
                return Applied("Priorities are being computed again.")

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.scope.now, self.scope.person.zone)


def _said(edit: EditTask) -> dict[str, Value]:
    """The columns that an edit changes, and what they become."""
    said = {name: value for name in COLUMNS if (value := getattr(edit, name)) is not None}
    return said | dict.fromkeys(edit.cleared)


_NAMES = {
    "title": "now called",
    "duration_minutes": "takes",
    "importance": "importance",
    "earliest_at": "not before",
    "deadline_at": "due",
    "deadline_is_hard": "deadline",
    "min_chunk_minutes": "in pieces of at least",
}
_CLEARED = {
    "importance": "importance no longer said",
    "earliest_at": "may start at any time",
    "deadline_at": "no longer due",
    "min_chunk_minutes": "in one piece again",
}


def _days(operation: TakeOff | UsualHours) -> str:
    """ "Fri 27 Nov is", "Fri 27 Nov to Sun 29 Nov are"."""
    first, last = wording.short_day(operation.first_on), wording.short_day(operation.last_on)
    return f"{first} is" if first == last else f"{first} to {last} are"
