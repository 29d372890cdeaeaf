"""What the assistant is told: tasks and their surroundings as its typed values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.advice import Situation, TaskBrief, Window
from models import Block, Event, Task
from planning.hours import WeeklyHours
from services import wording
from services.hours import NamedHours
from services.jobs import dates_of

MAX_TAKEN = 40


def brief_of(task: Task, *, waits_for: Sequence[int] = (), task_id: int | None = None, parent: Task | None = None) -> TaskBrief:
    """One task, which may be a part of `parent`, for the assistant. A duration that nobody said is left open, so that the
    assistant may say it."""
    said = dates_of(task, parent)
    return TaskBrief(
        id=task.id if task_id is None else task_id,
        title=task.title,
        context=task.context or "",
        duration_minutes=task.duration_minutes if task.duration_source == "person" else None,
        earliest_at=said.earliest_at,
        deadline_at=said.deadline_at,
        importance=task.importance,
        priority=task.priority,
        waits_for=tuple(waits_for),
        created_at=task.created_at,
    )


def situation_of(
    now: datetime, zone: str, context: str, hours: Sequence[NamedHours], events: Sequence[Event], blocks: Sequence[Block]
) -> Situation:
    """What surrounds the tasks: the next taken times, events before planned blocks, at most MAX_TAKEN."""
    taken = [*((event.start_at, event.end_at) for event in events), *((block.start_at, block.end_at) for block in blocks)]
    return Situation(
        now=now,
        timezone=zone,
        context=context,
        working_hours="; ".join(f"{item.name}: {hours_in_words(item.weekly)}" for item in hours),
        taken=tuple(Window(start=start, end=end) for start, end in sorted(taken[:MAX_TAKEN])),
    )


def hours_in_words(hours: WeeklyHours) -> str:
    """ "Mon-Fri 09:00-17:00, Sat 10:00-12:00"; weeks that take turns one after the other."""
    weeks = [_week_in_words(hours, week) or "none" for week in range(hours.cycle_weeks)]
    return weeks[0] if len(weeks) == 1 else ", ".join(f"week {number}: {text}" for number, text in enumerate(weeks, 1))


def _week_in_words(hours: WeeklyHours, week: int) -> str:
    days: dict[int, list[str]] = {}
    for item in hours.ranges:
        if item.week != week:
            continue
        days.setdefault(item.weekday, []).append(f"{wording.of_day(item.start_minute)}-{wording.of_day(item.end_minute)}")
    runs: list[tuple[int, int, str]] = []
    for weekday in sorted(days):
        text = " and ".join(days[weekday])
        if runs and runs[-1][1] == weekday - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], weekday, text)
        else:
            runs.append((weekday, weekday, text))
    names = wording.WEEKDAYS
    return ", ".join(f"{names[low]}{'' if low == high else '-' + names[high]} {text}" for low, high, text in runs)
