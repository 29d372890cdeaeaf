"""The task dialog's form: raw text fields to typed values, each mistake with its own sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.quick_add import MAX_DURATION_MINUTES
from errors import InvalidInputError
from models import CONTEXT_LENGTH, NAME_LENGTH, TITLE_LENGTH, Energy
from services import task_windows, wording
from services.fields import Fields, clean
from services.task_windows import WindowEdit

FARTHEST_DAYS = 3660
SHORTEST_PIECE, LONGEST_PIECE = 5, 1440
MOST_PIECES = 200
MOST_LABELS = 20
DATES = frozenset({"earliest_at", "deadline_at", "duration_minutes"})
PIECES = frozenset({"duration_minutes", "min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes"})
"""The columns that must agree with each other."""
Value = str | int | bool | datetime | Energy | None


@dataclass(frozen=True, slots=True)
class TaskEdit:
    """What the dialog says about a task: column values by name, what it waits for, and where it is pinned (None: nowhere).

    What the dialog does not show it leaves as it is: such columns are missing, `windows`, `project` (its name, or "") and
    `labels` are None, and `says_pin` is False. `is_for_all`: of a task that recurs, what follows is to be like it.
    """

    version: int
    fields: Mapping[str, Value]
    waits_for: tuple[int, ...]
    pin_at: datetime | None
    says_pin: bool = True
    windows: tuple[WindowEdit, ...] | None = None
    project: str | None = None
    labels: tuple[str, ...] | None = None
    is_for_all: bool = False


def parse(
    form: Mapping[str, str], waits_for: Sequence[str], now: datetime, zone: str, changed: Collection[str] | None = None
) -> TaskEdit:
    """Read the form. Raises InvalidInputError with a sentence for each field at fault.

    `changed`: what alone is new (None: anything may be), so that fields which are at odds already refuse nothing else.
    """
    fields = Fields(form, now, zone)
    values = _usual(fields) | _splitting(fields) | _suiting(fields)
    pin_at = fields.moment("start_at", FARTHEST_DAYS)
    if changed is None or not DATES.isdisjoint(changed):
        _check_dates(fields, values)
    if changed is None or not PIECES.isdisjoint(changed):
        _check_pieces(fields, values)
    windows = task_windows.parse(fields)
    project = fields.optional_line("project", NAME_LENGTH)
    labels = _labels(fields)
    version = fields.whole("version", 0, 2**31, "The form is incomplete: open the task again")
    chosen = tuple(int(value) for value in waits_for if value.isdecimal() and len(value) < 18)
    if len(chosen) != len(waits_for):
        fields.errors["waits_for"] = "Choose from the list what this task waits for."
    if fields.errors:
        raise InvalidInputError("Some fields need another look.", fields.errors)
    return TaskEdit(
        version=version or 0,
        fields={name: value for name, value in values.items() if name in form or name == "deadline_is_hard"},
        waits_for=chosen,
        pin_at=pin_at,
        says_pin="start_at" in form,
        windows=windows,
        project=project if "project" in form else None,
        labels=labels if "labels" in form else None,
        is_for_all=form.get("applies_to") == "all",
    )


def _usual(fields: Fields) -> dict[str, Value]:
    deadline = fields.moment("deadline_at", FARTHEST_DAYS)
    return {
        "title": fields.line("title", TITLE_LENGTH, "Say what is to be done."),
        "context": fields.text("context", CONTEXT_LENGTH),
        "duration_minutes": fields.whole(
            "duration_minutes", 1, MAX_DURATION_MINUTES, "A duration is a whole number of minutes"
        ),
        "importance": fields.optional_whole("importance", 1, 4, "Importance is 1 (highest) to 4, or nothing"),
        "earliest_at": fields.moment("earliest_at", FARTHEST_DAYS),
        "deadline_at": deadline,
        "deadline_is_hard": bool(fields.form.get("deadline_is_hard")) and deadline is not None,
        "parts_in_order": bool(fields.form.get("parts_in_order")),
    }


def _splitting(fields: Fields) -> dict[str, Value]:
    limits: dict[str, Value] = {
        name: fields.optional_whole(name, SHORTEST_PIECE, LONGEST_PIECE, "A whole number of minutes")
        for name in ("min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes")
    }
    return limits | {"buffer_minutes": fields.optional_whole("buffer_minutes", 0, 240, "A whole number of minutes")}


def _suiting(fields: Fields) -> dict[str, Value]:
    energy = fields.form.get("energy", "")
    if energy not in {"", *Energy}:
        fields.errors["energy"] = "Choose from the list how much energy it takes."
    hour_set = fields.optional_whole("hour_set_id", 1, 2**63 - 1, "Choose from the list in which hours it is planned")
    return {"energy": Energy(energy) if energy in {*Energy} else None, "hour_set_id": hour_set}


def _check_dates(fields: Fields, values: Mapping[str, Value]) -> None:
    if sentence := dates_at_odds(values):
        fields.errors.setdefault("deadline_at", sentence)


def dates_at_odds(values: Mapping[str, Value]) -> str | None:
    """Why the `DATES` among these columns cannot be; None when they can."""
    earliest, deadline, duration = values["earliest_at"], values["deadline_at"], values["duration_minutes"]
    if not isinstance(earliest, datetime) or not isinstance(deadline, datetime):
        return None
    if deadline <= earliest:
        return "The deadline must lie after the earliest start."
    if isinstance(duration, int) and deadline - earliest < timedelta(minutes=duration):
        return f"{wording.hours(duration)} do not fit between the earliest start and the deadline."
    return None


def _check_pieces(fields: Fields, values: Mapping[str, Value]) -> None:
    """Pieces must be possible, and not so many that a plan would hold nothing else."""
    names = ("duration_minutes", "min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes")
    duration, shortest, longest, daily = (value if isinstance(value := values[name], int) else None for name in names)
    if shortest and duration and shortest > duration:
        fields.errors.setdefault("min_chunk_minutes", "The smallest piece is longer than the task.")
    if shortest and longest and longest < shortest:
        fields.errors.setdefault("max_chunk_minutes", "The largest piece is shorter than the smallest.")
    if shortest and daily and daily < shortest:
        fields.errors.setdefault("max_per_day_minutes", "Not even the smallest piece fits into that.")
    name, most = min((("max_chunk_minutes", longest), ("max_per_day_minutes", daily)), key=lambda item: item[1] or 10**9)
    if duration and most and -(-duration // (most - most % SHORTEST_PIECE)) > MOST_PIECES:
        fields.errors.setdefault(name, f"That would make more than {MOST_PIECES} pieces. Allow longer ones.")


def _labels(fields: Fields) -> tuple[str, ...]:
    """The names between the commas, each once without regard to case."""
    names = (" ".join(clean(name).split()) for name in fields.form.get("labels", "").split(","))
    found = {name.casefold(): name for name in names if name}
    if any(len(name) > NAME_LENGTH for name in found.values()):
        fields.errors["labels"] = f"A label has at most {NAME_LENGTH} characters. Put commas between labels."
    elif len(found) > MOST_LABELS:
        fields.errors["labels"] = f"At most {MOST_LABELS} labels; these are {len(found)}."
    return tuple(found.values())
