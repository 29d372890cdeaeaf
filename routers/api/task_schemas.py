"""Tasks as the API takes and gives them; instants are ISO 8601 (given in UTC, taken with any offset), durations minutes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, field_validator, model_validator

from routers.api.schemas import Instant, Schema, SpotOut

MAX_TEXT = 20_000
Id = Annotated[int, Field(ge=1, lt=2**63)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Piece = Annotated[int, Field(ge=5, le=1440)]
Label = Annotated[str, Field(min_length=1, max_length=100, pattern="^[^,]*$")]
Name = Annotated[str, Field(max_length=99, pattern=r"^[^,@\s][^,]*$")]


class TaskOut(Schema):
    """One task. Durations are minutes; priority is 0.0 to 10.0, importance 1 (highest) to 4 or null. `assignees` are the people
    whom it is for, as names; "ann" stands among the labels, too, as "@ann"."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "title": "Write report",
                    "context": "",
                    "status": "open",
                    "importance": 2,
                    "priority": 6.4,
                    "priority_reason": "Due in 4 days",
                    "duration_minutes": 180,
                    "duration_source": "person",
                    "earliest": None,
                    "deadline": "2026-11-27T16:00:00Z",
                    "deadline_is_hard": False,
                    "project": "Book",
                    "labels": ["@ann", "desk"],
                    "assignees": ["ann"],
                    "parent_id": None,
                    "hour_set_id": None,
                    "energy": None,
                    "min_chunk_minutes": None,
                    "max_chunk_minutes": None,
                    "max_per_day_minutes": None,
                    "buffer_minutes": None,
                    "needs_scheduling": False,
                    "unplaced_reason": None,
                    "advice_source": "rules",
                    "created": "2026-11-23T08:00:00Z",
                    "updated": "2026-11-23T08:00:00Z",
                    "completed": None,
                    "version": 1,
                }
            ]
        }
    )

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
    project: str | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    parent_id: int | None
    hour_set_id: int | None
    energy: Literal["high", "low"] | None
    min_chunk_minutes: int | None
    max_chunk_minutes: int | None
    max_per_day_minutes: int | None
    buffer_minutes: int | None
    needs_scheduling: bool
    unplaced_reason: str | None
    advice_source: str | None
    created: AwareDatetime
    updated: AwareDatetime
    completed: AwareDatetime | None
    version: int


class TaskWholeOut(TaskOut):
    """One task with the blocks in which it is planned, by start, and the ids of the tasks that it waits for."""

    model_config = ConfigDict(json_schema_extra={"examples": []})

    blocks: tuple[SpotOut, ...]
    waits_for: tuple[int, ...]


class TasksOut(Schema):
    """A page of tasks."""

    tasks: tuple[TaskOut, ...]
    total: int
    page: int
    page_size: int
    has_more: bool


class _TaskFields(BaseModel):
    """What a program may say of a task. `start` pins it to a time, null lets the planner have it. `assignees` are the labels
    that begin with @, without it: sent alone they leave the other labels as they are."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=1000)] | None = None
    context: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    duration_minutes: Minutes | None = None
    importance: Annotated[int, Field(ge=1, le=4)] | None = None
    earliest: AwareDatetime | None = None
    deadline: AwareDatetime | None = None
    deadline_is_hard: bool | None = None
    start: AwareDatetime | None = None
    project: Annotated[str, Field(max_length=100)] | None = None
    labels: Annotated[tuple[Label, ...], Field(max_length=20)] | None = None
    assignees: Annotated[tuple[Name, ...], Field(max_length=20)] | None = None
    waits_for: Annotated[tuple[Id, ...], Field(max_length=100)] | None = None
    energy: Literal["high", "low"] | None = None
    hour_set_id: Id | None = None
    min_chunk_minutes: Piece | None = None
    max_chunk_minutes: Piece | None = None
    max_per_day_minutes: Piece | None = None
    buffer_minutes: Annotated[int, Field(ge=0, le=240)] | None = None

    @field_validator("title", "duration_minutes", "deadline_is_hard", mode="before")
    @classmethod
    def _is_something(cls, value: object) -> object:
        if value is None:
            raise ValueError("This cannot be taken away. Leave it out, and it stays as it is.")
        return value


class TaskIn(_TaskFields):
    """A new task: either `text`, a line as in the quick-add field (what is given beside it counts more), or a `title`, which is
    taken as it is. With a `parent_id` it becomes the last part of that task."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "Write report 3h by Friday 5pm high"},
                {"title": "Write report", "duration_minutes": 180, "deadline": "2026-11-27T16:00:00Z", "labels": ["desk"]},
            ]
        },
    )

    text: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    parent_id: Id | None = None

    @model_validator(mode="after")
    def _names_itself(self) -> Self:
        if (self.text is None) == (self.title is None):
            raise ValueError("Give either a text or a title.")
        return self


class TaskPatch(_TaskFields):
    """What is to change of a task; what is left out stays, null takes away. `for_all`: of a task that recurs, all that follow
    are to be like it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Write the report", "deadline": None, "labels": ["desk"]}]}
    )

    for_all: bool = False


class DependencyOut(Schema):
    """A task that another waits for."""

    id: int
    title: str


class DependenciesOut(Schema):
    """What a task waits for."""

    waits_for: tuple[DependencyOut, ...]


class DependenciesIn(BaseModel):
    """All tasks that one is to wait for, by id; none: it waits for nothing."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"waits_for": [3, 8]}]})

    waits_for: Annotated[tuple[Id, ...], Field(max_length=100)]


class ParseIn(BaseModel):
    """A line of text as it would be typed into the quick-add field, and when and where it is said.

    What is left out is the present, the person's own zone and their way to write dates. `ignored` are stretches of the text to
    be left in the title, as [start, end) in characters.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Write report 3h by Friday 5pm high", "timezone": "Europe/Berlin"}]},
    )

    text: Annotated[str, Field(max_length=MAX_TEXT)]
    now: Instant | None = None
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
