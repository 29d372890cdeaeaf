"""The times of the day in which a task must lie or would best: rows of the dialog's form to values, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models import TaskWindow
from services.fields import Fields
from services.wording import of_day

MOST_WINDOWS = 4
ALL_DAYS = 127
MINUTES_A_DAY = 1440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MUST, PREFER = "must", "prefer"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?")


@dataclass(frozen=True, slots=True, order=True)
class WindowEdit:
    """A window as it is stored: see `models.TaskWindow`."""

    is_hard: bool
    weekdays: int
    start_minute: int
    end_minute: int


def parse(fields: Fields) -> tuple[WindowEdit, ...] | None:
    """The windows that a form says, each once; None when it has no such fields. Mistakes are noted under `window_<n>`."""
    if "window_1_from" not in fields.form:
        return None
    found = (_window(fields, f"window_{number}") for number in range(1, MOST_WINDOWS + 1))
    return tuple(dict.fromkeys(window for window in found if window is not None))


def form_of(windows: Sequence[TaskWindow]) -> dict[str, str]:
    """The fields of the form: the stored windows, then empty ones that mean every day."""
    form: dict[str, str] = {}
    for number in range(1, MOST_WINDOWS + 1):
        window = windows[number - 1] if len(windows) >= number else None
        weekdays = window.weekdays if window else ALL_DAYS
        form[f"window_{number}_kind"] = MUST if window and window.is_hard else PREFER
        form |= {f"window_{number}_{day}": "on" if weekdays >> bit & 1 else "" for bit, day in enumerate(DAYS)}
        form[f"window_{number}_from"] = of_day(window.start_minute) if window else ""
        form[f"window_{number}_to"] = of_day(window.end_minute % MINUTES_A_DAY) if window else ""
    return form


def edits_of(windows: Sequence[TaskWindow]) -> tuple[WindowEdit, ...]:
    """The stored windows, to be compared with what a form says."""
    return tuple(WindowEdit(item.is_hard, item.weekdays, item.start_minute, item.end_minute) for item in windows)


def _window(fields: Fields, name: str) -> WindowEdit | None:
    """One row of the form; None for an empty one. From midnight to midnight is the whole day."""
    texts = [fields.form.get(f"{name}_{end}", "").strip() for end in ("from", "to")]
    if not any(texts):
        return None
    start, end = (_minute(text) for text in texts)
    weekdays = sum(1 << bit for bit, day in enumerate(DAYS) if fields.form.get(f"{name}_{day}"))
    if start is None or end is None:
        fields.errors[name] = "Say from when to when, such as 09:00 to 12:00."
    elif start == end != 0:
        fields.errors[name] = "It begins and ends at the same time. For the whole day say 00:00 to 00:00."
    elif not weekdays:
        fields.errors[name] = "Choose at least one day of the week."
    else:
        is_hard = fields.form.get(f"{name}_kind") == MUST
        return WindowEdit(is_hard, weekdays, start, end if start or end else MINUTES_A_DAY)
    return None


def _minute(text: str) -> int | None:
    match = _CLOCK.fullmatch(text)
    return int(match[1]) * 60 + int(match[2]) if match else None
