"""Operations in words, before they are done: what a confirmation shows. It reads no database and does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

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
from services import wording
from services.scope import Scope

_VERBS = {
    "start_task": "Start",
    "stop_task": "Stop",
    "complete_task": "Complete",
    "reopen_task": "Reopen",
    "cancel_task": "Cancel",
    "delete_task": "Delete",
    "restore_task": "Bring back",
}


class Wordings:
    """Sentences about operations, with the titles of what they are about."""

    def __init__(self, scope: Scope, tasks: Mapping[int, str], events: Mapping[int, str]) -> None:
        self.scope = scope
        self.tasks = tasks
        self.events = events

    def of(self, operation: Operation) -> str:
        """ "Delete “Write report”", "Take Fri 27 Nov off"."""
        match operation:
            case AddTask():
                return f"Add “{operation.text}”"
            case EditTask():
                return f"Change “{self._task(operation.task_id)}”: {self._changes(operation)}"
            case PinTask():
                return f"Pin “{self._task(operation.task_id)}” to {self._when(operation.start_at)}"
            case UnpinTask():
                return f"Let go of the pin of “{self._task(operation.task_id)}”"
            case ActOnTask():
                return f"{_VERBS[operation.kind]} “{self._task(operation.task_id)}”"
            case AddEvent() | EditEvent() | DeleteEvent():
                return self._event(operation)
            case TakeOff() | WorkExtra() | UsualHours() | SetHours():
                return self._hours(operation)
            case CatchUp() | Replan():
                return "Plan again"
            case Reprioritise():
                return "Compute all priorities again"

    def _event(self, operation: AddEvent | EditEvent | DeleteEvent) -> str:
        if isinstance(operation, AddEvent):
            return f"Add the busy time “{operation.title}”, {self._when(operation.start_at)}"
        title = self.events.get(operation.event_id, "a busy time")
        if isinstance(operation, DeleteEvent):
            return f"Remove the busy time “{title}”"
        return f"Change the busy time “{title}”" + (f" to {self._when(operation.start_at)}" if operation.start_at else "")

    def _hours(self, operation: TakeOff | WorkExtra | UsualHours | SetHours) -> str:
        match operation:
            case SetHours():
                return "Change your usual hours"
            case WorkExtra():
                span = f"{telling.minute_of_day(operation.start_minute)} to {telling.minute_of_day(operation.end_minute)}"
                return f"Work on {wording.short_day(operation.day)} from {span} too"
            case TakeOff() | UsualHours():
                first, last = wording.short_day(operation.first_on), wording.short_day(operation.last_on)
                days = first if first == last else f"{first} to {last}"
                return f"Take {days} off" if isinstance(operation, TakeOff) else f"Work the usual hours on {days} again"

    def _changes(self, operation: EditTask) -> str:
        said = []
        if operation.title is not None:
            said.append(f"called “{operation.title}”")
        if operation.duration_minutes is not None:
            said.append(wording.hours(operation.duration_minutes))
        if operation.importance is not None:
            said.append(f"importance {operation.importance}")
        if operation.earliest_at is not None:
            said.append(f"not before {self._when(operation.earliest_at)}")
        if operation.deadline_at is not None:
            said.append(f"due {self._when(operation.deadline_at)}")
        if operation.waits_for is not None:
            said.append("waits for " + (", ".join(f"“{self._task(other)}”" for other in operation.waits_for) or "nothing"))
        said += [f"without {name.replace('_at', '').replace('_', ' ')}" for name in operation.cleared]
        return ", ".join(said) or "its details"

    def _task(self, task_id: int) -> str:
        return self.tasks.get(task_id, f"task {task_id}")

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.scope.now, self.scope.person.zone)
