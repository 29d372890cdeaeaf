"""The first minutes: a week of demo tasks and busy times in one click, gone in one click, and the working hours in one line.

Removing takes away all that the demo brought, except what the person has made their own, which stays: with another title, with
parts or notes of theirs, or with time that they have spent on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from errors import ConflictError, InvalidInputError
from models import Task
from planning.hours import HourRange
from repositories.demo import DemoRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services import hours_form
from services.events import EventEdit, EventService
from services.hour_service import HourService
from services.scope import Scope
from services.tasks import TaskService

TASKS: tuple[tuple[str, str, int | None], ...] = (
    ("Write the quarterly report", "3h !1", 3),
    ("Prepare slides for the board", "90min !1", 2),
    ("Review the new contract", "45min !2", 1),
    ("Call the dentist", "15min", None),
    ("Answer the supplier's questions", "30min", None),
    ("Plan the team offsite", "1h !3", None),
    ("Fix the login bug", "2h !2", 2),
    ("Write release notes", "1h", 4),
    ("Tidy the backlog", "45min !4", None),
    ("Order new chairs", "20min !4", None),
)
"""Title, the other words of its line, and on which working day from today it is due (None: no deadline)."""
EVENTS: tuple[tuple[str, int, time, time], ...] = (
    *(("Standup", day, time(9, 30), time(9, 45)) for day in range(5)),
    ("Lunch with Carol", 1, time(12), time(13)),
    ("Customer call", 2, time(15), time(15, 45)),
    ("Team review", 3, time(14), time(15)),
)
"""Title, on which working day from today, from when, until when."""
TITLES = frozenset({*(title for title, _, _ in TASKS), *(title for title, _, _, _ in EVENTS)})
WEEKS: dict[str, tuple[int, ...]] = {"mon-fri": (0, 1, 2, 3, 4), "mon-sat": (0, 1, 2, 3, 4, 5), "every": (0, 1, 2, 3, 4, 5, 6)}
"""The weekdays (0: Monday) that the small step offers to work on."""


class DemoService:
    """The demo week of one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.demo = DemoRepository(scope.session)

    async def add(self) -> None:
        """Bring it. Raises ConflictError when it is there already."""
        await self.scope.lock()
        preferences = await UserRepository(self.scope.session).get_preferences(self.scope.person.id)
        if preferences.has_demo:
            raise ConflictError("The demo week is here already.")
        preferences.has_demo = True
        days = working_days(self.scope.now.astimezone(self.zone).date(), 5)
        for title, number, start, end in EVENTS:
            start_at = datetime.combine(days[number], start, self.zone)
            if start_at > self.scope.now:
                edit = EventEdit(title, start_at, datetime.combine(days[number], end, self.zone), 0)
                (await EventService(self.scope).add(edit)).event.is_demo = True
        for title, words, due in TASKS:
            deadline = f" by {days[due]} 17:00" if due else ""
            (await TaskService(self.scope).add(f"{title} {words}{deadline}")).task.is_demo = True
        await self.scope.session.flush()

    async def remove(self) -> int:
        """Take it away; how many things stay because they are the person's own by now."""
        await self.scope.lock()
        (await UserRepository(self.scope.session).get_preferences(self.scope.person.id)).has_demo = False
        kept = 0
        for task in await self.demo.list_demo_tasks(self.scope.person.id):
            is_kept = await self._is_own(task)
            kept += is_kept
            task.is_demo = not is_kept
            if not is_kept:
                await TaskService(self.scope).delete(task.id)
        for event in await self.demo.list_demo_events(self.scope.person.id):
            is_kept = event.title not in TITLES
            kept += is_kept
            event.is_demo = not is_kept
            if not is_kept:
                await EventService(self.scope).delete(event.id)
        await self.scope.session.flush()
        return kept

    async def _is_own(self, task: Task) -> bool:
        """Whether the person has put something of theirs into a task of the demo."""
        if task.title not in TITLES or task.context:
            return True
        parts = await TaskRepository(self.scope.session).list_parts_of(task.user_id, task.id)
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(task.user_id, [task.id])
        return bool(entries) or any(not part.is_demo for part in parts)


async def set_hours(scope: Scope, form: Mapping[str, str]) -> None:
    """The usual hours, the same on each of the days that are worked on. Raises InvalidInputError."""
    start, end = (hours_form.minute(form.get(edge, "").strip()) for edge in ("start", "end"))
    weekdays = WEEKS.get(form.get("days", ""))
    if start is None or end is None or start == end or weekdays is None:
        raise InvalidInputError("Say from when to when you work, such as 09:00 to 17:00.")
    await HourService(scope).set_weekly(None, [HourRange(weekday, start, end) for weekday in weekdays])


def working_days(first: date, count: int) -> list[date]:
    """So many days from Monday to Friday, from the first on."""
    days = (first + timedelta(days=number) for number in range(count * 3))
    return [day for day in days if day.weekday() < 5][:count]
