"""What the assistant is asked and what it answers, as typed values that hold for the model and for the rules alike.

Nothing here reaches a plan by itself: advice is a wish to the planner, and every value is bounded before anyone sees it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Energy = Literal["low", "medium", "high"]
Source = Literal["model", "rules"]
CallStatus = Literal["ok", "error"]

Minutes = Annotated[int, Field(ge=5, le=24 * 60)]
Score = Annotated[float, Field(ge=0.0, le=10.0, allow_inf_nan=False)]


class Frozen(BaseModel):
    """The base of all values here: immutable, and unknown fields are dropped (a model may add words of its own)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Window(Frozen):
    """A stretch of time that suits a task."""

    start: AwareDatetime
    end: AwareDatetime


class TaskBrief(Frozen):
    """All that the assistant may know about a task."""

    id: int
    title: str
    context: str = ""
    duration_minutes: int | None = None
    earliest_at: AwareDatetime | None = None
    deadline_at: AwareDatetime | None = None
    importance: int | None = None  # as the person said: 1 (highest) to 4
    priority: float | None = None
    waits_for: tuple[int, ...] = ()
    created_at: AwareDatetime | None = None


class Situation(Frozen):
    """What surrounds the tasks: now, the person's zone, their own words about themselves, working hours and taken times."""

    now: AwareDatetime
    timezone: str
    context: str = ""
    working_hours: str = ""  # in words, "Mon-Fri 09:00-17:00"
    taken: tuple[Window, ...] = ()


class Advice(Frozen):
    """What one task means. None: nothing to say about it."""

    task_id: int
    duration_minutes: Minutes | None = None
    earliest_at: AwareDatetime | None = None
    deadline_at: AwareDatetime | None = None
    preferred: tuple[Window, ...] = Field(default=(), max_length=5)
    energy: Energy | None = None
    suggested_start: AwareDatetime | None = None
    reason: str = Field(default="", max_length=500)


class Priority(Frozen):
    """The computed score of one task, 0.0 (whenever) to 10.0 (now), with a short reason."""

    task_id: int
    priority: Score
    reason: str = Field(default="", max_length=500)


class CallRecord(Frozen):
    """One call to a model as it happened, for the AI log. `duration_ms` includes retries; cost is None where unknown."""

    module: str
    model: str
    started_at: AwareDatetime
    duration_ms: int
    attempts: int
    inputs: str
    outputs: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    status: CallStatus
    error: str | None
    task_ids: tuple[int, ...]


class Answer(Frozen):
    """Advice or priorities for a batch of tasks: whose they are, the calls that were made for them, and, where rules stepped
    in for a model, one sentence that says why. Tasks that a model left out are filled in by rules."""

    advice: tuple[Advice, ...] = ()
    priorities: tuple[Priority, ...] = ()
    source: Source
    by_rules: frozenset[int] = frozenset()  # the tasks for which rules answered although a model was asked
    fallback_reason: str | None = None
    calls: tuple[CallRecord, ...] = ()


class Assistant(Protocol):
    """Whoever understands tasks. Both methods always answer, for every task given, and never raise for what a model did."""

    async def advise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer: ...

    async def prioritise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer: ...


class ModelSettings(Frozen):
    """How to reach a person's model. `api_base` None: the provider's own address. The key stays out of `repr`; `is_key_lost`:
    they gave one, and it cannot be read any more."""

    model: str
    api_key: str | None = Field(default=None, repr=False)
    is_key_lost: bool = False
    api_base: str | None = None
    max_tokens: int = Field(default=2000, ge=100, le=10_000)
    temperature: float = Field(default=0.2, ge=0.0, le=2.0)
    deadline_seconds: float = Field(default=30.0, gt=0)
