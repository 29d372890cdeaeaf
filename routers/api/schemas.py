"""What the API answers, as typed models; instants are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt

from assistant.operations import ChangeSet

MAX_TEXT = 20_000


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class BlockOut(Schema):
    """One stretch of time in which a task is planned."""

    task_id: int
    task: str
    start: AwareDatetime
    end: AwareDatetime
    source: Literal["provisional", "planner", "user"]
    pinned: bool
    reason: str


class UnplacedOut(Schema):
    """A task that the plan has no place for, and why."""

    task_id: int
    task: str
    reason: str


class PlanOut(Schema):
    """A person's plan as it stands: `version` moves with each change of it."""

    version: int
    now: AwareDatetime
    timezone: str
    blocks: tuple[BlockOut, ...]
    unplaced: tuple[UnplacedOut, ...]


class SpotOut(Schema):
    """One block of a task at some moment."""

    start_at: AwareDatetime
    end_at: AwareDatetime
    pinned: bool


class ChangeOut(Schema):
    """A task whose place differs: where it was, where it is, and why."""

    task_id: int
    title: str
    kind: Literal["added", "moved", "removed"]
    before: tuple[SpotOut, ...]
    after: tuple[SpotOut, ...]
    why: str


class VersionOut(Schema):
    """One run of the planner. `cost` is in points by term, `total` the number of blocks before it."""

    id: int
    plan_version: int
    at: AwareDatetime
    seconds: float
    engine: str
    status: str
    summary: str
    cost: dict[str, int]
    changes: tuple[ChangeOut, ...]
    total: int
    undone_at: AwareDatetime | None
    can_undo: bool


class UndoneOut(Schema):
    """What came of taking a run back: the titles that are back, and why others are not."""

    restored: tuple[str, ...]
    left: tuple[str, ...]


class AtRiskOut(Schema):
    """A task that would end so many minutes after its deadline, or (null) have no place."""

    task_id: int
    title: str
    late_minutes: int | None


class PreviewOut(Schema):
    """The plan as it would be after a change set. Nothing is stored; ids of new tasks are not those that they will have."""

    summary: str
    applied: tuple[str, ...]
    changes: tuple[ChangeOut, ...]
    total: int
    new_risks: tuple[AtRiskOut, ...]
    solved_risks: tuple[AtRiskOut, ...]


class OptionOut(Schema):
    """Something that could be done: in words, and as the change set that `preview` and `apply` take."""

    title: str
    cost: str
    change_set: ChangeSet


class ExplanationOut(Schema):
    """Why a task is where it is, and what else was possible."""

    task_id: int
    reason: str
    alternatives: tuple[OptionOut, ...]


class TaskOut(Schema):
    """One task. Durations are minutes; priority is 0.0 to 10.0, importance 1 (highest) to 4 or null."""

    id: int
    title: str
    context: str
    status: Literal["open", "active", "completed", "cancelled"]
    importance: int | None
    priority: float | None
    priority_reason: str
    duration_minutes: int
    duration_source: str
    earliest: AwareDatetime | None
    deadline: AwareDatetime | None
    deadline_is_hard: bool
    needs_scheduling: bool
    advice_source: str | None
    created: AwareDatetime
    completed: AwareDatetime | None
    version: int


class TasksOut(Schema):
    """A page of tasks, the newest first."""

    tasks: tuple[TaskOut, ...]
    total: int
    page: int
    page_size: int
    has_more: bool


class ParseIn(BaseModel):
    """A line of text as it would be typed into the quick-add field, and when and where it is said.

    What is left out is the present, the person's own zone and their way to write dates. `ignored` are stretches of the text to
    be left in the title, as [start, end) in characters.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MAX_TEXT)]
    now: AwareDatetime | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    day_first: bool | None = None
    ignored: Annotated[list[tuple[NonNegativeInt, NonNegativeInt]], Field(max_length=50)] = []


class RecurrenceOut(Schema):
    """How a task repeats: an RRULE in local wall time, of which `start` (or `date`) is the first occurrence."""

    rrule: str


class WindowOut(Schema):
    """Times of the day that would suit, as HH:MM."""

    start: Annotated[str, Field(alias="from")]
    end: Annotated[str, Field(alias="to")]


class ParsedOut(Schema):
    """What was understood; what was not said is absent. Times are local and naive, ISO 8601; `priority` is 1 (highest) to 4."""

    title: str
    date: str | None = None
    start: str | None = None
    end: str | None = None
    end_date: str | None = None
    time: str | None = None
    duration_min: int | None = None
    deadline: str | None = None
    earliest: str | None = None
    recurrence: RecurrenceOut | None = None
    priority: int | None = None
    labels: list[str] | None = None
    project: str | None = None
    assignees: list[str] | None = None
    after: list[str] | None = None
    chunk_min: int | None = None
    energy: Literal["high", "medium", "low"] | None = None
    windows: list[WindowOut] | None = None
    context: str | None = None
    problems: list[str] | None = None


class ErrorOut(Schema):
    """Every error of the API."""

    error: str
    detail: str
    status_code: int
    fields: dict[str, str] = {}
