"""What the API answers, as typed models; instants are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


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


class ErrorOut(Schema):
    """Every error of the API."""

    error: str
    detail: str
    status_code: int
    fields: dict[str, str] = {}
