"""The day that the cases are about: Monday 23 November 2026, 09:00 in Berlin, with tasks, busy times and one that runs.

It holds values alone; the cases of the tests and of the evaluations speak about the same day.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.chat import EventView, TaskView, View

ZONE = "Europe/Berlin"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A clock time in Berlin on a day of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE))


NOW = at(23, 9)
TASKS = (
    TaskView(
        id=1, title="Fix the login bug", start_at=at(23, 10, 15), end_at=at(23, 12, 15), duration_minutes=120, importance=2
    ),
    TaskView(id=2, title="Write report", start_at=at(23, 13), end_at=at(23, 15), duration_minutes=120, deadline_at=at(27, 17)),
    TaskView(id=3, title="Call the dentist", start_at=at(23, 15), end_at=at(23, 15, 15), duration_minutes=15),
    TaskView(
        id=4, title="Prepare slides for the board", start_at=at(24, 9), end_at=at(24, 11), duration_minutes=120, pinned=True
    ),
    TaskView(id=5, title="Review budget", start_at=at(24, 11), end_at=at(24, 12), duration_minutes=60),
    TaskView(id=6, title="Review contract", start_at=at(25, 9), end_at=at(25, 10), duration_minutes=60),
    TaskView(id=7, title="Buy milk and eggs"),
    TaskView(
        id=8, title="Plan the offsite", status="active", start_at=at(23, 8, 30), end_at=at(23, 9, 30), duration_minutes=60
    ),
    TaskView(id=9, title="Send the invoice", start_at=at(26, 9), end_at=at(26, 9, 30), deadline_at=at(25, 9)),
    TaskView(id=10, title="Pay rent", status="completed"),
    TaskView(id=11, title="Old idea", status="deleted"),
)
EVENTS = (
    EventView(id=1, title="Standup", start_at=at(23, 10), end_at=at(23, 10, 15)),
    EventView(id=2, title="Lunch with Carol", start_at=at(24, 12, 30), end_at=at(24, 13, 30)),
)
VIEW = View(now=NOW, timezone=ZONE, live_total=9, tasks=TASKS, events=EVENTS, hours="Work: Mon-Fri 09:00-17:00", named=(2,))
