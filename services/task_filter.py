"""The filter of the list of all tasks as text: what stands in an address, in a saved filter and in a program's question.

`TaskFilter` is what it means; how it is answered is `services.task_list`'s.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from errors import InvalidInputError
from models import TaskStatus
from planning.hours import to_utc
from repositories.task_list import Place, Sort, TaskFilter
from services.fields import clean

__all__ = ["FIRST_ROWS", "MOST_ROWS", "Place", "Sort", "TaskFilter", "parse", "place_of", "query_of", "token_of"]

FIRST_ROWS, MOST_ROWS = 50, 1000
LONGEST_TEXT, LONGEST_TOKEN = 500, 8000
NAMES = ("text", "status", "project", "label", "importance", "due", "risk", "sort")
"""What an address may say, in this order; all else in it is left alone."""
SORTS: tuple[Sort, ...] = get_args(Sort)
LIVE = frozenset({TaskStatus.OPEN, TaskStatus.ACTIVE})
STATUSES: dict[str, frozenset[TaskStatus]] = {
    "": LIVE,
    "any": frozenset(TaskStatus),
    **{status.value: frozenset({status}) for status in TaskStatus},
}
DUE = ("", "overdue", "today", "week", "any", "none")
RISKS = ("", "at_risk", "unplaced")
NOBODY = "none"


def parse(values: Mapping[str, str], now: datetime, zone: str) -> TaskFilter:
    """The filter that these values name: `text`, `status` (a status or "any"; nothing: still to be done), `project` and `label`
    (ids), `importance` (1 to 4 or "none", several with commas), `due`, `risk`, `sort`, `after` (a token), `shown` (rows).

    Raises InvalidInputError with a sentence for each name at fault.
    """
    said = {name: clean(values.get(name, "")).strip() for name in (*NAMES, "after", "shown")}
    errors: dict[str, str] = {}
    for name, known in (("status", STATUSES), ("due", DUE), ("risk", RISKS), ("sort", ("", *SORTS))):
        if said[name] not in known:
            errors[name] = f"“{said[name][:40]}” is not among: {', '.join(word for word in known if word)}."
    importances = _importances(said["importance"], errors)
    ids = {name: _row_id(name, said[name], errors) for name in ("project", "label")}
    sort: Sort = next((word for word in SORTS if word == said["sort"]), "created")
    after = _place(said["after"], sort, errors)
    if errors:
        raise InvalidInputError(" ".join(errors.values()), errors)
    due_after, due_before = _bounds(said["due"], now, zone)
    shown = int(said["shown"]) if said["shown"].isdecimal() and len(said["shown"]) < 7 else FIRST_ROWS
    return TaskFilter(
        statuses=STATUSES[said["status"]],
        text=said["text"][:LONGEST_TEXT],
        project_id=ids["project"],
        label_id=ids["label"],
        importances=importances,
        due_after=due_after,
        due_before=due_before,
        has_deadline={"any": True, "none": False}.get(said["due"]),
        is_at_risk=said["risk"] == "at_risk",
        is_unplaced=said["risk"] == "unplaced",
        sort=sort,
        after=after,
        limit=min(max(shown, FIRST_ROWS), MOST_ROWS),
    )


def query_of(values: Mapping[str, str], **more: str) -> str:
    """The same filter as the shortest query of an address: "text=report&due=week"."""
    said = {name: clean(values.get(name, "")).strip()[:LONGEST_TEXT] for name in NAMES} | more
    return urlencode({name: value for name, value in said.items() if value and (name, value) != ("sort", "created")})


def token_of(place: Place, sort: Sort) -> str:
    """Where a page ended, as it stands in an address."""
    key = place.key.isoformat() if isinstance(place.key, datetime) else place.key
    return base64.urlsafe_b64encode(json.dumps([sort, key, place.task_id], ensure_ascii=False).encode()).decode().rstrip("=")


def place_of(token: str, sort: Sort) -> Place:
    """Read such a token. Raises ValueError for what is none, or one of another order."""
    try:
        named, key, task_id = json.loads(base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)))
    except (binascii.Error, TypeError, UnicodeError, RecursionError) as error:
        raise ValueError("not a place") from error
    if named != sort or type(task_id) is not int or not 0 <= task_id < 2**63:
        raise ValueError("not a place of this order")
    if key is None and sort not in {"title", "own"}:
        return Place(None, task_id)
    match sort, key:
        case (("due" | "planned"), str()):
            at = datetime.fromisoformat(key)
            if at.tzinfo is None or not 1 < at.year < 9999:
                raise ValueError("not an instant")
            return Place(at, task_id)
        case "title", str():
            return Place(clean(key), task_id)
        case "own", int() if type(key) is not bool and abs(key) < 2**62:
            return Place(key, task_id)
        case (("importance" | "priority"), int() | float()) if type(key) is not bool and abs(key) < 1000:
            return Place(key, task_id)
    raise ValueError("not a key of this order")


def _place(token: str, sort: Sort, errors: dict[str, str]) -> Place | None:
    try:
        return place_of(token[:LONGEST_TOKEN], sort) if token else None
    except ValueError:
        errors["after"] = "The list has no such place in this order. Start from its top."
        return None


def _importances(text: str, errors: dict[str, str]) -> frozenset[int | None]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not {*words} <= {"1", "2", "3", "4", NOBODY}:
        errors["importance"] = "Importance is 1 (highest) to 4, or “none”."
        return frozenset()
    return frozenset(None if word == NOBODY else int(word) for word in words)


def _row_id(name: str, text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:20]) < 2**63):
        errors[name] = f"There is no such {name}."
        return None
    return int(text)


def _bounds(due: str, now: datetime, zone: str) -> tuple[datetime | None, datetime | None]:
    """From when and until when, in the person's days; a week has seven of them, today included."""
    today = now.astimezone(ZoneInfo(zone)).date()
    midnight = to_utc(today, 0, ZoneInfo(zone))
    match due:
        case "overdue":
            return None, now
        case "today" | "week":
            return midnight, to_utc(today + timedelta(days=1 if due == "today" else 7), 0, ZoneInfo(zone))
    return None, None
