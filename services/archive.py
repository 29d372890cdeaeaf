"""All that a person has as one JSON document, and its end: everything deleted, with the account kept.

Both go in small steps, each a transaction of its own, so that neither memory nor the one writer is held by 100,000 tasks.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any

from errors import InvalidInputError
from models import HourSet, LeaseKind, Preferences
from repositories.archive import OWNED, SECRET, ArchiveRepository, keys_of
from repositories.hours import HourRepository
from repositories.plans import PlanRepository
from repositories.users import UserRepository
from services import users
from services.door import Door
from services.scope import Scope

FORMAT = "dayloom-data/1"
WORD = "delete"
"""What is typed to say that it is meant."""
PAGE_ROWS = 500
TASKS_AT_ONCE = 1000
Scopes = Callable[[], AbstractAsyncContextManager[Scope]]


async def archive(scopes: Scopes) -> AsyncIterator[str]:
    """The document piece by piece; `scopes` opens a scope that reads. docs/data.md says what is in it."""
    async with scopes() as scope:
        name = (await UserRepository(scope.session).get(scope.person.id)).name
        head = {"format": FORMAT, "made_at": scope.now, "person": {"name": name}}
    yield _json(head)[:-1]
    for section in OWNED:
        yield f',\n"{section}": ['
        async for piece in _rows(scopes, section):
            yield piece
        yield "]"
    yield "}\n"


async def _rows(scopes: Scopes, section: str) -> AsyncIterator[str]:
    """The rows of a section, some at a time, with commas between."""
    keys, after, comma = [column.name for column in keys_of(section)], None, ""
    while True:
        async with scopes() as scope:
            page = await ArchiveRepository(scope.session).list_page(scope.person.id, section, after, PAGE_ROWS)
            rows = [row._asdict() for row in page]
        if rows:
            shown = [{name: value for name, value in row.items() if name not in SECRET} for row in rows]
            yield comma + "\n" + ",\n".join(_json(row) for row in shown)
            after, comma = [rows[-1][key] for key in keys], ","
        if len(rows) < PAGE_ROWS:
            return


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """Instants in UTC, dates; nothing else needs help."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in an archive.")


def check_word(form: Mapping[str, str]) -> None:
    """Raises InvalidInputError unless the word stands there."""
    if form.get("word", "").strip().lower() != WORD:
        raise InvalidInputError("Some fields need another look.", {"word": f"Type “{WORD}” to say that you mean it."})


async def delete_some(scope: Scope) -> bool:
    """Delete some of the person's tasks, or when there are none left, everything else; whether there is more to do.

    At the end they are as on their first day: their account, name and time zone, weekdays from 9 to 17, nothing more.
    """
    await scope.lock()
    user_id, repository = scope.person.id, ArchiveRepository(scope.session)
    if await repository.delete_tasks(user_id, TASKS_AT_ONCE):
        await scope.changed(is_replanned=True)
        return True
    await repository.delete_all(user_id)
    kept = Preferences(user_id=user_id, timezone=scope.person.zone, day_first=scope.person.day_first)
    kept.clock = scope.person.clock
    kept.model = scope.settings.ai_model
    scope.session.add(kept)
    hours, work = HourRepository(scope.session), HourSet(user_id=user_id, name=users.WORK)
    await hours.add_set(work)
    await hours.replace_ranges(work, users.DEFAULT_RANGES)
    await PlanRepository(scope.session).set_away(user_id, None)
    if scope.access.has_account:
        await Door(scope.session, scope.now, scope.settings, scope.access.visit).note("data deleted", user_id)
    await scope.changed(LeaseKind.PLAN)
    return False
