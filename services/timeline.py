"""A day's timeline: blocks, events and working hours on a grid of 5-minute rows, side by side where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from models import TaskStatus
from planning.hours import Span, to_utc
from repositories.plans import PlanRepository
from services import hours, taken, views
from services.scope import Scope

ROW_MINUTES = 5
LEAST_ROWS = 3
"""A shorter item is drawn this high, so that it can be read; neighbours make room for it."""
UNFINISHED = (TaskStatus.OPEN, TaskStatus.ACTIVE)
MAX_LANES = 4
DAY_STARTS_HOUR, DAY_ENDS_HOUR = 8, 18


class TimelineService:
    """Reads local days."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)

    async def with_week(self, day: date, first: date) -> tuple[views.Timeline, tuple[views.DayLoad, ...]]:
        """The timeline of a local day, and the load of each of the seven from `first` on, among which it is.

        A timeline goes from an hour before work or the first item to an hour after the last.
        """
        days = [first + timedelta(days=number) for number in range(7)]
        start_at, end_at = self._bounds(first)[0], self._bounds(days[-1])[1]
        items, work = await self._items(start_at, end_at), await self._hours(start_at, end_at)
        parts = {each: (self._clipped(items, each), hours.clipped(work, *self._bounds(each))) for each in days}
        return self._timeline(day, *parts[day]), tuple(views.DayLoad(each, *_load(*part)) for each, part in parts.items())

    def _clipped(self, items: Sequence[views.TimelineItem], day: date) -> list[views.TimelineItem]:
        """The items of several days as one of them shows them."""
        low, high = self._bounds(day)
        return [
            replace(item, start_at=max(item.start_at, low), end_at=min(item.end_at, high))
            for item in items
            if item.start_at < high and low < item.end_at
        ]

    def _timeline(self, day: date, items: Sequence[views.TimelineItem], work: Sequence[Span]) -> views.Timeline:
        midnight, next_midnight = self._bounds(day)
        now = self.scope.now if midnight <= self.scope.now < next_midnight else None
        start_at, end_at = self._window(day, items, work, now)
        rows = _rows(start_at, end_at)
        planned, capacity = _load(items, work)
        return views.Timeline(
            day=day,
            start_at=start_at,
            end_at=end_at,
            rows=rows,
            items=_in_lanes([_on_grid(item, start_at, end_at) for item in items]),
            shades=tuple(views.Shade(_row(low, start_at, rows), _row(high, start_at, rows)) for low, high in work),
            marks=tuple(
                views.HourMark(_row(at, start_at, rows), at)
                for at in (start_at + timedelta(hours=hour) for hour in range(rows * ROW_MINUTES // 60 + 1))
                if at < end_at
            ),
            now_row=_row(now, start_at, rows) if now else None,
            planned_minutes=planned,
            capacity_minutes=capacity,
        )

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        return to_utc(day, 0, self.zone), to_utc(day + timedelta(days=1), 0, self.zone)

    async def _hours(self, start_at: datetime, end_at: datetime) -> Sequence[Span]:
        sets = await hours.load(self.scope.session, self.scope.person.id, start_at, end_at)
        return hours.spans(sets, self.scope.person.zone, start_at, end_at)

    async def _items(self, start_at: datetime, end_at: datetime) -> list[views.TimelineItem]:
        person, session = self.scope.person, self.scope.session
        known = await taken.load(session, person.id, start_at, end_at)
        items = [
            views.TimelineItem(item.kind, item.id, item.title, max(item.start_at, start_at), min(item.end_at, end_at), 1, 2)
            for item in known.between(person.zone, start_at, end_at)
        ]
        for row in await PlanRepository(session).list_timeline_rows(person.id, start_at, end_at):
            is_late = row.status in UNFINISHED and row.deadline_at is not None and row.end_at > row.deadline_at
            items.append(
                views.TimelineItem(
                    kind="task",
                    id=row.task_id,
                    title=row.title,
                    start_at=max(row.start_at, start_at),
                    end_at=min(row.end_at, end_at),
                    from_row=1,
                    to_row=2,
                    status=TaskStatus(row.status).value,
                    source=row.source,
                    pinned=row.pinned,
                    priority=row.priority,
                    reason=row.reason,
                    late_minutes=int((row.end_at - row.deadline_at).total_seconds() // 60) if is_late else 0,
                )
            )
        return sorted(items, key=lambda item: (item.start_at, item.end_at, item.kind, item.id))

    def _window(
        self, day: date, items: Sequence[views.TimelineItem], work: Sequence[Span], now: datetime | None
    ) -> tuple[datetime, datetime]:
        """Whole hours around everything that there is to see, within the local day."""
        starts = [*(item.start_at for item in items), *(low for low, _ in work), *([now] if now else [])]
        ends = [*(item.end_at for item in items), *(high for _, high in work), *([now] if now else [])]
        midnight, next_midnight = self._bounds(day)
        first = self._hour_at(min([to_utc(day, DAY_STARTS_HOUR * 60, self.zone), *starts]))
        last = max([to_utc(day, DAY_ENDS_HOUR * 60, self.zone), *ends])
        if last != self._hour_at(last):
            last = self._hour_at(last) + timedelta(hours=1)
        return max(midnight, first), min(next_midnight, last)

    def _hour_at(self, at: datetime) -> datetime:
        """The full hour of the person's clock at or before an instant."""
        local = at.astimezone(self.zone)
        return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _load(items: Sequence[views.TimelineItem], work: Sequence[Span]) -> tuple[int, int]:
    """Minutes given to tasks still to be done, and minutes that the hours have for tasks."""
    planned = sum(_minutes(item.start_at, item.end_at) for item in items if item.kind == "task" and item.is_live)
    others = [(item.start_at, item.end_at) for item in items if item.kind != "task"]
    return planned, sum(_minutes(low, high) - hours.covered_minutes(low, high, others) for low, high in work)


def _rows(start_at: datetime, end_at: datetime) -> int:
    return max(1, -int(-(end_at - start_at).total_seconds() // (60 * ROW_MINUTES)))


def _row(at: datetime, start_at: datetime, rows: int) -> int:
    """The grid line at an instant, within the grid."""
    return min(max(int((at - start_at).total_seconds() // (60 * ROW_MINUTES)), 0), rows) + 1


def _on_grid(item: views.TimelineItem, start_at: datetime, end_at: datetime) -> views.TimelineItem:
    rows = _rows(start_at, end_at)
    low = min(_row(item.start_at, start_at, rows), rows)
    high = -int(-(item.end_at - start_at).total_seconds() // (60 * ROW_MINUTES)) + 1
    return replace(item, from_row=low, to_row=min(max(high, low + LEAST_ROWS), rows + 1))


def _in_lanes(items: Sequence[views.TimelineItem]) -> tuple[views.TimelineItem, ...]:
    """Side by side where they overlap: each item takes the first free lane of its cluster, at most MAX_LANES."""
    placed: list[views.TimelineItem] = []
    cluster: list[views.TimelineItem] = []
    for item in items:
        if cluster and item.from_row >= max(other.to_row for other in cluster):
            placed += _widened(cluster)
            cluster = []
        taken = {other.lane for other in cluster if other.to_row > item.from_row}
        lane = next((lane for lane in range(1, MAX_LANES + 1) if lane not in taken), MAX_LANES)
        cluster.append(replace(item, lane=lane))
    return (*placed, *_widened(cluster))


def _widened(cluster: Sequence[views.TimelineItem]) -> list[views.TimelineItem]:
    lanes = max((item.lane for item in cluster), default=1)
    return [replace(item, lanes=lanes) for item in cluster]


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds() // 60))
