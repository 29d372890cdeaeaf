"""What a person can have done to their tasks and their time, as typed operations on ids: the vocabulary of every change set.

Chat, previews and repairs all speak it; what an operation does is the services' business, and nothing else can be expressed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MAX_OPERATIONS = 50
MAX_DURATION_MINUTES = 7 * 24 * 60
DAY = 1440

Id = Annotated[int, Field(ge=1, lt=2**63)]
Minutes = Annotated[int, Field(ge=1, le=MAX_DURATION_MINUTES)]


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AddTask(_Operation):
    """Add a task by a line of text, read as quick-add reads it; what is given beside it counts more."""

    kind: Literal["add_task"] = "add_task"
    text: str = Field(min_length=1, max_length=2000)
    duration_minutes: Minutes | None = None
    deadline_at: AwareDatetime | None = None
    importance: int | None = Field(default=None, ge=1, le=4)


class EditTask(_Operation):
    """Change what is given of a task; None leaves it as it is, and `cleared` takes away."""

    kind: Literal["edit_task"] = "edit_task"
    task_id: Id
    title: str | None = Field(default=None, min_length=1, max_length=500)
    duration_minutes: Minutes | None = None
    importance: int | None = Field(default=None, ge=1, le=4)
    earliest_at: AwareDatetime | None = None
    deadline_at: AwareDatetime | None = None
    deadline_is_hard: bool | None = None
    min_chunk_minutes: Minutes | None = None
    context: str | None = Field(default=None, max_length=10_000)
    waits_for: tuple[Id, ...] | None = Field(default=None, max_length=50)
    cleared: tuple[Literal["importance", "earliest_at", "deadline_at", "min_chunk_minutes"], ...] = ()


class PinTask(_Operation):
    """Plan a task at a time, and keep it there."""

    kind: Literal["pin_task"] = "pin_task"
    task_id: Id
    start_at: AwareDatetime


class UnpinTask(_Operation):
    """Let the planner have a pinned task back."""

    kind: Literal["unpin_task"] = "unpin_task"
    task_id: Id


class ActOnTask(_Operation):
    """One of the buttons of a task."""

    kind: Literal["start_task", "stop_task", "complete_task", "reopen_task", "cancel_task", "delete_task", "restore_task"]
    task_id: Id


class AddEvent(_Operation):
    """Add a busy time."""

    kind: Literal["add_event"] = "add_event"
    title: str = Field(min_length=1, max_length=500)
    start_at: AwareDatetime
    end_at: AwareDatetime


class EditEvent(_Operation):
    """Change what is given of a busy time; one whose start alone is given keeps its length."""

    kind: Literal["edit_event"] = "edit_event"
    event_id: Id
    title: str | None = Field(default=None, min_length=1, max_length=500)
    start_at: AwareDatetime | None = None
    end_at: AwareDatetime | None = None


class DeleteEvent(_Operation):
    """Remove a busy time."""

    kind: Literal["delete_event"] = "delete_event"
    event_id: Id


class TakeOff(_Operation):
    """No work on these days."""

    kind: Literal["take_off"] = "take_off"
    first_on: date
    last_on: date


class WorkExtra(_Operation):
    """Work at these hours of a day beside the usual ones (local minutes of the day), in a set of hours (None: the first)."""

    kind: Literal["work_extra"] = "work_extra"
    day: date
    start_minute: int = Field(ge=0, lt=DAY)
    end_minute: int = Field(gt=0, le=DAY)
    hour_set_id: Id | None = None


class UsualHours(_Operation):
    """Give days that differ their usual hours again: those that differ in all sets (None), or in one."""

    kind: Literal["usual_hours"] = "usual_hours"
    first_on: date
    last_on: date
    hour_set_id: Id | None = None


class DayHours(_Operation):
    """A stretch of every week: a weekday (0 = Monday) and local minutes of the day."""

    weekday: int = Field(ge=0, le=6)
    start_minute: int = Field(ge=0, lt=DAY)
    end_minute: int = Field(gt=0, le=DAY)


class SetHours(_Operation):
    """Work at these hours of every week from now on, in a set of hours (None: the first)."""

    kind: Literal["set_hours"] = "set_hours"
    ranges: tuple[DayHours, ...] = Field(max_length=21)
    hour_set_id: Id | None = None


class Replan(_Operation):
    """Have the planner look at everything again."""

    kind: Literal["replan"] = "replan"


class Reprioritise(_Operation):
    """Have all priorities computed again."""

    kind: Literal["reprioritise"] = "reprioritise"


class CatchUp(_Operation):
    """Plan anew what was not started while the person was away."""

    kind: Literal["catch_up"] = "catch_up"


Operation: TypeAlias = Annotated[
    AddTask
    | EditTask
    | PinTask
    | UnpinTask
    | ActOnTask
    | AddEvent
    | EditEvent
    | DeleteEvent
    | TakeOff
    | WorkExtra
    | UsualHours
    | SetHours
    | Replan
    | Reprioritise
    | CatchUp,
    Field(discriminator="kind"),
]


class ChangeSet(BaseModel):
    """Operations to be done one after the other, all of them or none."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"operations": [{"kind": "take_off", "first_on": "2026-11-27", "last_on": "2026-11-27"}]}]
        },
    )

    operations: tuple[Operation, ...] = Field(default=(), max_length=MAX_OPERATIONS)
