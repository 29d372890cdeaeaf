"""The task dialog's form: raw text fields to typed values, each mistake with its own sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.quick_add import MAX_DURATION_MINUTES
from errors import InvalidInputError
from models import CONTEXT_LENGTH, TITLE_LENGTH
from services import wording
from services.fields import Fields

FARTHEST_DAYS = 3660
Value = str | int | bool | datetime | None


@dataclass(frozen=True, slots=True)
class TaskEdit:
    """What the dialog says about a task: column values by name, what it waits for, and where it is pinned (None: nowhere)."""

    version: int
    fields: Mapping[str, Value]
    waits_for: tuple[int, ...]
    pin_at: datetime | None


def parse(form: Mapping[str, str], waits_for: Sequence[str], now: datetime, zone: str) -> TaskEdit:
    """Read the form. Raises InvalidInputError with a sentence for each field at fault."""
    fields = Fields(form, now, zone)
    title = fields.line("title", TITLE_LENGTH, "Say what is to be done.")
    context = fields.text("context", CONTEXT_LENGTH)
    duration = fields.whole("duration_minutes", 1, MAX_DURATION_MINUTES, "A duration is a whole number of minutes")
    importance = fields.optional_whole("importance", 1, 4, "Importance is 1 (highest) to 4, or nothing")
    earliest = fields.moment("earliest_at", FARTHEST_DAYS)
    deadline = fields.moment("deadline_at", FARTHEST_DAYS)
    pin_at = fields.moment("start_at", FARTHEST_DAYS)
    if earliest and deadline and deadline <= earliest:
        fields.errors["deadline_at"] = "The deadline must lie after the earliest start."
    if earliest and deadline and duration and deadline - earliest < timedelta(minutes=duration):
        fields.errors.setdefault(
            "deadline_at", f"{wording.minutes(duration)} do not fit between the earliest start and the deadline."
        )
    version = fields.whole("version", 0, 2**31, "The form is incomplete: open the task again")
    chosen = tuple(int(value) for value in waits_for if value.isdecimal() and len(value) < 18)
    if len(chosen) != len(waits_for):
        fields.errors["waits_for"] = "Choose from the list what this task waits for."
    if fields.errors:
        raise InvalidInputError("Some fields need another look.", fields.errors)
    values: dict[str, Value] = {
        "title": title,
        "context": context,
        "duration_minutes": duration,
        "importance": importance,
        "earliest_at": earliest,
        "deadline_at": deadline,
        "deadline_is_hard": bool(form.get("deadline_is_hard")) and deadline is not None,
    }
    return TaskEdit(version=version or 0, fields=values, waits_for=chosen, pin_at=pin_at)
