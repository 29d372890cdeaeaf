"""What the API answers about the plan, and the shape of its errors, as typed models; instants are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import orjson
from fastapi import Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, JsonValue
from pydantic_core import PydanticCustomError

from assistant.operations import ChangeSet

Example: TypeAlias = dict[str, JsonValue]
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _near(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise PydanticCustomError("far_away", f"The year must be from {FIRST_YEAR} to {LAST_YEAR}.")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_near)]
"""An instant that a program may ask about: near enough for the calendar and for every zone."""


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True)


def sent(values: Mapping[str, object]) -> Response:
    """An answer of plain values that have the names and types of its schema already, written as pydantic writes them; for long
    lists, whose models take longer to check and to write than their rows to read."""
    return Response(orjson.dumps(values, option=orjson.OPT_UTC_Z), media_type="application/json")


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


class AtRiskOut(Schema):
    """A task that would end so many minutes after its deadline, or (null) has no place for all of it."""

    task_id: int
    title: str
    late_minutes: int | None


class PlanOut(Schema):
    """A person's plan as it stands: `version` moves with each change of it. Of the tasks at risk, the most pressing come first;
    among them are those that have no place."""

    version: int
    now: AwareDatetime
    timezone: str
    blocks: tuple[BlockOut, ...]
    unplaced: tuple[UnplacedOut, ...]
    at_risk: tuple[AtRiskOut, ...]


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
    """What came of taking a run back: the titles of what was taken back, those among them that had no place before it and were
    placed anew, and why others are not where they were."""

    restored: tuple[str, ...]
    placed_anew: tuple[str, ...]
    left: tuple[str, ...]


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


class ErrorOut(Schema):
    """Every error of the API: what kind, a sentence that says what to do, and a sentence for each field at fault."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": "That does not work",
                    "detail": "Some fields need another look.",
                    "status_code": 422,
                    "fields": {"deadline": "This deadline has passed. Choose one that lies ahead."},
                }
            ]
        }
    )

    error: str
    detail: str
    status_code: int
    fields: dict[str, str] = {}
