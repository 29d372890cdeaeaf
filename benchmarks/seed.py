"""Large accounts in one stroke, through the product's own tables. It talks to no server and plans nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from models import Block, BlockSource, Event, Task, TaskStatus, TimeEntry, User

OPEN_SHARE = 5
"""One task in five is open, the others are done: an account that has been used for a while."""
PER_DAY = 12
MINUTES = (15, 30, 45, 60)
VERBS = ("Write", "Review", "Call about", "Prepare", "Order", "Fix", "Plan", "Send")
THINGS = ("the report", "the login bug", "the invoice", "the workshop", "the offer", "new chairs", "the tax papers")


def seed(database: Path, count: int, now: datetime) -> None:
    """Add that many tasks to the one person of a database that nobody serves: open ones with a block, done ones with times."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session, session.begin():
        owner = session.scalars(select(User.id)).one()
        first = (session.scalar(select(Task.id).order_by(Task.id.desc()).limit(1)) or 0) + 1
        numbers = range(count)
        open_ones = [number for number in numbers if number % OPEN_SHARE == 0]
        done = [number for number in numbers if number % OPEN_SHARE]
        session.execute(insert(Task), [_task(owner, first, number, now, count) for number in numbers])
        session.execute(insert(Block), [_block(owner, first + n, at) for n, at in zip(open_ones, _places(now), strict=False)])
        session.execute(insert(TimeEntry), [_entry(owner, first, number, now) for number in done])
    engine.dispose()


def fill_week(database: Path, count: int, first: datetime) -> None:
    """Give the one person of a database that nobody serves so many busy times of a quarter of an hour in the seven days from
    the midnight `first` on, one after the other from eight o'clock: the planner leaves them where they are."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session, session.begin():
        owner = session.scalars(select(User.id)).one()
        per_day = -(-count // 7)
        starts = [first + timedelta(days=n // per_day, hours=8, minutes=15 * (n % per_day)) for n in range(count)]
        session.execute(insert(Event), [_event(owner, number, at) for number, at in enumerate(starts)])
    engine.dispose()


def _event(owner: int, number: int, start_at: datetime) -> dict[str, object]:
    title = f"{VERBS[number % len(VERBS)]} {THINGS[number % len(THINGS)]} {number}"
    return {"user_id": owner, "title": title, "start_at": start_at, "end_at": start_at + timedelta(minutes=15)}


def _task(owner: int, first: int, number: int, now: datetime, count: int) -> dict[str, object]:
    is_open = number % OPEN_SHARE == 0
    created_at = now - timedelta(minutes=30 * (count - number))
    return {
        "id": first + number,
        "user_id": owner,
        "title": f"{VERBS[number % len(VERBS)]} {THINGS[number % len(THINGS)]} {number}",
        "status": TaskStatus.OPEN if is_open else TaskStatus.COMPLETED,
        "importance": number % 4 + 1,
        "duration_minutes": MINUTES[number % len(MINUTES)],
        "duration_source": "person",
        "deadline_at": now + timedelta(days=number % 90 + 1) if is_open and number % 3 == 0 else None,
        "priority": number % 100 / 10,
        "priority_source": "rules",
        "needs_scheduling": False,
        "needs_advice": False,
        "created_at": created_at,
        "updated_at": created_at,
        "completed_at": None if is_open else _done_at(number, now),
    }


def _done_at(number: int, now: datetime) -> datetime:
    """A dozen a day, backwards from now."""
    return now - timedelta(days=number // PER_DAY, minutes=number % PER_DAY * 5 + 1)


def _places(now: datetime) -> Iterator[datetime]:
    """A dozen starts a day, from the next hour on."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    number = 0
    while True:
        yield start + timedelta(days=number // PER_DAY, minutes=number % PER_DAY * 15)
        number += 1


def _block(owner: int, task_id: int, start_at: datetime) -> dict[str, object]:
    return {
        "user_id": owner,
        "task_id": task_id,
        "start_at": start_at,
        "end_at": start_at + timedelta(minutes=15),
        "source": BlockSource.PLANNER,
        "pinned": False,
        "reason": "First free 15 min in your Work hours",
    }


def _entry(owner: int, first: int, number: int, now: datetime) -> dict[str, object]:
    ended_at = _done_at(number, now)
    return {
        "user_id": owner,
        "task_id": first + number,
        "started_at": ended_at - timedelta(minutes=MINUTES[number % len(MINUTES)]),
        "ended_at": ended_at,
    }
