"""From the steps that a model names to operations and questions that hold: known kinds, ids that it was shown, whole times.

One step that does not hold spoils all of them: half of what was meant may be worse than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.chat import Choice, Option, Question, TaskView, View
from assistant.operations import MAX_OPERATIONS, DayHours, Operation
from assistant.reading import Reading
from assistant.sanitise import compact

OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
MAX_STEPS = MAX_OPERATIONS
MOST_CANDIDATES = 6
_TIMES = ("start_at", "end_at", "earliest_at", "deadline_at")

QuestionKind = Literal[
    "list_plan",
    "list_tasks",
    "whats_next",
    "whats_running",
    "whats_at_risk",
    "help",
    "am_i_free",
    "why",
    "about",
]
OperationKind = Literal[
    "add_task",
    "edit_task",
    "pin_task",
    "unpin_task",
    "start_task",
    "stop_task",
    "complete_task",
    "reopen_task",
    "cancel_task",
    "delete_task",
    "restore_task",
    "add_event",
    "edit_event",
    "delete_event",
    "take_off",
    "work_extra",
    "usual_hours",
    "set_hours",
    "replan",
    "reprioritise",
    "catch_up",
]
QUESTIONS = frozenset(get_args(QuestionKind))


class StepGuess(BaseModel):
    """One thing to do or to answer; only the fields that its kind needs. Times are local ISO 8601, `2026-11-23T09:00`."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=compact)

    kind: OperationKind | QuestionKind
    task_id: int | None = Field(default=None, validation_alias=AliasChoices("task_id", "id"))
    candidates: list[int] | None = Field(default=None, description="ids of the tasks that match alike, instead of task_id")
    what_if: bool = False
    event_id: int | None = None
    text: str | None = None
    title: str | None = None
    context: str | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    earliest_at: datetime | None = None
    deadline_at: datetime | None = None
    deadline_is_hard: bool | None = None
    duration_minutes: int | None = None
    min_chunk_minutes: int | None = None
    importance: int | None = None
    waits_for: list[int] | None = None
    cleared: list[str] | None = None
    day: date | None = None
    first_on: date | None = None
    last_on: date | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    ranges: list[DayHours] | None = None
    what: str | None = None
    which: str | None = None


class UnusableStep(Exception):  # noqa: N818 - read as a state
    """A step that cannot be: the whole answer is not used."""


@dataclass
class Steps:
    """What the steps come to."""

    operations: list[Operation] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    imagined: list[Operation] = field(default_factory=list)


def to_steps(guesses: Sequence[StepGuess], view: View, shown: Iterable[TaskView]) -> Steps:
    """Read all of them. Raises UnusableStep for an id that was not shown, a field that does not fit, or too many."""
    if len(guesses) > MAX_STEPS:
        raise UnusableStep(f"{len(guesses)} steps")
    reader = _Reader(view, {task.id: task for task in shown})
    for guess in guesses:
        reader.read(guess)
    if reader.steps.imagined:
        reader.steps.questions.append(_checked_question({"kind": "what_if", "operations": tuple(reader.steps.imagined)}))
    return reader.steps


class _Reader:
    def __init__(self, view: View, tasks: dict[int, TaskView]) -> None:
        self.view = view
        self.zone = ZoneInfo(view.timezone)
        self.tasks = tasks
        self.events = {event.id for event in view.events}
        self.steps = Steps()

    def read(self, guess: StepGuess) -> None:
        fields = self._fields(guess)
        if guess.kind in QUESTIONS:
            self.steps.questions.append(_checked_question(fields))
        elif guess.candidates and guess.task_id is None:
            self.steps.choices.append(self._choice(guess.candidates, fields))
        elif guess.what_if:
            self.steps.imagined.append(self._checked(fields))
        else:
            self.steps.operations.append(self._checked(fields))

    def _fields(self, guess: StepGuess) -> dict[str, object]:
        fields = guess.model_dump(exclude_none=True, exclude={"candidates", "what_if"})
        for name in _TIMES:
            if isinstance(at := fields.get(name), datetime):
                fields[name] = at if at.tzinfo else at.replace(tzinfo=self.zone)
        return fields

    def _checked(self, fields: dict[str, object]) -> Operation:
        named = {fields.get("task_id"), *(_ints(fields.get("waits_for")))} - {None}
        if not named <= {*self.tasks} or fields.get("event_id") not in {None, *self.events}:
            raise UnusableStep("an id that was not shown")
        try:
            return OPERATION.validate_python(fields)
        except (ValidationError, OverflowError) as error:
            raise UnusableStep(str(error)[:200]) from error

    def _choice(self, candidates: Sequence[int], fields: dict[str, object]) -> Choice:
        options = []
        for task_id in dict.fromkeys(candidates):
            operation = self._checked(fields | {"task_id": task_id})
            options.append(Option(label=Reading(self.view).label(self.tasks[task_id]), operations=(operation,)))
        return Choice(sentence="Which one do you mean?", options=tuple(options[:MOST_CANDIDATES]))


def _checked_question(fields: dict[str, object]) -> Question:
    try:
        return QUESTION.validate_python(fields)
    except (ValidationError, OverflowError) as error:
        raise UnusableStep(str(error)[:200]) from error


def _ints(value: object) -> list[int]:
    return [item for item in value if isinstance(item, int)] if isinstance(value, list) else []
