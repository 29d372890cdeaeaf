"""How times of day read: "14:30" or "2:30 pm", as the person who is spoken to has it. One place for pages, reasons and answers.

Whom one speaks to is the context's, as a language is: `services.scope` says it for all that a unit of work words. What machines
read (fields, the API, a model's prompt) is written in 24 hours, and not by this.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import datetime
from typing import Literal

Clock = Literal["12", "24"]
_clock: ContextVar[Clock] = ContextVar("clock", default="24")


def speak(clock: Clock | None) -> None:
    """From here on, times are told by this clock; None: 24 hours."""
    _clock.set(clock or "24")


def is_half_day() -> bool:
    """Whether times are told as "2:30 pm"."""
    return _clock.get() == "12"


def time_of(local: datetime) -> str:
    """The time of an instant that is in its zone already: "14:30", "2:30 pm"."""
    return minute_of_day(local.hour * 60 + local.minute)


def minute_of_day(minute: int) -> str:
    """Minutes since midnight as "09:30" or "9:30 am"; the end of a day is "24:00" or "12:00 am"."""
    hour, rest = divmod(minute, 60)
    return f"{_twelve(hour)}:{rest:02d} {_half(hour)}" if is_half_day() else f"{hour:02d}:{rest:02d}"


def hour_of_day(hour: int) -> str:
    """A whole hour on a scale: "14:00", "2 pm"."""
    return f"{_twelve(hour)} {_half(hour)}" if is_half_day() else f"{hour:02d}:00"


def retold(text: str) -> str:
    """A sentence that was stored with times of 24 hours, by the clock of whom it is shown to; what “quotations” hold stays."""
    if not is_half_day():
        return text
    parts = _QUOTED.split(text)
    return "".join(part if part.startswith("“") else _TIME.sub(_retell, part) for part in parts)


def _retell(found: re.Match[str]) -> str:
    return minute_of_day(int(found[1]) * 60 + int(found[2]))


_QUOTED = re.compile(r"(“[^”]*”)")
_TIME = re.compile(r"\b([01]\d|2[0-4]):([0-5]\d)\b(?! [ap]m)")


def _twelve(hour: int) -> int:
    return (hour + 11) % 12 + 1


def _half(hour: int) -> str:
    return "am" if hour % 24 < 12 else "pm"
