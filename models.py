"""All tables, in dependency order, with the constraints that hold under concurrency. Every row belongs to a person.

Tables know no rules beyond their constraints; instants are UTC, `*_seconds` is database time since 1970.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db import UTCDateTime

TITLE_LENGTH = 500
CONTEXT_LENGTH = 10_000

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own form


class TaskStatus(StrEnum):
    OPEN = "open"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class BlockSource(StrEnum):
    PROVISIONAL = "provisional"
    PLANNER = "planner"
    USER = "user"


class LeaseKind(StrEnum):
    ADVISE = "advise"
    PLAN = "plan"


def owner() -> Mapped[int]:
    """The column that says whose row it is."""
    return mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))


def word(values: type[StrEnum]) -> Enum:
    """A column that holds one of the enumeration's words as text; `one_of` is its constraint."""
    return Enum(values, native_enum=False, create_constraint=False, length=16, values_callable=_values)


def _values(values: type[StrEnum]) -> list[str]:
    return [value.value for value in values]


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The column holds one of the enumeration's words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


class User(Base):
    """A person."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Preferences(Base):
    """A person's settings. The model's key is encrypted; None means the environment's."""

    __tablename__ = "preferences"
    __table_args__ = (
        CheckConstraint("max_tokens BETWEEN 100 AND 10000", name="max_tokens_range"),
        CheckConstraint("temperature BETWEEN 0 AND 2", name="temperature_range"),
    )

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    timezone: Mapped[str] = mapped_column(String(64))
    ai_enabled: Mapped[bool] = mapped_column(default=True)
    model: Mapped[str] = mapped_column(String(200))
    api_base: Mapped[str | None] = mapped_column(String(500))
    api_key_encrypted: Mapped[str | None] = mapped_column(Text)
    max_tokens: Mapped[int] = mapped_column(default=2000)
    temperature: Mapped[float] = mapped_column(default=0.2)


class GlobalContext(Base):
    """What a person says about themselves, in their own words."""

    __tablename__ = "global_contexts"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class HourSet(Base):
    """A named weekly set of working times."""

    __tablename__ = "hour_sets"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    name: Mapped[str] = mapped_column(String(100))


class HourRange(Base):
    """Working time on a weekday (0 = Monday), in local minutes of the day; an end up to the start crosses midnight."""

    __tablename__ = "hour_ranges"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
        CheckConstraint("start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name="minute_range"),
        UniqueConstraint("hour_set_id", "weekday", "start_minute"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    hour_set_id: Mapped[int] = mapped_column(Id, ForeignKey("hour_sets.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class Task(Base):
    """Something to do. `needs_scheduling`: the planner must look at it; `needs_advice`: the assistant must."""

    __tablename__ = "tasks"
    __table_args__ = (
        one_of("status", TaskStatus),
        CheckConstraint("importance BETWEEN 1 AND 4", name="importance_range"),
        CheckConstraint("priority BETWEEN 0 AND 10", name="priority_range"),
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        UniqueConstraint("user_id", "submit_key"),
        Index("ix_tasks_user_id_status", "user_id", "status"),
        Index("ix_tasks_user_id_completed_at", "user_id", "completed_at"),
        Index(
            "uq_tasks_active",
            "user_id",
            unique=True,
            sqlite_where=text("status = 'active' AND deleted_at IS NULL"),
            postgresql_where=text("status = 'active' AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    context: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[TaskStatus] = mapped_column(word(TaskStatus), default=TaskStatus.OPEN)
    importance: Mapped[int | None]
    duration_minutes: Mapped[int]
    duration_source: Mapped[str] = mapped_column(String(16))
    earliest_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    deadline_is_hard: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[float | None]
    priority_source: Mapped[str | None] = mapped_column(String(16))
    priority_reason: Mapped[str] = mapped_column(Text, default="")
    advice: Mapped[dict[str, Any] | None]
    advice_source: Mapped[str | None] = mapped_column(String(16))
    advice_reason: Mapped[str] = mapped_column(Text, default="")
    unplaced_reason: Mapped[str | None] = mapped_column(Text)
    needs_scheduling: Mapped[bool] = mapped_column(default=True)
    needs_advice: Mapped[bool] = mapped_column(default=True)
    submit_key: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class TaskDependency(Base):
    """`task_id` may start when `waits_for_id` has ended."""

    __tablename__ = "task_dependencies"
    __table_args__ = (
        CheckConstraint("task_id <> waits_for_id", name="not_itself"),
        Index("ix_task_dependencies_waits_for_id", "waits_for_id"),
        Index("ix_task_dependencies_user_id", "user_id"),
    )

    user_id: Mapped[int] = owner()
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    waits_for_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)


class Block(Base):
    """One stretch of time in which a task is planned, and why it lies there."""

    __tablename__ = "blocks"
    __table_args__ = (
        one_of("source", BlockSource),
        CheckConstraint("end_at > start_at", name="ends_after_start"),
        Index("ix_blocks_user_id_start_at", "user_id", "start_at"),
        Index("ix_blocks_task_id", "task_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    source: Mapped[BlockSource] = mapped_column(word(BlockSource))
    pinned: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")


class TimeEntry(Base):
    """One stretch of real work; at most one is open for each person, and the index says so."""

    __tablename__ = "time_entries"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        Index("ix_time_entries_task_id", "task_id"),
        Index(
            "uq_time_entries_open",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TaskChange(Base):
    """A line of a task's history: who (person, planner, assistant) did what, in words."""

    __tablename__ = "task_changes"
    __table_args__ = (Index("ix_task_changes_task_id", "task_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)


class Event(Base):
    """A busy time that the planner may not touch."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("end_at > start_at", name="ends_after_start"),
        Index("ix_events_user_id_start_at", "user_id", "start_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class Plan(Base):
    """The head of a person's plan. `version` moves when anything changes that a running planner has read; `revision` moves
    with everything that a page shows, and numbers the events of the page's stream."""

    __tablename__ = "plans"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)


class RunLease(Base):
    """Work that is due for a person, and who does it. `sequence` counts what was asked; `attempt` is the fence of a claim."""

    __tablename__ = "run_leases"
    __table_args__ = (one_of("kind", LeaseKind), Index("ix_run_leases_due_seconds", "due_seconds"))

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[LeaseKind] = mapped_column(word(LeaseKind), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    due_seconds: Mapped[float | None]
    first_asked_seconds: Mapped[float | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    attempt: Mapped[int] = mapped_column(default=0)
    leased_until_seconds: Mapped[float | None]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)


class Run(Base):
    """One pass of the background planner: the plan version it made, how, and what changed."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    attempt: Mapped[int]
    plan_version: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    engine: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    cost: Mapped[dict[str, Any]]
    diff: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")


class ModelCall(Base):
    """One call to a model as it happened."""

    __tablename__ = "model_calls"
    __table_args__ = (
        Index("ix_model_calls_user_id_id", "user_id", "id"),
        Index("ix_model_calls_user_id_started_at", "user_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = owner()
    module: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    attempts: Mapped[int]
    inputs: Mapped[str] = mapped_column(Text)
    outputs: Mapped[str] = mapped_column(Text)
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    cost_usd: Mapped[float | None]
    status: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)


class ModelCallTask(Base):
    """Which tasks a model call was about."""

    __tablename__ = "model_call_tasks"
    __table_args__ = (Index("ix_model_call_tasks_task_id", "task_id"),)

    user_id: Mapped[int] = owner()
    call_id: Mapped[int] = mapped_column(Id, ForeignKey("model_calls.id", ondelete="CASCADE"), primary_key=True)
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
