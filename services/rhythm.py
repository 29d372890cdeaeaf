"""How a person works: breaks after long stretches, room after each task, and the time of the day with the most focus.

What the planner makes of them is the kernel's business; the sentences for what cannot be are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from errors import InvalidInputError
from models import LeaseKind
from planning.hours import MinuteRange
from repositories.users import UserRepository
from services import hours_form, wording
from services.hour_rules import MINUTES_A_DAY
from services.scope import Scope

STRETCH_MINUTES = (15, 720)
BREAK_MINUTES = (5, 240)
BUFFER_MINUTES = (0, 240)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """After `max_stretch_minutes` of work come `break_minutes` without (both 0: no such rule), after each task
    `buffer_minutes`; `focus` is the time of a local day for work that takes energy (None: any)."""

    max_stretch_minutes: int = 0
    break_minutes: int = 0
    buffer_minutes: int = 0
    focus: MinuteRange | None = None


class RhythmService:
    """How one person works. A change asks the planner to look again."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.users = UserRepository(scope.session)

    async def get(self) -> Rhythm:
        """As it is stored."""
        stored = await self.users.get_preferences(self.scope.person.id)
        start, end = stored.focus_start_minute, stored.focus_end_minute
        focus = None if start is None or end is None else (start, end)
        return Rhythm(stored.max_stretch_minutes, stored.break_minutes, stored.buffer_minutes, focus)

    async def set_rhythm(self, rhythm: Rhythm) -> None:
        """Store it. Raises InvalidInputError; the fields are those of the form."""
        errors = problems(rhythm)
        if errors:
            raise InvalidInputError("Some fields need another look.", errors)
        await self.scope.lock()
        stored = await self.users.get_preferences(self.scope.person.id)
        stored.max_stretch_minutes, stored.break_minutes = rhythm.max_stretch_minutes, rhythm.break_minutes
        stored.buffer_minutes = rhythm.buffer_minutes
        stored.focus_start_minute, stored.focus_end_minute = rhythm.focus or (None, None)
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)


def problems(rhythm: Rhythm) -> dict[str, str]:
    """A sentence for each field at fault."""
    errors: dict[str, str] = {}
    stretch, pause = rhythm.max_stretch_minutes, rhythm.break_minutes
    if stretch and not pause:
        errors["break_minutes"] = "Say how long the break is, or leave both empty."
    elif pause and not stretch:
        errors["max_stretch_minutes"] = "Say after how much work the break comes, or leave both empty."
    bounds = {"max_stretch_minutes": STRETCH_MINUTES, "break_minutes": BREAK_MINUTES, "buffer_minutes": BUFFER_MINUTES}
    for name, (low, high) in bounds.items():
        value: int = getattr(rhythm, name)
        if value and not low <= value <= high:
            errors[name] = f"From {low} to {high} minutes."
    if rhythm.focus and not 0 <= rhythm.focus[0] < rhythm.focus[1] <= MINUTES_A_DAY:
        errors["focus"] = "It must end after it starts, on the same day."
    return errors


def parse_rhythm(form: Mapping[str, str]) -> Rhythm:
    """Read the form; an empty field is no rule. Raises InvalidInputError with a sentence for each field at fault."""
    errors: dict[str, str] = {}
    stretch, pause, buffer = (
        _minutes(form, name, errors) for name in ("max_stretch_minutes", "break_minutes", "buffer_minutes")
    )
    start, end = (form.get(f"focus_{edge}", "").strip() for edge in ("start", "end"))
    low, high = hours_form.minute(start), hours_form.minute(end)
    if (start or end) and (low is None or high is None):
        errors["focus"] = hours_form.INCOMPLETE
    focus = None if low is None or high is None else (low, high or MINUTES_A_DAY)
    rhythm = Rhythm(stretch, pause, buffer, focus)
    errors = problems(rhythm) | errors
    if errors:
        raise InvalidInputError("Some fields need another look.", errors)
    return rhythm


def _minutes(form: Mapping[str, str], name: str, errors: dict[str, str]) -> int:
    """A number of minutes, 0 for an empty field."""
    raw = form.get(name, "").strip()
    if raw and not (raw.isascii() and raw.isdecimal() and len(raw) < 6):
        errors[name] = "A whole number of minutes."
        return 0
    return int(raw or 0)


def rhythm_form(rhythm: Rhythm) -> dict[str, str]:
    """It as it stands in the form."""
    start, end = (wording.of_day(minute % MINUTES_A_DAY) for minute in rhythm.focus) if rhythm.focus else ("", "")
    return {
        "max_stretch_minutes": str(rhythm.max_stretch_minutes or ""),
        "break_minutes": str(rhythm.break_minutes or ""),
        "buffer_minutes": str(rhythm.buffer_minutes or ""),
        "focus_start": start,
        "focus_end": end,
    }
