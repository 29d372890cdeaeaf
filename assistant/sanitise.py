"""From what a model said to what may be used: every value is bounded on its own, so that one bad field spoils no other.

Nothing a model says is trusted: not ids, not numbers, not times, not text. The person's own words always stand.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, field_validator

from assistant.advice import Advice, Energy, Priority, Situation, TaskBrief, Window

MAX_REASON_CHARS = 300
MAX_WINDOWS = 5
FARTHEST = timedelta(days=5 * 366)  # nobody plans further; also keeps time zone arithmetic away from year 9999


def compact(schema: dict[str, Any]) -> None:
    """Shorten the JSON schema that the prompt carries: without titles, defaults and the null that every field allows."""
    schema.pop("title", None)
    for name, field in schema.get("properties", {}).items():
        kept = next((option for option in field.get("anyOf", ()) if option.get("type") != "null"), field)
        schema["properties"][name] = {key: value for key, value in kept.items() if key not in {"title", "default"}}


class _Guess(BaseModel):
    """What a model says about something; a field that does not fit its type counts as not said."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=compact)

    @field_validator("*", mode="wrap")
    @classmethod
    def _or_nothing(cls, value: object, handler: ValidatorFunctionWrapHandler) -> object:
        try:
            return handler(value)
        except (ValidationError, OverflowError):
            return None


class WindowGuess(_Guess):
    start: datetime | None = Field(default=None, validation_alias=AliasChoices("start", "from"))
    end: datetime | None = Field(default=None, validation_alias=AliasChoices("end", "to"))


class SlotGuess(_Guess):
    """Times are local ISO 8601, `2026-11-23T09:00`; leave out what you cannot tell."""

    task_id: int | None = Field(default=None, validation_alias=AliasChoices("task_id", "id"))
    duration_minutes: float | None = Field(default=None, validation_alias=AliasChoices("duration_minutes", "duration"))
    earliest_at: datetime | None = None
    deadline_at: datetime | None = Field(default=None, validation_alias=AliasChoices("deadline_at", "deadline"))
    preferred: list[WindowGuess] | None = None
    energy: Energy | None = None
    suggested_start: datetime | None = Field(
        default=None, validation_alias=AliasChoices("suggested_start", "start_time", "suggested_start_time")
    )
    reason: str | None = Field(default=None, validation_alias=AliasChoices("reason", "reasoning"))


class PriorityGuess(_Guess):
    """`priority` from 0.0 (whenever) to 10.0 (now)."""

    task_id: int | None = Field(default=None, validation_alias=AliasChoices("task_id", "id"))
    priority: float | None = Field(default=None, validation_alias=AliasChoices("priority", "score", "priority_score"))
    reason: str | None = Field(default=None, validation_alias=AliasChoices("reason", "reasoning"))


class ContextGuess(_Guess):
    """`words` are the exact words of the text that say it; days are mon to sun, times "09:00" to "24:00". Fields by `kind`:
    work: days, start, end. off: days. routine: title, days, start, end. focus: start, end. break: after_minutes, minutes.
    buffer: minutes. window: about (a kind of tasks, "tasks" for all), rule, days, start, end.
    """

    words: str | None = None
    kind: Literal["work", "off", "routine", "focus", "break", "buffer", "window"] | None = None
    days: list[str] | None = None
    start: str | None = None
    end: str | None = None
    title: str | None = None
    about: str | None = None
    rule: Literal["prefer", "only", "never"] | None = None
    minutes: float | None = None
    after_minutes: float | None = None


class _HasTask(Protocol):
    @property
    def task_id(self) -> int | None: ...


GuessT = TypeVar("GuessT", bound=_HasTask)


def by_task(guesses: Iterable[GuessT], asked: Iterable[int]) -> dict[int, GuessT]:
    """The guesses about tasks that were asked about; of several about one task the first."""
    wanted = set(asked)
    found: dict[int, GuessT] = {}
    for guess in guesses:
        if guess.task_id is not None and guess.task_id in wanted:
            found.setdefault(guess.task_id, guess)
    return found


def clean(text: str, keep: str = "\n\t") -> str:
    """The text without control and invisible formatting characters (other than `keep`) and without lone surrogates."""
    return "".join(char for char in text if char in keep or unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


def one_line(text: str | None, limit: int = MAX_REASON_CHARS) -> str:
    """A reason fit to be shown: one line, trimmed, at most `limit` characters."""
    line = " ".join(clean((text or "")[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def zone_of(situation: Situation) -> ZoneInfo:
    """The person's zone; UTC for a name that does not exist."""
    try:
        return ZoneInfo(situation.timezone)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


def to_advice(guess: SlotGuess, brief: TaskBrief, situation: Situation) -> Advice:
    """Advice that holds: future times in order, a duration of 5 minutes to a day, and nothing that the person said already."""
    future = _future(situation)
    duration = _minutes(guess.duration_minutes) if brief.duration_minutes is None else None
    earliest = future(guess.earliest_at) if brief.earliest_at is None else None
    deadline = future(guess.deadline_at) if brief.deadline_at is None else None
    first, last = brief.earliest_at or earliest, brief.deadline_at or deadline
    if first and last and last <= first:  # one of the two is wrong; what the person said stays, of two guesses neither
        earliest = deadline = None
        first, last = brief.earliest_at, brief.deadline_at
    start = future(guess.suggested_start)
    length = timedelta(minutes=brief.duration_minutes or duration or 0)
    if start and ((first and start < first) or (last and start + length > last)):
        start = None
    return Advice(
        task_id=brief.id,
        duration_minutes=duration,
        earliest_at=earliest,
        deadline_at=deadline,
        preferred=_windows(guess.preferred or [], future, situation.now),
        energy=guess.energy,
        suggested_start=start,
        reason=one_line(guess.reason),
    )


def to_priority(guess: PriorityGuess, brief: TaskBrief) -> Priority | None:
    """The priority, or None when the score is none or not between 0 and 10."""
    score = guess.priority
    if score is None or not math.isfinite(score) or not 0.0 <= score <= 10.0:
        return None
    return Priority(task_id=brief.id, priority=round(score, 1), reason=one_line(guess.reason))


def _minutes(value: float | None) -> int | None:
    """To the next 5 minutes; None outside 1 minute to 24 hours."""
    if value is None or not math.isfinite(value) or not 1 <= value <= 24 * 60:
        return None
    return max(5, 5 * math.ceil(value / 5))


def _future(situation: Situation) -> Callable[[datetime | None], datetime | None]:
    """A reader of times: naive ones are in the person's zone; what is past or absurdly far is dropped. Answers in UTC."""
    zone = zone_of(situation)

    def read(value: datetime | None) -> datetime | None:
        if value is None:
            return None
        try:
            instant = (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
        except OverflowError:
            return None
        return instant if situation.now <= instant <= situation.now + FARTHEST else None

    return read


def _windows(
    guesses: list[WindowGuess], future: Callable[[datetime | None], datetime | None], now: datetime
) -> tuple[Window, ...]:
    """Windows that have not ended, the first few; one that has begun starts now."""
    windows = []
    for guess in guesses[: MAX_WINDOWS * 4]:
        end = future(guess.end)
        start = future(guess.start) or (now.astimezone(UTC) if guess.start and end else None)
        if start and end and start < end:
            windows.append(Window(start=start, end=end))
    return tuple(windows[:MAX_WINDOWS])
