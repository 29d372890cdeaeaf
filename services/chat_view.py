"""What the chat may know of a person's things: bounded, and chosen by the words of the message, by time, by what was named.

It reads; accounts of up to MOST_SHOWN tasks are shown whole, of larger ones the tasks that the message may be about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from assistant import titles
from assistant.chat import EventView, Option, Status, TaskView, View
from models import CardPurpose
from repositories.chat import ChatRepository
from repositories.events import EventRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services import hours
from services.briefs import hours_in_words
from services.scope import Scope

MOST_SHOWN = 300
MOST_ALIKE = 80
MOST_OTHERS = 40
MOST_EVENTS = 60
DAYS_BACK, DAYS_AHEAD = 1, 14
BEGINNING = 4
"""So many letters of a word are looked for in titles: endings and late slips do not matter."""


async def load(scope: Scope, message: str) -> View:
    """The view for one message."""
    chat, person, now = ChatRepository(scope.session), scope.person, scope.now
    last = await chat.get_last_answer(person.id)
    named = tuple(int(task_id) for task_id in (last.detail.get("task_ids", ()) if last else ()))
    total = await TaskRepository(scope.session).count_live(person.id)
    rows = await _rows(scope, message, named, total)
    waits: dict[int, list[int]] = {}
    for task_id, other in await TaskRepository(scope.session).list_dependencies(person.id):
        waits.setdefault(task_id, []).append(other)
    events = await EventRepository(scope.session).list_between(
        person.id, now - timedelta(days=DAYS_BACK), now + timedelta(days=DAYS_AHEAD)
    )
    sets = await hours.load(scope.session, person.id, now)
    return View(
        now=now,
        timezone=person.zone,
        tasks=_by_likeness(message, [_task(row, waits) for row in rows]),
        live_total=total,
        events=tuple(
            EventView(id=event.id, title=event.title, start_at=event.start_at, end_at=event.end_at)
            for event in events[:MOST_EVENTS]
        ),
        hours="; ".join(f"{item.name}: {hours_in_words(item.weekly)}" for item in sets),
        about=await UserRepository(scope.session).get_context(person.id),
        named=named,
        offers=await _offers(scope),
    )


async def _rows(scope: Scope, message: str, named: Sequence[int], total: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Each task once."""
    chat, user_id, now = ChatRepository(scope.session), scope.person.id, scope.now
    beginnings = sorted({word[:BEGINNING] for word in titles.words_of(message) if len(word) >= 3})[:12]
    numbers = {int(number) for number in re.findall(r"\d{1,15}", message)}
    running = await TimeEntryRepository(scope.session).get_running(user_id)
    wanted = {*named, *numbers, *([running[0].id] if running else [])}
    found = [
        *await chat.list_tasks_by_id(user_id, wanted),
        *await chat.list_tasks_like(user_id, beginnings, MOST_OTHERS, is_live=False),
    ]
    if total <= MOST_SHOWN:
        found += await chat.list_live_tasks(user_id, MOST_SHOWN)
    else:
        found += await chat.list_tasks_like(user_id, beginnings, MOST_ALIKE, is_live=True)
        span = (now - timedelta(days=DAYS_BACK), now + timedelta(days=DAYS_AHEAD))
        found += await chat.list_tasks_planned(user_id, *span, MOST_SHOWN - MOST_ALIKE)
    return [*{row.id: row for row in found}.values()]


def _task(row: Row[*tuple[Any, ...]], waits: Mapping[int, Sequence[int]]) -> TaskView:
    status: Status = "deleted" if row.deleted_at is not None else row.status.value
    is_planned = status in {"open", "active"}
    return TaskView(
        id=row.id,
        title=row.title,
        status=status,
        duration_minutes=row.duration_minutes,
        start_at=row.start_at if is_planned else None,
        end_at=row.end_at if is_planned else None,
        pinned=bool(row.pinned) and is_planned,
        earliest_at=row.earliest_at,
        deadline_at=row.deadline_at,
        importance=row.importance,
        priority=row.priority,
        parent_id=row.parent_id,
        waits_for=tuple(waits.get(row.id, ())),
        context=row.context or "",
    )


def _by_likeness(message: str, tasks: Sequence[TaskView]) -> tuple[TaskView, ...]:
    """Those first that share a word with the message: a model sees only the first of many. Then what runs, then by time."""
    said = titles.words_of(message)

    def place(task: TaskView) -> tuple[bool, bool, bool, float]:
        is_alike = any(titles.is_like(word, other) for word in titles.words_of(task.title) for other in said)
        start = task.start_at.timestamp() if task.start_at else float("inf")
        return not is_alike, task.status != "active", not task.is_live, start

    return tuple(sorted(tasks, key=place))


async def _offers(scope: Scope) -> tuple[Option, ...]:
    """The choice that is open."""
    card = await ChatRepository(scope.session).get_open_card(scope.person.id, CardPurpose.CHOICE, scope.now)
    return tuple(Option.model_validate(item) for item in card.offers["options"]) if card else ()
