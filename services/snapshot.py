"""A person's rows as one planning problem: what is fixed, what may move, and how far ahead to look.

The rows are read in one short transaction and handed over; nothing here reads or writes the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from models import Block, Preferences, Task, TaskStatus, TaskWindow, TimeEntry
from planning.hours import local_midnights, to_utc
from planning.problem import Allowance, Fixed, FixedKind, Interval, Job, Placement, Problem, Resource
from planning.problem import Budget as KernelBudget
from services import framing, hours, jobs, ordering, taste
from services.framing import GRID_MINUTES, PERSON, Frame
from services.hours import NamedHours
from services.jobs import Surroundings
from services.ordering import Part
from services.projects import Budget
from services.taken import Taken

MIN_HORIZON_DAYS = 14
MAX_HORIZON_DAYS = 360
SLACK_DAYS = 7
LOAD = 1.3
"""How much more working time than work the horizon holds: gaps, events and wishes need some."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A person's rows as they stood at `now`, in plan version `version`."""

    version: int
    now: datetime
    zone: str
    tasks: Sequence[Task]
    blocks: Sequence[Block]
    taken: Taken
    labels: Mapping[int, Sequence[str]]
    hours: Sequence[NamedHours]
    preferences: Preferences
    windows: Sequence[TaskWindow]
    entries: Sequence[TimeEntry]
    dependencies: Sequence[tuple[int, int]]
    parts: Sequence[Part]
    budgets: Sequence[Budget]
    frozen_minutes: int
    overdue_minutes: int


@dataclass(frozen=True, slots=True)
class Framed:
    """A problem with the frame that its minutes are in."""

    problem: Problem
    frame: Frame


def build(rows: Rows) -> Framed:
    """The problem of one person: one resource of capacity 1 with working hours and busy times."""
    return _Builder(rows).framed()


def by_task(placements: Iterable[Placement]) -> Mapping[int, tuple[Placement, ...]]:
    """The placements of each task id, by start."""
    found: dict[int, tuple[Placement, ...]] = {}
    for placement in sorted(placements, key=lambda item: item.start):
        task_id = int(placement.job_id)
        found[task_id] = (*found.get(task_id, ()), placement)
    return found


class _Builder:
    """Holds what several parts of the problem need; each method makes one part."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.frame = framing.frame_at(rows.now)
        self.now = self.frame.step_after(rows.now)
        self.tasks = {task.id: task for task in rows.tasks}
        entries: dict[int, list[TimeEntry]] = {}
        for entry in rows.entries:
            entries.setdefault(entry.task_id, []).append(entry)
        frames = {part.parent_id for part in rows.parts}
        self.planned = [task for task in rows.tasks if task.id not in frames]
        self.left = {task.id: framing.remaining_minutes(task, entries.get(task.id, ())) for task in self.planned}
        self.blocks = [block for block in rows.blocks if block.task_id in self.left]
        self.running = {entry.task_id: entry.started_at for entry in rows.entries if entry.ended_at is None}
        waits = ordering.waits_of(rows.dependencies, [part for part in rows.parts if part.id in self.tasks])
        self.waits_for = {
            task_id: before for task_id in self.left if (before := sorted(waits.get(task_id, frozenset()) & {*self.left}))
        }
        self.busy = framing.busy(rows.taken.events, self.frame)
        windows: dict[int, list[TaskWindow]] = {}
        for window in rows.windows:
            windows.setdefault(window.task_id, []).append(window)
        end = self.horizon()
        self.around = Surroundings(
            self.frame, end, rows.zone, rows.hours, rows.preferences, windows, rows.taken.kind_times, rows.labels
        )
        self.busy += framing.busy(rows.taken.routine_times(rows.zone, self.frame.origin - timedelta(days=1), end), self.frame)

    def framed(self) -> Framed:
        end, fixed = self.around.end, self.fixed()
        midnights = local_midnights(ZoneInfo(self.rows.zone), self.frame.origin, end)
        likes = self.rows.preferences
        person = Resource(PERSON, busy=self.busy, max_stretch=likes.max_stretch_minutes, break_minutes=likes.break_minutes)
        problem = Problem(
            jobs=tuple(self.job(task) for task in self.planned),
            resources=(person,),
            calendars=self.around.calendars,
            horizon=self.frame.minute_before(end),
            now=self.now,
            grid=GRID_MINUTES,
            day_starts=tuple(self.frame.minute_before(midnight) for midnight in midnights),
            fixed=fixed,
            current=self.current({item.placement for item in fixed}),
            budgets=tuple(self.budgets()),
            taste=taste.of(likes),
        )
        return Framed(problem, self.frame)

    def budgets(self) -> Iterator[KernelBudget]:
        """Weekly limits, from Monday to Monday in the person's zone; of this week's, what is left of it."""
        zone = ZoneInfo(self.rows.zone)
        today = self.rows.now.astimezone(zone).date()
        mondays = [today - timedelta(days=today.weekday())]
        while to_utc(mondays[-1], 0, zone) < self.around.end:
            mondays.append(mondays[-1] + timedelta(days=7))
        borders = [self.frame.minute_before(to_utc(monday, 0, zone)) for monday in mondays]
        for budget in self.rows.budgets:
            this_week = max(0, budget.minutes_a_week - budget.spent_minutes)
            minutes = [this_week, *(budget.minutes_a_week for _ in borders[2:])]
            allowances = (Allowance(Interval(*week), most) for week, most in zip(pairwise(borders), minutes, strict=True))
            members = tuple(str(task_id) for task_id in budget.task_ids if task_id in self.left)
            if members:
                yield KernelBudget(budget.name, members, tuple(allowances))

    def job(self, task: Task) -> Job:
        parent = self.tasks.get(task.parent_id) if task.parent_id else None
        return jobs.job(task, self.left[task.id], self.around, self.waits_for.get(task.id, ()), parent)

    def horizon(self) -> datetime:
        """Far enough for the work and every date in it, and no farther: a horizon longer than needed costs quality."""
        daily = min((item.daily_minutes for item in self.rows.hours if item.daily_minutes), default=0) * self.open_share()
        need = sum(self.left.values()) * LOAD + sum(busy.interval.end - busy.interval.start for busy in self.busy)
        enough = self.rows.now + timedelta(days=min(MIN_HORIZON_DAYS + (need / daily if daily else 0), MAX_HORIZON_DAYS))
        dates = [at for task in self.rows.tasks for at in (task.deadline_at, task.earliest_at) if at is not None]
        latest = self.frame.origin + timedelta(days=MAX_HORIZON_DAYS)
        last_date = min(max([*dates, self.rows.now]), latest) + timedelta(days=SLACK_DAYS)
        return min(max(enough, last_date), latest)

    def open_share(self) -> float:
        """The share of the hours of the coming weeks that routines leave, at least a tenth."""
        rows, last = self.rows, self.rows.now + timedelta(days=MIN_HORIZON_DAYS)
        routines = [(item.start_at, item.end_at) for item in rows.taken.routine_times(rows.zone, rows.now, last)]
        work = hours.spans(rows.hours, rows.zone, rows.now, last) if routines else ()
        whole = sum((high - low).total_seconds() for low, high in work)
        closed = sum(hours.covered_minutes(low, high, routines) * 60 for low, high in work)
        return max(1 - closed / whole, 0.1) if whole else 1.0

    def fixed(self) -> tuple[Fixed, ...]:
        """Pinned blocks first, then the running task up to the next pin, then the frozen near future around both.

        Of a task that may be split, some blocks may be fixed while the others float.
        """
        found: list[Fixed] = []
        for block in self.blocks:
            if block.pinned and self.is_held(block):
                _keep(found, self.frame.placement(block), "pinned")
        for task_id, started_at in self.running.items():
            found.append(Fixed(self.running_placement(task_id, started_at, found), "running"))
        for block in self.blocks:
            if not block.pinned and self.is_frozen(block, found):
                _keep(found, self.frame.placement(block), "frozen")
        return tuple(found)

    def is_held(self, block: Block) -> bool:
        """Whether a pin still counts: not when it was missed, and not when work on its task has reached it."""
        if block.task_id not in self.running:
            return not self.is_overdue(block)
        is_ahead = self.frame.minute_before(block.start_at) > self.now + GRID_MINUTES
        return is_ahead and jobs.is_split(self.tasks[block.task_id])

    def running_placement(self, task_id: int, started_at: datetime, found: Sequence[Fixed]) -> Placement:
        """From its start for the piece that is being done, and at least to the next step of the grid; pins cut it short."""
        begun = [item.placement.end for item in found if item.placement.start <= self.now - GRID_MINUTES]
        start = max([self.frame.minute_before(started_at), *begun])
        end = max(start + jobs.piece_minutes(self.tasks[task_id], self.left[task_id]), self.now + GRID_MINUTES)
        ahead = [item.placement.start for item in found if item.placement.start > start]
        return Placement(str(task_id), start, max(min([end, *ahead]), start + 1))

    def is_overdue(self, block: Block) -> bool:
        """It should have been started a while ago, and was not."""
        return block.start_at < self.rows.now - timedelta(minutes=self.rows.overdue_minutes)

    def is_frozen(self, block: Block, found: Sequence[Fixed]) -> bool:
        """It starts so soon that it stays, unless its task changed or something hard is in its way now.

        One block must be as long as what is left of its task; a piece must be part of it beside the pieces already `found`.
        """
        task = self.tasks[block.task_id]
        soon = self.rows.now + timedelta(minutes=self.rows.frozen_minutes)
        if task.needs_scheduling or self.is_overdue(block) or block.start_at >= soon or task.status is not TaskStatus.OPEN:
            return False
        spot = self.frame.placement(block)
        is_blocked = any(busy.interval.start < spot.end and spot.start < busy.interval.end for busy in self.busy)
        name = self.around.calendar_of(task)
        work = next((calendar.intervals for calendar in self.around.calendars if calendar.name == name), ())
        allowed = self.around.allowed(task)
        is_at_work = all(
            any(open_.start <= max(spot.start, 0) and spot.end <= open_.end for open_ in times)
            for times in (work, allowed)
            if times is not None
        )
        placed = sum(item.placement.end - item.placement.start for item in found if item.placement.job_id == spot.job_id)
        over = placed + spot.end - spot.start - self.left[task.id]
        is_fitting = over <= 0 if jobs.is_split(task) else over == 0
        return is_at_work and not is_blocked and task.id not in self.waits_for and is_fitting

    def current(self, settled: set[Placement]) -> tuple[Placement, ...]:
        """Where the standing plan has what may move; what must be looked at anew has no place to lose."""
        return tuple(
            placement
            for block in self.blocks
            if (placement := self.frame.placement(block)) not in settled
            and not self.tasks[block.task_id].needs_scheduling
            and placement.start >= self.now
        )


def _keep(found: list[Fixed], placement: Placement, kind: FixedKind) -> None:
    """Two blocks cannot both stay where they overlap: the earlier of the list wins, the other is planned again."""
    if all(item.placement.end <= placement.start or placement.end <= item.placement.start for item in found):
        found.append(Fixed(placement, kind))
