"""A turn of the chat as typed values: what its reader may know of a person's things, and what a message was understood as.

Operations and questions name things by ids that the view has shown; what they do and answer is the services' business.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, TypeAlias

from pydantic import AwareDatetime, Field

from assistant.advice import CallRecord, Frozen, Source
from assistant.operations import MAX_OPERATIONS, Id, Operation

MAX_MESSAGE = 2_000
Status = Literal["open", "active", "completed", "cancelled", "deleted"]


class TaskView(Frozen):
    """What the chat may know of a task. `start_at` to `end_at` is its (first) slot; None: it has no place."""

    id: int
    title: str
    status: Status = "open"
    duration_minutes: int = 30
    start_at: AwareDatetime | None = None
    end_at: AwareDatetime | None = None
    pinned: bool = False
    earliest_at: AwareDatetime | None = None
    deadline_at: AwareDatetime | None = None
    importance: int | None = None
    priority: float | None = None
    parent_id: int | None = None
    waits_for: tuple[int, ...] = ()
    context: str = ""

    @property
    def is_live(self) -> bool:
        """Still to be done."""
        return self.status in {"open", "active"}

    @property
    def is_late(self) -> bool:
        """Late by the plan, or open with no place in it."""
        if self.end_at is not None and self.deadline_at is not None and self.is_live:
            return self.end_at > self.deadline_at
        return self.status == "open" and self.start_at is None


class EventView(Frozen):
    """What the chat may know of a busy time."""

    id: int
    title: str
    start_at: AwareDatetime
    end_at: AwareDatetime


class Option(Frozen):
    """One way to go on: its words, and what it would do."""

    label: str
    operations: tuple[Operation, ...]


class View(Frozen):
    """A bounded view of one person's things. `live_total` counts all their tasks still to be done, shown or not; `named` are
    the tasks that the talk was about last, in order; `offers` is the choice that was shown last and is still open."""

    now: AwareDatetime
    timezone: str
    tasks: tuple[TaskView, ...] = ()
    live_total: int = 0
    events: tuple[EventView, ...] = ()
    hours: str = ""
    about: str = ""
    named: tuple[int, ...] = ()
    offers: tuple[Option, ...] = ()

    @property
    def running(self) -> TaskView | None:
        """The task that runs now."""
        return next((task for task in self.tasks if task.status == "active"), None)

    @property
    def is_whole(self) -> bool:
        """Whether every task that is still to be done is shown."""
        return sum(task.is_live for task in self.tasks) >= self.live_total

    def task(self, task_id: int) -> TaskView | None:
        """The task of that id, if it is shown."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def event(self, event_id: int) -> EventView | None:
        """The busy time of that id, if it is shown."""
        return next((event for event in self.events if event.id == event_id), None)


class Turn(Frozen):
    """A message of the talk so far."""

    who: Literal["person", "dayloom"]
    text: str


class ListPlan(Frozen):
    """What is planned, was done, or is due within `[start_at, end_at)`."""

    kind: Literal["list_plan"] = "list_plan"
    start_at: AwareDatetime
    end_at: AwareDatetime
    what: Literal["planned", "done", "due"] = "planned"


class ListTasks(Frozen):
    """The tasks still to be done that are open at all, urgent, past their deadline, or without a place."""

    kind: Literal["list_tasks"] = "list_tasks"
    which: Literal["open", "urgent", "overdue", "unplaced"] = "open"


class Simple(Frozen):
    """What comes next, what runs, what is at risk, and what the chat can do."""

    kind: Literal["whats_next", "whats_running", "whats_at_risk", "help"]


class AmIFree(Frozen):
    """Which time within `[start_at, end_at)` is free; a moment asks about that moment."""

    kind: Literal["am_i_free"] = "am_i_free"
    start_at: AwareDatetime
    end_at: AwareDatetime


class AboutTask(Frozen):
    """Why a task lies where it lies, or how it stands."""

    kind: Literal["why", "about"]
    task_id: Id


class WhatIf(Frozen):
    """What would become of the plan, with nothing done."""

    kind: Literal["what_if"] = "what_if"
    operations: tuple[Operation, ...] = Field(min_length=1, max_length=MAX_OPERATIONS)


Question: TypeAlias = Annotated[
    ListPlan | ListTasks | Simple | AmIFree | AboutTask | WhatIf,
    Field(discriminator="kind"),
]


class Choice(Frozen):
    """Several things match: which is meant."""

    sentence: str
    options: tuple[Option, ...] = Field(min_length=1)


class Understood(Frozen):
    """What a message comes to. `is_certain`: rules read every word of it and nothing was matched by likeness.

    `is_unasked`: something in it goes beyond the person's own words, so it must be shown before it is done.
    `sentence` says what cannot be done and what can, or answers small talk; `fallback_reason` says why rules answered
    although a model was asked.
    """

    operations: tuple[Operation, ...] = Field(default=(), max_length=MAX_OPERATIONS)
    questions: tuple[Question, ...] = ()
    choices: tuple[Choice, ...] = ()
    sentence: str = ""
    is_certain: bool = False
    is_unasked: bool = False
    source: Source = "rules"
    fallback_reason: str | None = None
    calls: tuple[CallRecord, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was understood at all."""
        return not (self.operations or self.questions or self.choices or self.sentence)


class ChatAssistant(Protocol):
    """Whoever understands messages; it always answers and never raises for what a model did."""

    async def understand(self, message: str, view: View, history: tuple[Turn, ...] = ()) -> Understood: ...
