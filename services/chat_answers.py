"""Answers to questions about the plan, computed from data: what is planned, next, running, at risk, free, and why.

No model says a fact; every sentence here comes from rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from assistant.chat import AboutTask, AmIFree, ListPlan, ListTasks, Question, Simple, WhatIf
from models import Event
from repositories.chat import ChatRepository
from repositories.events import EventRepository
from repositories.plans import PlanRepository
from repositories.task_rows import TaskRowRepository
from services import hours, views, wording
from services.scope import Scope
from services.today import TodayService, task_row
from services.what_if import Preview

MOST_LINES = 20
LEAST_FREE = timedelta(minutes=15)
SIGHT_DAYS = 14
HELP = (
    "Say it in your own words: add a task (“write the report, 2h by Friday”), start, stop, complete, cancel, delete, move or "
    "pin it, make it urgent, longer or due, take a day off, block a time. Ask what is next, what is planned tomorrow, what is "
    "at risk, when you are free, why something is where it is, or what if. “It” is the task that was named last."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of an answer: a task (by its id) or a busy time, and what is said of it."""

    title: str
    note: str
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: a sentence, the things it is about, and the tasks that "it" and "them" mean from now on."""

    text: str
    lines: tuple[Line, ...] = ()
    task_ids: tuple[int, ...] = field(default=())


class AnswerService:
    """Answers one person's questions; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.chat = ChatRepository(scope.session)
        self.rows = TaskRowRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.events = EventRepository(scope.session)

    async def answer(self, question: Question, preview: Preview | str | None) -> Said:
        """The answer to one question; `preview` is that of a what-if, or the sentence that says why there is none."""
        match question:
            case ListPlan():
                return await self._listed(question)
            case ListTasks():
                return await self._tasks(question)
            case Simple():
                return await self._simple(question)
            case AmIFree():
                return await self._free(question)
            case AboutTask():
                return await self._about(question)
            case WhatIf():
                return self._what_if(preview)

    async def _listed(self, question: ListPlan) -> Said:
        start, end, user_id = question.start_at, question.end_at, self.scope.person.id
        span = self._span(start, end)
        if question.what == "done":
            rows = await self.chat.list_tasks_done(user_id, start, end, MOST_LINES + 1)
            lines = [Line(row.title, f"done {self._when(row.completed_at)}", row.id) for row in rows]
            return _said(f"{wording.plural(len(lines), 'task')} completed {span}.", f"Nothing was completed {span}.", lines)
        if question.what == "due":
            rows = await self.chat.list_tasks_due(user_id, start, end, MOST_LINES + 1)
            lines = [Line(row.title, f"due {self._when(row.deadline_at)}", row.id) for row in rows]
            return _said(f"{wording.plural(len(lines), 'task')} due {span}.", f"Nothing is due {span}.", lines)
        blocks = [row for row in await self.plans.list_timeline_rows(user_id, start, end) if row.status in {"open", "active"}]
        events = await self.events.list_between(user_id, start, end)
        timed = [(row.start_at, Line(row.title, self._times(row.start_at, row.end_at), row.task_id)) for row in blocks]
        timed += [(item.start_at, Line(item.title, f"{self._times(item.start_at, item.end_at)}, busy")) for item in events]
        lines = [line for _, line in sorted(timed, key=lambda item: item[0])]
        minutes = sum(int((min(row.end_at, end) - max(row.start_at, start)).total_seconds() // 60) for row in blocks)
        work = f"{wording.hours(minutes)} of work planned" if blocks else "No work is planned"
        busy = f", {wording.plural(len(events), 'busy time')}" if events else ""
        return _said(f"{work} {span}{busy}.", f"Nothing is planned {span}.", lines)

    async def _tasks(self, question: ListTasks) -> Said:
        user_id, now = self.scope.person.id, self.scope.now
        match question.which:
            case "overdue":
                rows = await self.chat.list_tasks_due(user_id, None, now, MOST_LINES + 1)
                lines = [Line(row.title, f"was due {self._when(row.deadline_at)}", row.id) for row in rows]
                return _said("Past their deadline:", "Nothing is past its deadline.", lines)
            case "urgent":
                found = await self.chat.list_tasks_urgent(user_id, MOST_LINES + 1)
                return _said("The most important first:", "Nothing is marked as urgent.", [self._line(row) for row in found])
            case "unplaced":
                page = await self.rows.list_unplaced(user_id, now, MOST_LINES + 1)
                lines = [Line(row.title, row.unplaced_reason or "no place yet", row.id) for row in page.rows]
                return _said("Without a place in the plan:", "Every task has a place.", lines)
            case "open":
                page = await self.rows.list_placed(user_id, now, MOST_LINES)
                total = (await TodayService(self.scope).page(None, {})).open_total
                lines = [self._line(row) for row in page.rows]
                return _said(f"You have {wording.plural(total, 'open task')}.", "You have no open tasks.", lines, total)

    async def _simple(self, question: Simple) -> Said:
        match question.kind:
            case "help":
                return Said(HELP)
            case "whats_running":
                return await self._running()
            case "whats_at_risk":
                page = await self.rows.list_at_risk(self.scope.person.id, self.scope.now, MOST_LINES + 1)
                lines = [Line(row.title, self._risk(task_row(row)), row.id) for row in page.rows]
                return _said(
                    f"{wording.plural(len(lines), 'task')} at risk.", "Nothing is at risk: all is planned in time.", lines
                )
            case "whats_next":
                return await self._next()

    async def _running(self) -> Said:
        running = await TodayService(self.scope).running()
        if running is None:
            return Said("Nothing is running.")
        minutes = int((self.scope.now - running.started_at).total_seconds() // 60) + running.earlier_minutes
        note = f"{wording.hours(minutes)} of {wording.hours(running.task.duration_minutes)}"
        since = wording.clock(running.started_at, self.scope.person.zone)
        line = Line(running.task.title, note, running.task.id)
        return Said(f"You are working on it since {since}.", (line,), (running.task.id,))

    async def _next(self) -> Said:
        now, user_id = self.scope.now, self.scope.person.id
        blocks = await self.plans.list_timeline_rows(user_id, now, now + timedelta(days=SIGHT_DAYS))
        coming = [row for row in blocks if row.status == "open"]
        events = [item for item in await self.events.list_between(user_id, now, now + timedelta(days=1)) if item.start_at > now]
        lines = [Line(row.title, self._times(row.start_at, row.end_at), row.task_id) for row in coming[:1]]
        if events and (not coming or events[0].start_at <= coming[0].start_at):
            lines.insert(0, Line(events[0].title, f"{self._times(events[0].start_at, events[0].end_at)}, busy"))
        running = await TodayService(self.scope).running()
        first = f"“{running.task.title}” is running. After that:" if running else "Next:"
        return _said(first, "Nothing else is planned in the next two weeks.", lines)

    async def _free(self, question: AmIFree) -> Said:
        start, is_moment = question.start_at, question.start_at == question.end_at
        end = start + timedelta(minutes=30) if is_moment else question.end_at
        user_id = self.scope.person.id
        events = await self.events.list_between(user_id, start, end)
        blocks = [row for row in await self.plans.list_timeline_rows(user_id, start, end) if row.status in {"open", "active"}]
        taken = [*((item.start_at, item.end_at) for item in events), *((row.start_at, row.end_at) for row in blocks)]
        lines = [*self._busy(events), *(self._planned(row) for row in blocks)][:MOST_LINES]
        span = f"at {wording.when(start, self.scope.now, self.scope.person.zone)}" if is_moment else self._span(start, end)
        if not taken:
            return Said(f"Yes, you are free {span}.")
        work = hours.spans(await hours.load(self.scope.session, user_id, start, end), self.scope.person.zone, start, end)
        gaps = _gaps(work or ((start, end),), taken)
        movable = " What is planned can move around it." if blocks and not events else ""
        ids = tuple(row.task_id for row in blocks)
        if is_moment or not gaps:
            return Said(f"No, not {span}.{movable}", tuple(lines), ids)
        spoken = ", ".join(self._times(low, high) for low, high in gaps[:6])
        return Said(f"Partly. Free {span}: {spoken}.{movable}", tuple(lines), ids)

    async def _about(self, question: AboutTask) -> Said:
        row = await self.rows.get_row(self.scope.person.id, question.task_id, self.scope.now)
        if row is None:
            return Said("This task does not exist any more.")
        task = task_row(row)
        facts = [self._place(task), wording.hours(task.duration_minutes)]
        facts += [f"due {self._when(task.deadline_at)}"] if task.deadline_at else []
        facts += [f"{wording.minutes(task.late_minutes)} late"] if task.late_minutes else []
        facts += [f"importance {task.importance}"] if task.importance else []
        line = Line(task.title, ", ".join(facts), task.id)
        if question.kind == "about":
            return Said("", (line,), (task.id,))
        reason = task.reason or ("You pinned it there." if task.pinned else "The planner has not looked at it yet.")
        return Said(f"{reason.rstrip('.')}.", (line,), (task.id,))

    def _what_if(self, preview: Preview | str | None) -> Said:
        if not isinstance(preview, Preview):
            return Said(preview or "That cannot be previewed now.")
        lines = [
            Line(
                risk.title,
                "would have no place" if risk.late_minutes is None else f"{wording.minutes(risk.late_minutes)} late",
                risk.task_id,
            )
            for risk in preview.new_risks
        ]
        for change in preview.changes[:MOST_LINES]:
            places = [self._times(spot.start_at, spot.end_at) for spot in change.after]
            lines.append(Line(change.title, f"to {places[0]}" if places else "no place", change.task_id))
        summary = preview.summary or "nothing else in your plan would move"
        risk = f" {wording.plural(len(preview.new_risks), 'task')} would come to be at risk." if preview.new_risks else ""
        return Said(f"Nothing is done yet. If it were: {summary}.{risk}", tuple(lines[:MOST_LINES]))

    def _line(self, row: Row[*tuple[Any, ...]]) -> Line:
        place = self._times(row.start_at, row.end_at) if row.start_at else "no place yet"
        return Line(row.title, place + (f", due {self._when(row.deadline_at)}" if row.deadline_at else ""), row.id)

    def _busy(self, events: Iterable[Event]) -> list[Line]:
        return [Line(item.title, f"{self._times(item.start_at, item.end_at)}, busy") for item in events]

    def _planned(self, row: Row[*tuple[Any, ...]]) -> Line:
        return Line(row.title, f"{self._times(row.start_at, row.end_at)}{', pinned' if row.pinned else ''}", row.task_id)

    def _place(self, task: views.TaskRow) -> str:
        if task.status in {"completed", "cancelled"}:
            return task.status
        if task.status == "active":
            return "running"
        return self._times(task.start_at, task.end_at) if task.start_at and task.end_at else "no place yet"

    def _risk(self, task: views.TaskRow) -> str:
        return (
            f"{wording.minutes(task.late_minutes)} after its deadline" if task.late_minutes else task.reason or "no place yet"
        )

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.scope.now, self.scope.person.zone)

    def _times(self, start: datetime, end: datetime) -> str:
        return f"{self._when(start)}–{wording.clock(end, self.scope.person.zone)}"

    def _span(self, start: datetime, end: datetime) -> str:
        """ "today", "on Fri 27 Nov", "from Mon 23 Nov to Sun 29 Nov", "today 12:00–18:00"."""
        low, high = start.astimezone(self.zone), (end - timedelta(minutes=1)).astimezone(self.zone)
        today = self.scope.now.astimezone(self.zone).date()
        is_whole = low.hour == low.minute == 0 and high.hour == 23
        if low.date() != high.date():
            return f"from {wording.short_day(low.date())} to {wording.short_day(high.date())}"
        if not is_whole:
            return self._times(start, end)
        name = wording.day_name(low.date(), today)
        return name.lower() if name in {"Today", "Tomorrow", "Yesterday"} else f"on {wording.short_day(low.date())}"


def _said(text: str, if_nothing: str, lines: Sequence[Line], total: int | None = None) -> Said:
    """The lines, as many as are shown, or the sentence that there is nothing."""
    if not lines:
        return Said(if_nothing)
    shown = tuple(lines[:MOST_LINES])
    more = (total if total is not None else len(lines)) - len(shown)
    ids = tuple(line.task_id for line in shown if line.task_id is not None)
    return Said(f"{text} The first {len(shown)} are below." if more > 0 else text, shown, ids)


def _gaps(
    within: Iterable[tuple[datetime, datetime]], taken: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """What is left of stretches when others are taken out; what is shorter than LEAST_FREE does not count."""
    ordered, found = sorted(taken), []
    for low, high in within:
        at = low
        for start, end in ordered:
            if start > at and min(start, high) - at >= LEAST_FREE:
                found.append((at, min(start, high)))
            at = max(at, end)
        if high - at >= LEAST_FREE:
            found.append((at, high))
    return found
