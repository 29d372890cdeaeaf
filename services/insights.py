"""What a person's past says about their plans: how estimates held, when they work, deadlines, and how often the plan moved.

It counts; the pictures are the templates'. Weeks and hours are those of the person's clock, so weeks may have 167 or 169 hours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from planning.hours import to_utc
from repositories.insights import MOST_ROWS, InsightRepository, Rows
from services import diffs
from services.scope import Scope
from services.versions import UNDO

MOST_LABELS = 12
HOURS_A_DAY = 24
FIRST_HOUR, LAST_HOUR = 8, 18
"""The heat map shows these hours at least."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday on: tasks finished in it and their estimates, work done in it, deadlines in it and how many were
    met, and runs of the planner with how many of them moved blocks that were planned already, and how many blocks."""

    on: date
    finished: int
    planned_minutes: int
    worked_minutes: int
    due: int
    met: int
    runs: int
    moving_runs: int
    moved_blocks: int

    @property
    def missed(self) -> int:
        return self.due - self.met


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Finished tasks whose time was tracked, with a label (None: without any): their estimates against their work."""

    label: str | None
    tasks: int
    planned_minutes: int
    worked_minutes: int

    @property
    def percent(self) -> int:
        """Worked of planned time; above 100 it took longer."""
        return round(100 * self.worked_minutes / self.planned_minutes)


@dataclass(frozen=True, slots=True)
class Focus:
    """Worked minutes of each weekday (0: Monday) and hour of the clock, in the hours that are worth a look."""

    minutes: tuple[tuple[int, ...], ...]

    @property
    def most(self) -> int:
        return max(max(day) for day in self.minutes)

    @property
    def best(self) -> tuple[int, int]:
        """The weekday and hour with the most work, the first of equals."""
        cells = ((weekday, hour) for weekday in range(7) for hour in range(HOURS_A_DAY))
        return max(cells, key=lambda cell: self.minutes[cell[0]][cell[1]])

    @property
    def hours(self) -> range:
        """From the first to the last hour with any work, and a usual day at least."""
        used = [hour for hour in range(HOURS_A_DAY) if any(day[hour] for day in self.minutes)]
        return range(min([FIRST_HOUR, *used]), max([LAST_HOUR, *(hour + 1 for hour in used)]))


@dataclass(frozen=True, slots=True)
class Insights:
    """All of it, over whole weeks up to now. `overall` sums the tracked tasks (None: there are none). `is_cut`: there was
    more than is counted, and the oldest is left out."""

    weeks: tuple[Week, ...]
    overall: Accuracy | None
    labels: tuple[Accuracy, ...]
    focus: Focus
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return not any(week.finished or week.worked_minutes or week.due or week.runs for week in self.weeks)

    def total(self, name: str) -> int:
        """The sum of one number over the weeks."""
        return sum(getattr(week, name) for week in self.weeks)


class InsightService:
    """Reads the past; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)

    async def show(self, weeks: int) -> Insights:
        """The last so many weeks, this one included: five statements."""
        user_id, now, past = self.scope.person.id, self.scope.now, InsightRepository(self.scope.session)
        mondays = self._mondays(weeks)
        since = to_utc(mondays[0], 0, self.zone)
        finished, worked = await past.list_finished(user_id, since), await past.list_worked(user_id, since)
        labels = await past.list_labels(user_id, since)
        due, runs = await past.list_due(user_id, since, now), await past.list_runs(user_id, since, UNDO)
        pieces = [piece for start, end in worked for piece in _hourly(max(start, since), min(end, now), self.zone)]
        overall, by_label = _accuracies(finished, labels)
        return Insights(
            weeks=self._weeks(mondays, finished, pieces, due, runs),
            overall=overall,
            labels=by_label,
            focus=_focus(pieces),
            is_cut=any(len(rows) >= MOST_ROWS for rows in (finished, worked, labels, due, runs)),
        )

    def _mondays(self, weeks: int) -> list[date]:
        today = self.scope.now.astimezone(self.zone).date()
        monday = today - timedelta(days=today.weekday())
        return [monday - timedelta(weeks=number) for number in reversed(range(weeks))]

    def _weeks(
        self, mondays: Sequence[date], finished: Rows, pieces: Sequence[Piece], due: Rows, runs: Rows
    ) -> tuple[Week, ...]:
        starts = [to_utc(monday, 0, self.zone) for monday in mondays]
        counts: list[Counter[str]] = [Counter() for _ in mondays]

        def of(at: datetime) -> Counter[str]:
            return counts[bisect_right(starts, at) - 1]

        for task in {row.id: row for row in finished}.values():
            of(task.completed_at).update(finished=1, planned_minutes=task.duration_minutes)
        for piece in pieces:
            of(piece.at).update(seconds=piece.seconds)
        for row in due:
            of(row.deadline_at).update(due=1, met=int(row.completed_at is not None and row.completed_at <= row.deadline_at))
        for run in runs:
            changes, _ = diffs.from_json(run.diff)
            moved = sum(change.moved_blocks for change in changes if change.kind == "moved")
            of(run.finished_at).update(runs=1, moving_runs=int(moved > 0), moved_blocks=moved)
        return tuple(_week(monday, count) for monday, count in zip(mondays, counts, strict=True))


@dataclass(frozen=True, slots=True)
class Piece:
    """Work within one hour of the clock."""

    at: datetime
    weekday: int
    hour: int
    seconds: int


def _hourly(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Piece]:
    """A stretch of work, cut where the person's clock strikes the hour; an hour that comes twice has both."""
    while start < end:
        local = start.astimezone(zone)
        into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        stop = min(end, start + timedelta(hours=1) - into_hour)
        yield Piece(start, local.weekday(), local.hour, int((stop - start).total_seconds()))
        start = stop


def _focus(pieces: Sequence[Piece]) -> Focus:
    seconds: Counter[tuple[int, int]] = Counter()
    for piece in pieces:
        seconds[piece.weekday, piece.hour] += piece.seconds
    return Focus(tuple(tuple(seconds[weekday, hour] // 60 for hour in range(HOURS_A_DAY)) for weekday in range(7)))


def _accuracies(finished: Rows, labels: Rows) -> tuple[Accuracy | None, tuple[Accuracy, ...]]:
    """Of all tracked tasks, and by label, those with the most tasks first; a task with two labels counts for both."""
    names: dict[int, list[str | None]] = {}
    for row in labels:
        names.setdefault(row.task_id, []).append(row.name)
    worked: Counter[int] = Counter()
    planned: dict[int, int] = {}
    for row in finished:
        if row.ended_at is not None:
            worked[row.id] += int((row.ended_at - row.started_at).total_seconds() // 60)
            planned[row.id] = row.duration_minutes
    found: dict[str | None, Counter[str]] = {}
    for task_id, minutes in planned.items():
        for name in names.get(task_id, [None]):
            found.setdefault(name, Counter()).update(tasks=1, planned=minutes, worked=worked[task_id])
    by_label = [Accuracy(name, sums["tasks"], sums["planned"], sums["worked"]) for name, sums in found.items()]
    by_label.sort(key=lambda item: (-item.tasks, item.label is None, (item.label or "").casefold()))
    overall = Accuracy(None, len(planned), sum(planned.values()), worked.total()) if planned else None
    return overall, tuple(by_label[:MOST_LABELS])


def _week(monday: date, count: Counter[str]) -> Week:
    return Week(
        on=monday,
        finished=count["finished"],
        planned_minutes=count["planned_minutes"],
        worked_minutes=count["seconds"] // 60,
        due=count["due"],
        met=count["met"],
        runs=count["runs"],
        moving_runs=count["moving_runs"],
        moved_blocks=count["moved_blocks"],
    )
