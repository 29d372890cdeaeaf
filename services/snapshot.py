"""A person's rows as one planning problem: what is fixed, what may move, and how far ahead to look.

The rows are read in one short transaction and handed over; nothing here reads or writes the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models import Block, Event, HourRange, Task, TaskStatus, TimeEntry
from planning.hours import local_midnights
from planning.problem import Fixed, FixedKind, Placement, Problem, Resource
from services import framing
from services.framing import CALENDAR, GRID_MINUTES, PERSON, Frame

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
    events: Sequence[Event]
    ranges: Sequence[HourRange]
    entries: Sequence[TimeEntry]
    dependencies: Sequence[tuple[int, int]]
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
        self.left = {task.id: framing.remaining_minutes(task, entries.get(task.id, ())) for task in rows.tasks}
        self.running = {entry.task_id: entry.started_at for entry in rows.entries if entry.ended_at is None}
        self.waits_for: dict[int, list[int]] = {}
        for task_id, other in rows.dependencies:
            if task_id in self.tasks and other in self.tasks:
                self.waits_for.setdefault(task_id, []).append(other)
        self.busy = framing.busy(rows.events, self.frame)
        self.calendar = framing.calendar(rows.ranges, rows.zone, self.frame, self.horizon())

    def framed(self) -> Framed:
        end, fixed = self.horizon(), self.fixed()
        midnights = local_midnights(ZoneInfo(self.rows.zone), self.frame.origin, end)
        problem = Problem(
            jobs=tuple(
                framing.job(task, self.left[task.id], self.frame, self.waits_for.get(task.id, ())) for task in self.rows.tasks
            ),
            resources=(Resource(PERSON, calendar=CALENDAR, busy=self.busy),),
            calendars=(self.calendar,),
            horizon=self.frame.minute_before(end),
            now=self.now,
            grid=GRID_MINUTES,
            day_starts=tuple(self.frame.minute_before(midnight) for midnight in midnights),
            fixed=fixed,
            current=self.current({item.placement.job_id for item in fixed}),
        )
        return Framed(problem, self.frame)

    def horizon(self) -> datetime:
        """Far enough for the work and every date in it, and no farther: a horizon longer than needed costs quality."""
        daily = sum((r.end_minute - r.start_minute) % 1440 or 1440 for r in self.rows.ranges) / 7
        need = sum(self.left.values()) * LOAD + sum(busy.interval.end - busy.interval.start for busy in self.busy)
        enough = self.rows.now + timedelta(days=min(MIN_HORIZON_DAYS + (need / daily if daily else 0), MAX_HORIZON_DAYS))
        dates = [at for task in self.rows.tasks for at in (task.deadline_at, task.earliest_at) if at is not None]
        latest = self.frame.origin + timedelta(days=MAX_HORIZON_DAYS)
        last_date = min(max([*dates, self.rows.now]), latest) + timedelta(days=SLACK_DAYS)
        return min(max(enough, last_date), latest)

    def fixed(self) -> tuple[Fixed, ...]:
        """Pinned blocks first, then the running task up to the next pin, then the frozen near future around both."""
        found: list[Fixed] = []
        idle = [block for block in self.rows.blocks if block.task_id not in self.running]
        for block in idle:
            if block.pinned and not self.is_overdue(block):
                _keep(found, self.placement(block), "pinned")
        for task_id, started_at in self.running.items():
            found.append(Fixed(self.running_placement(task_id, started_at, found), "running"))
        for block in idle:
            if not block.pinned and self.is_frozen(block):
                _keep(found, self.placement(block), "frozen")
        return tuple(found)

    def running_placement(self, task_id: int, started_at: datetime, found: Sequence[Fixed]) -> Placement:
        """From its start for what is left of it, and at least to the next step of the grid; pins around it cut it short."""
        begun = [item.placement.end for item in found if item.placement.start <= self.now - GRID_MINUTES]
        start = max([self.frame.minute_before(started_at), *begun])
        end = max(start + self.left[task_id], self.now + GRID_MINUTES)
        ahead = [item.placement.start for item in found if item.placement.start > start]
        return Placement(str(task_id), start, max(min([end, *ahead]), start + 1))

    def is_overdue(self, block: Block) -> bool:
        """It should have been started a while ago, and was not."""
        return block.start_at < self.rows.now - timedelta(minutes=self.rows.overdue_minutes)

    def is_frozen(self, block: Block) -> bool:
        """It starts so soon that it stays, unless its task changed or something hard is in its way now."""
        task = self.tasks[block.task_id]
        soon = self.rows.now + timedelta(minutes=self.rows.frozen_minutes)
        if task.needs_scheduling or self.is_overdue(block) or block.start_at >= soon or task.status is not TaskStatus.OPEN:
            return False
        spot = self.placement(block)
        is_blocked = any(busy.interval.start < spot.end and spot.start < busy.interval.end for busy in self.busy)
        is_at_work = any(open_.start <= max(spot.start, 0) and spot.end <= open_.end for open_ in self.calendar.intervals)
        return is_at_work and not is_blocked and task.id not in self.waits_for and spot.end - spot.start == self.left[task.id]

    def current(self, settled: set[str]) -> tuple[Placement, ...]:
        """Where the standing plan has what may move; what must be looked at anew has no place to lose."""
        return tuple(
            self.placement(block)
            for block in self.rows.blocks
            if str(block.task_id) not in settled
            and not self.tasks[block.task_id].needs_scheduling
            and self.frame.minute_before(block.start_at) >= self.now
        )

    def placement(self, block: Block) -> Placement:
        return Placement(str(block.task_id), self.frame.minute_before(block.start_at), self.frame.minute_after(block.end_at))


def _keep(found: list[Fixed], placement: Placement, kind: FixedKind) -> None:
    """Two blocks cannot both stay where they overlap: the earlier of the list wins, the other is planned again."""
    if all(item.placement.end <= placement.start or placement.end <= item.placement.start for item in found):
        found.append(Fixed(placement, kind))
