"""What else is possible with one task: other slots with what each would cost, and repairs for what is late or has no place.

Each is computed by solving again, said in words, and handed on as a change set: doing it is `services.changes`' business, and
showing first what would follow is `services.what_if`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant import telling
from assistant.operations import ActOnTask, EditTask, Operation, PinTask, UnpinTask, WorkExtra
from models import Task
from planning import alternatives as kernel_alternatives
from planning import repairs as kernel_repairs
from planning.alternatives import Alternative
from planning.changes import Change
from planning.checker import check
from planning.hours import to_utc
from planning.problem import Interval, Plan, Problem
from planning.process import SolverProcess
from planning.repairs import Extra, Repair
from services import planning, wording
from services.snapshot import Framed, Rows

MOST = 5
EXTRA_DAYS = 14
EXTRA_EVENING = 120
EXTRA_DAY = (10 * 60, 14 * 60)
"""On a day without hours, these are offered; after a working day, so many minutes more."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that could be done: a short title, what it costs or brings, and the operations that do it."""

    title: str
    cost: str
    operations: tuple[Operation, ...]
    start_at: datetime | None = None
    end_at: datetime | None = None


async def alternatives(rows: Rows, task_id: int, solver: SolverProcess, seconds: float) -> tuple[Option, ...]:
    """The next-best slots of a planned task, the cheapest first; none for one that is not to be planned any more."""
    if not _is_planned(rows, task_id):
        return ()
    words, plan = await _stand(rows, solver, seconds)
    problem = _loosened(words.framed.problem, plan, str(task_id))
    found = await asyncio.to_thread(kernel_alternatives.alternatives, problem, plan, str(task_id))
    return tuple(words.alternative(item) for item in found)


async def repairs(rows: Rows, task_id: int, solver: SolverProcess, seconds: float) -> tuple[Option, ...]:
    """What would give a late or unplaced task its time, the least harm first; none as above."""
    if not _is_planned(rows, task_id):
        return ()
    words, plan = await _stand(rows, solver, seconds)
    extras = _extras(rows, words.framed, words.tasks[str(task_id)])
    found = await asyncio.to_thread(
        kernel_repairs.repairs, words.framed.problem, plan, str(task_id), extra=[item.extra for item in extras], most=MOST
    )
    return tuple(words.repair(item, extras) for item in found)


def _is_planned(rows: Rows, task_id: int) -> bool:
    """Whether the planner looks for its time: of a task with parts, for theirs."""
    return any(task.id == task_id for task in rows.tasks) and all(part.parent_id != task_id for part in rows.parts)


async def _stand(rows: Rows, solver: SolverProcess, seconds: float) -> tuple[_Words, Plan]:
    """The plan to compare with: the standing one where it still holds, else the one that the planner would make now."""
    thought = await planning.think(rows, solver, seconds)
    return _Words(rows, thought.framed, thought.plan), thought.plan


def _loosened(problem: Problem, plan: Plan, job_id: str) -> Problem:
    """The problem in which one job is not held by its pin or by how soon it starts: its person asks to move it."""
    held = tuple(item.placement for item in problem.fixed if item.placement.job_id == job_id and item.kind != "running")
    loose = replace(
        problem,
        fixed=tuple(item for item in problem.fixed if item.placement not in held),
        current=(*problem.current, *held),
    )
    return problem if check(loose, plan) else loose


@dataclass(frozen=True, slots=True)
class _ExtraTime:
    """Time that could be opened, in the kernel's terms and as an operation."""

    extra: Extra
    operation: WorkExtra


def _extras(rows: Rows, framed: Framed, task: Task) -> list[_ExtraTime]:
    """Days without hours, and evenings after work, within the next two weeks, in the set that the task is planned in."""
    if not rows.hours:
        return []
    hours = next((item for item in rows.hours if item.id == task.hour_set_id), rows.hours[0])
    zone, frame, found = ZoneInfo(rows.zone), framed.frame, list[_ExtraTime]()
    today = rows.now.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(EXTRA_DAYS)):
        stretches = hours.weekly.on(day)
        end = max((end for start, end in stretches if end > start), default=0)
        low, high = (end, min(end + EXTRA_EVENING, 23 * 60)) if stretches else EXTRA_DAY
        start = max(frame.minute_after(to_utc(day, low, zone)), framed.problem.now)
        stop = frame.minute_before(to_utc(day, high, zone))
        if low >= high or stop <= start or stop > framed.problem.horizon:
            continue
        name = f"{wording.day_name(day, today)} {telling.minute_of_day(low)}–{telling.minute_of_day(high)}"
        operation = WorkExtra(day=day, start_minute=low, end_minute=high, hour_set_id=hours.id)
        found.append(_ExtraTime(Extra(name, (Interval(start, stop),)), operation))
    return found


class _Words:
    """The kernel's facts as titles, costs and operations."""

    def __init__(self, rows: Rows, framed: Framed, plan: Plan) -> None:
        self.rows = rows
        self.framed = framed
        self.plan = plan
        self.tasks = {str(task.id): task for task in rows.tasks}
        self.left = {job.id: job.duration for job in framed.problem.jobs}
        self.advised = {job.id: framed.frame.instant(job.deadline) for job in framed.problem.jobs if job.deadline is not None}

    def alternative(self, item: Alternative) -> Option:
        start, end = (self.framed.frame.instant(minute) for minute in (item.start, item.end))
        title = f"{self._moment(start)}–{wording.clock(end, self.rows.zone)}"
        if len(item.blocks) > 1:
            title += f" and {wording.plural(len(item.blocks) - 1, 'more block')}"
        operation = PinTask(task_id=int(item.job_id), start_at=start)
        parts = filter(None, [self._shift(item), self._cost(item.change, item.job_id)])
        return Option(title, "; ".join(parts), (operation,), start, end)

    def _shift(self, item: Alternative) -> str:
        """ "2 h later" than it is now."""
        now = next((spot.start for spot in self.plan.placements if spot.job_id == item.job_id), item.start)
        return (
            f"{wording.minutes(abs(item.start - now))} {'later' if item.start > now else 'earlier'}"
            if item.start != now
            else ""
        )

    def repair(self, item: Repair, extras: Sequence[_ExtraTime]) -> Option:
        title, operations = self._remedy(item, extras)
        return Option(title, self._cost(item.change, item.job_id), operations)

    def _remedy(self, item: Repair, extras: Sequence[_ExtraTime]) -> tuple[str, tuple[Operation, ...]]:
        task, length = self.tasks[item.job_id], wording.hours(max(item.minutes, 1))
        name = _short(task.title)
        match item.kind:
            case "move_others":
                return "Let the planner move other tasks", ()
            case "extend_deadline" | "extend_other":
                due = (task.deadline_at or self.advised[item.job_id]) + timedelta(minutes=item.minutes)
                whose = "the deadline" if item.kind == "extend_deadline" else f"the deadline of “{name}”"
                return f"Move {whose} to {self._when(due)}", (EditTask(task_id=task.id, deadline_at=due),)
            case "extra_time":
                found = next(extra for extra in extras if extra.extra.name == item.name)
                return f"Work {_within(item.name)} too", (found.operation,)
            case "shorten":
                worked = task.duration_minutes - self.left[item.job_id]
                return f"Shorten it to {length}", (EditTask(task_id=task.id, duration_minutes=max(1, worked + item.minutes)),)
            case "split":
                return f"Split it into pieces of at least {length}", (
                    EditTask(task_id=task.id, min_chunk_minutes=item.minutes),
                )
            case "drop_job":
                return f"Drop “{name}”", (ActOnTask(kind="delete_task", task_id=task.id),)
            case "unpin":
                return f"Let “{name}” move: unpin it", (UnpinTask(task_id=task.id),)

    def _cost(self, change: Change, job_id: str) -> str:
        """ "moves “Notes”; 30 min after its deadline" """
        parts = []
        if change.moved:
            parts.append(f"moves {self._names(change.moved)}")
        if change.lost:
            parts.append(f"{self._names(change.lost)} would have no place")
        for late in change.late:
            whose = "its deadline" if late.job_id == job_id else f"the deadline of “{_short(self.tasks[late.job_id].title)}”"
            parts.append(f"{wording.minutes(late.minutes)} after {whose}")
        if change.cost.preference > 0:
            parts.append("at a time that suits less")
        if change.cost.spread > 0 and not change.late:
            parts.append("closer to the deadline")
        return "; ".join(parts) or "nothing else changes"

    def _names(self, job_ids: Sequence[str]) -> str:
        names = [f"“{_short(self.tasks[job_id].title)}”" for job_id in job_ids[:2]]
        more = len(job_ids) - len(names)
        return f"{', '.join(names)} and {wording.plural(more, 'more task')}" if more else " and ".join(names)

    def _moment(self, at: datetime) -> str:
        return wording.moment(at, self.rows.now, self.rows.zone)

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.rows.now, self.rows.zone)


def _within(name: str) -> str:
    """A name within a sentence: "today 17:00–19:00", "Sat 10:00–14:00"."""
    return name[0].lower() + name[1:] if name.startswith(("Today", "Tomorrow")) else name


def _short(title: str) -> str:
    return title if len(title) <= 40 else f"{title[:39].rstrip()}…"
