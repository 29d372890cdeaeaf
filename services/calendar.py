"""The calendar: what lies in a stretch of days, in the person's zone, for a grid and for a list alike.

It reads; what moves things is `services.calendar_moves`' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from assistant import telling
from models import TaskStatus
from planning.hours import Span, to_utc
from repositories.plans import PlanRepository
from repositories.task_rows import TaskRowRepository
from services import hours, taken, views, wording
from services.scope import Scope
from services.today import task_row

CalendarView = Literal["day", "work-week", "week", "month", "agenda"]
UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)
MOST_UNPLACED = 50
WORK_DAYS = 5


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """A block of a task, a busy time or one occurrence of a routine. `block_id` is of a task's block alone."""

    kind: Literal["task", "event", "routine"]
    id: int
    title: str
    start_at: datetime
    end_at: datetime
    block_id: int | None = None
    status: views.Status = "open"
    source: views.Source | None = None
    pinned: bool = False
    priority: float | None = None
    reason: str = ""
    late_minutes: int = 0

    @property
    def can_move(self) -> bool:
        """Whether the person may move it: not what comes back every week, is done, or is being done."""
        return self.kind == "event" or (self.kind == "task" and self.status == "open")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A local day with what begins on it (on the first day also what goes on from before), and its working hours."""

    day: date
    items: tuple[CalendarItem, ...]
    work: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class CalendarRange:
    """The local days `first` to before `end` that a view of a day shows, in words, with the days to turn to."""

    view: CalendarView
    day: date
    first: date
    end: date
    title: str
    previous: date
    next: date


@dataclass(frozen=True, slots=True)
class Contents:
    """All that lies in a stretch of time, by start, and when work is possible in it."""

    items: tuple[CalendarItem, ...]
    work: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The page. `days` are listed in the views that have a list; `unplaced` are the first of `unplaced_total` tasks without
    a place."""

    shown: CalendarRange
    today: date
    days: tuple[CalendarDay, ...]
    unplaced: tuple[views.TaskRow, ...]
    unplaced_total: int


def range_of(view: CalendarView, day: date, today: date) -> CalendarRange:
    """What a view shows that holds a day; weeks begin on Monday, months are whole weeks."""
    monday = day - timedelta(days=day.weekday())
    match view:
        case "day":
            first, end, step = day, day + timedelta(days=1), 1
            title = wording.short_day(day) if day.year == today.year else f"{wording.short_day(day)} {day.year}"
        case "work-week" | "week":
            first, end, step = monday, monday + timedelta(days=7 if view == "week" else WORK_DAYS), 7
            title = wording.dates(first, end - timedelta(days=1), today)
        case "agenda":
            first, end, step = day, day + timedelta(days=7), 7
            title = wording.dates(first, end - timedelta(days=1), today)
        case "month":
            return _month(day)
    return CalendarRange(view, day, first, end, title, day - timedelta(days=step), day + timedelta(days=step))


def _month(day: date) -> CalendarRange:
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    monday = first - timedelta(days=first.weekday())
    end = following + timedelta(days=-following.weekday() % 7)
    return CalendarRange("month", day, monday, end, f"{day:%B %Y}", (first - timedelta(days=1)).replace(day=1), following)


class CalendarService:
    """Reads stretches of local days."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)

    def shown(self, view: CalendarView, day: date | None) -> CalendarRange:
        """What the view shows of a day (None: today)."""
        today = self.scope.now.astimezone(self.zone).date()
        return range_of(view, day or today, today)

    async def page(self, view: CalendarView, day: date | None) -> Calendar:
        """The page; grids fetch their contents, lists have them."""
        shown = self.shown(view, day)
        listed = await self.days(shown) if view in {"day", "agenda"} else ()
        unplaced = await TaskRowRepository(self.scope.session).list_unplaced(
            self.scope.person.id, self.scope.now, MOST_UNPLACED
        )
        return Calendar(
            shown=shown,
            today=self.scope.now.astimezone(self.zone).date(),
            days=listed,
            unplaced=tuple(task_row(row) for row in unplaced.rows),
            unplaced_total=unplaced.total,
        )

    async def contents(self, shown: CalendarRange) -> Contents:
        """What lies in the days that are shown, in a handful of statements however many things there are."""
        person, session = self.scope.person, self.scope.session
        start_at, end_at = to_utc(shown.first, 0, self.zone), to_utc(shown.end, 0, self.zone)
        known = await taken.load(session, person.id, start_at, end_at)
        items = [
            CalendarItem(item.kind, item.id, item.title, item.start_at, item.end_at)
            for item in known.between(person.zone, start_at, end_at)
        ]
        for row in await PlanRepository(session).list_timeline_rows(person.id, start_at, end_at):
            is_late = row.status in UNFINISHED and row.deadline_at is not None and row.end_at > row.deadline_at
            items.append(
                CalendarItem(
                    kind="task",
                    id=row.task_id,
                    title=row.title,
                    start_at=row.start_at,
                    end_at=row.end_at,
                    block_id=row.block_id,
                    status=TaskStatus(row.status).value,
                    source=row.source,
                    pinned=row.pinned,
                    priority=row.priority,
                    reason=telling.retold(row.reason),
                    late_minutes=int((row.end_at - row.deadline_at).total_seconds() // 60) if is_late else 0,
                )
            )
        sets = await hours.load(session, person.id, start_at, end_at)
        in_order = sorted(items, key=lambda item: (item.start_at, item.end_at, item.kind, item.id))
        return Contents(tuple(in_order), hours.spans(sets, person.zone, start_at, end_at))

    async def days(self, shown: CalendarRange) -> tuple[CalendarDay, ...]:
        """The same day by day."""
        contents = await self.contents(shown)
        return tuple(
            self._day(shown.first + timedelta(days=number), contents, shown.first)
            for number in range((shown.end - shown.first).days)
        )

    def _day(self, day: date, contents: Contents, first: date) -> CalendarDay:
        return CalendarDay(
            day=day,
            items=tuple(item for item in contents.items if max(self._date(item.start_at), first) == day),
            work=self._cut(day, contents.work),
        )

    def _cut(self, day: date, work: Sequence[Span]) -> tuple[Span, ...]:
        low, high = to_utc(day, 0, self.zone), to_utc(day + timedelta(days=1), 0, self.zone)
        return tuple((max(start, low), min(end, high)) for start, end in work if start < high and low < end)

    def _date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()
