"""What a person's own words say about their days, as typed constraints: all that a planner may be told, and nothing else.

It reads no text and applies nothing: rules or a model find constraints, and a person accepts each of them or does not.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    model_validator,
)

from assistant.advice import CallRecord, Source

MAX_TEXT = 10_000
MAX_FOUND = 40
DAY = 1440
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
WORKDAYS = DAYS[:5]
ALL_TASKS = "tasks"
"""What a time is about that is about every task."""
LONGEST_ROUTINE = 12 * 60
LEAST_OPEN = 60
"""Minutes of a week that a rule must leave to the tasks that it is about."""


def _minute(value: object) -> object:
    """Minutes since midnight of "09:30"; "24:00" is the end of the day."""
    if isinstance(value, str) and len(value) == 5 and value[2] == ":" and (value[:2] + value[3:]).isdecimal():
        hour, minute = int(value[:2]), int(value[3:])
        return hour * 60 + minute if minute < 60 else value
    return value


def _in_order(days: tuple[Day, ...]) -> tuple[Day, ...]:
    return tuple(day for day in DAYS if day in days)


def _spoken(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


Clock = Annotated[int, BeforeValidator(_minute), Field(ge=0, le=DAY, strict=True), PlainSerializer(_spoken, return_type=str)]
"""Minutes since local midnight, written as "09:30"."""
Weekdays = Annotated[tuple[Day, ...], Field(min_length=1, max_length=7), AfterValidator(_in_order)]
Title = Annotated[str, Field(min_length=1, max_length=60)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Timed(_Value):
    """From `start` to `end` of a day's clock; an end up to the start lies on the next day."""

    start: Clock
    end: Clock

    @property
    def minutes(self) -> int:
        """How long it takes by the clock."""
        return (self.end - self.start) % DAY or DAY

    @model_validator(mode="after")
    def _has_a_start(self) -> _Timed:
        if self.start == DAY:
            raise ValueError("It must start before midnight.")
        if self.start == self.end:
            raise ValueError("It starts and ends at the same time.")
        return self


class WorkHours(_Timed):
    """Working time on some days of the week; several of the same days add up."""

    kind: Literal["work"] = "work"
    days: Weekdays

    @model_validator(mode="after")
    def _is_bearable(self) -> WorkHours:
        if self.minutes > 16 * 60:
            raise ValueError("Nobody works more than 16 hours in a row.")
        return self


class DaysOff(_Value):
    """Days of the week without any work."""

    kind: Literal["off"] = "off"
    days: Weekdays

    @model_validator(mode="after")
    def _leaves_a_day(self) -> DaysOff:
        if len(self.days) == len(DAYS):
            raise ValueError("A week without any working day leaves nothing to plan.")
        return self


class Routine(_Timed):
    """A busy time that comes back on some days of the week: lunch, the gym."""

    kind: Literal["routine"] = "routine"
    title: Title
    days: Weekdays

    @model_validator(mode="after")
    def _is_bounded(self) -> Routine:
        if not 5 <= self.minutes <= LONGEST_ROUTINE:
            raise ValueError("A busy time of the week takes from 5 minutes to 12 hours.")
        return self


class Focus(_Timed):
    """The time of every day that is best for work that takes energy."""

    kind: Literal["focus"] = "focus"

    @model_validator(mode="after")
    def _is_one_day(self) -> Focus:
        if self.end < self.start:
            raise ValueError("Focus time ends on the day that it begins on.")
        return self


class Break(_Value):
    """After `after_minutes` of work in a row come `minutes` without any."""

    kind: Literal["break"] = "break"
    after_minutes: int = Field(ge=15, le=720)
    minutes: int = Field(ge=5, le=240)


class Buffer(_Value):
    """So many minutes are free after each task."""

    kind: Literal["buffer"] = "buffer"
    minutes: int = Field(ge=1, le=240)


class KindTime(_Timed):
    """When tasks of a kind ("meetings", a label; "tasks" means all) are best done (`prefer`), must (`only`), or must not be
    (`never`) done."""

    kind: Literal["window"] = "window"
    about: Title
    rule: Literal["prefer", "only", "never"] = "prefer"
    days: Weekdays = DAYS

    @model_validator(mode="after")
    def _leaves_room(self) -> KindTime:
        minutes = self.minutes * len(self.days)
        left = minutes if self.rule == "only" else len(DAYS) * DAY - minutes
        if self.rule != "prefer" and left < LEAST_OPEN:
            raise ValueError("This would leave no time for it.")
        if self.rule == "prefer" and minutes == len(DAYS) * DAY:
            raise ValueError("This is any time.")
        return self


Constraint: TypeAlias = Annotated[
    WorkHours | DaysOff | Routine | Focus | Break | Buffer | KindTime, Field(discriminator="kind")
]
ADAPTER: TypeAdapter[Constraint] = TypeAdapter(Constraint)


class Part(_Value):
    """The characters `start` to `end` of a text."""

    start: int
    end: int


class Found(Part):
    """A constraint, and the words that say it."""

    constraint: Constraint


class Left(Part):
    """Words that say nothing that can be obeyed, and why in a sentence ("" where there is nothing to say)."""

    why: str = ""


class Reading(_Value):
    """What a text says: constraints and the rest, each by its place in `text`; who read it, and why it was not the model."""

    text: str
    found: tuple[Found, ...] = ()
    left: tuple[Left, ...] = ()
    source: Source = "rules"
    fallback_reason: str | None = None
    calls: tuple[CallRecord, ...] = ()

    def words(self, part: Part) -> str:
        """The words of one part, in one line."""
        return " ".join(self.text[part.start : part.end].split())


def key_of(constraint: Constraint) -> str:
    """The same for constraints that say the same, whatever their words."""
    return hashlib.sha256(constraint.model_dump_json().casefold().encode()).hexdigest()


def weekday_bits(days: tuple[Day, ...]) -> int:
    """Days as bits, Monday the lowest."""
    return sum(1 << DAYS.index(day) for day in days)
