"""The forms of the page What if: raw fields to a change set, each mistake with its own sentence at its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import ValidationError

from assistant.operations import AddEvent, AddTask, ChangeSet, EditTask, Operation, TakeOff, WorkExtra
from errors import InvalidInputError
from models import TITLE_LENGTH
from services.fields import Fields
from services.hours_form import minute
from services.task_form import FARTHEST_DAYS

AGAIN = "Some fields need another look."
MAX_TEXT = 2000


def parse(form: Mapping[str, str], now: datetime, zone: str) -> tuple[Operation, ...]:
    """The operation that one of the forms describes. Raises InvalidInputError with a sentence for each field at fault, or
    without any where there is no such form."""
    fields = Fields(form, now, zone)
    reader = READERS.get(form.get("kind", ""))
    if reader is None:
        raise InvalidInputError("There is no such form. Load the page again.")
    operation = reader(fields)
    if fields.errors or operation is None:
        raise InvalidInputError(AGAIN, fields.errors)
    return (operation,)


def read_change_set(text: str) -> tuple[Operation, ...]:
    """The operations that a preview carries from its showing to its doing. Raises InvalidInputError for anything else."""
    try:
        return ChangeSet.model_validate_json(text).operations
    except ValidationError as error:
        raise InvalidInputError("This preview cannot be read any more. Ask for it again.") from error


def write_change_set(operations: tuple[Operation, ...]) -> str:
    """What `read_change_set` reads."""
    return ChangeSet(operations=operations).model_dump_json(exclude_defaults=False)


def _take_off(fields: Fields) -> Operation | None:
    first = fields.day("first_on", "Say which day.")
    last = fields.day("last_on") if fields.form.get("last_on", "").strip() else first
    if first and last and last < first:
        fields.errors["last_on"] = "The last day lies before the first."
    return TakeOff(first_on=first, last_on=last) if first and last and not fields.errors else None


def _add_task(fields: Fields) -> Operation | None:
    text = fields.line("text", MAX_TEXT, "Say what is to be done, such as: write the report 6h by Wednesday.")
    return AddTask(text=text) if not fields.errors else None


def _deadline(fields: Fields) -> Operation | None:
    task_id = fields.whole("task_id", 1, 2**62, "Choose a task")
    deadline = fields.moment("deadline_at", FARTHEST_DAYS, "Say when it would be due.")
    return EditTask(task_id=task_id, deadline_at=deadline) if task_id and deadline else None


def _event(fields: Fields) -> Operation | None:
    title = fields.line("title", TITLE_LENGTH, "Say what it is, such as Dentist.")
    start = fields.moment("start_at", FARTHEST_DAYS, "Say when it starts.")
    end = fields.moment("end_at", FARTHEST_DAYS, "Say when it ends.", after=start)
    if start and end and end <= start:
        fields.errors["end_at"] = "It must end after it starts."
    return AddEvent(title=title, start_at=start, end_at=end) if start and end and not fields.errors else None


def _extra(fields: Fields) -> Operation | None:
    day = fields.day("day", "Say on which day.")
    low, high = minute(fields.form.get("from", "")), minute(fields.form.get("to", ""))
    if low is None:
        fields.errors["from"] = "Give a time, such as 09:00."
    if high is None or (low is not None and high <= low):
        fields.errors["to"] = "Give a later time, such as 13:00."
    if fields.errors or day is None or low is None or high is None:
        return None
    return WorkExtra(day=day, start_minute=low, end_minute=high)


READERS: Mapping[str, Callable[[Fields], Operation | None]] = {
    "take_off": _take_off,
    "add_task": _add_task,
    "edit_task": _deadline,
    "add_event": _event,
    "work_extra": _extra,
}
"""Who reads which form."""
