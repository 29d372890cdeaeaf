"""The same answers without a model: durations from the words of a title, priorities from a formula, reasons from its terms.

Pure and deterministic: no clock, no network, no randomness. It says nothing about times; those come from quick-add.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant import telling
from assistant.advice import Advice, Answer, Priority, Situation, TaskBrief
from assistant.sanitise import one_line, zone_of

DEFAULT_MINUTES = 30
# The first row with a word of the title counts. Short messages come first: "write email" is an email, not writing.
_MINUTES: tuple[tuple[int, str], ...] = (
    (15, "e-?mails? mails? reply respond answer message text ping dm rsvp forward"),
    (15, "pay book order remind confirm submit sign renew cancel schedule invoice standup stand-up"),
    (20, "call phone ring dial"),
    (30, "review check proofread read skim triage sort tidy laundry"),
    (45, "prepare prep plan clean groceries shopping shop cook test tests testing"),
    (90, "write draft report essay article blog paper thesis chapter proposal slides presentation deck design"),
    (90, "research analy[sz]e analysis"),
    (60, "fix debug bug deploy release study learn homework practi[sc]e exercise gym workout run train training yoga swim"),
    (60, "doctor dentist appointment interview lunch haircut update configure install"),
    (120, "implement build develop refactor code program migrate migration workshop taxes move moving"),
    (90, "dinner date cinema movie concert"),
    (30, "meeting meet sync 1:1 one-on-one catch-?up chat talk discuss retro"),
)
_ROWS = tuple(
    (minutes, re.compile(rf"(?<!\w)(?:{'|'.join(words.split())})(?!\w)", re.IGNORECASE)) for minutes, words in _MINUTES
)
_SHORTER = re.compile(r"(?<!\w)(?:quick|quickly|short|brief|briefly)(?!\w)", re.IGNORECASE)
_LONGER = re.compile(r"(?<!\w)(?:deep|long|full|thorough|complete|whole|entire)(?!\w)", re.IGNORECASE)

IMPORTANCE_POINTS = {1: 4.0, 2: 3.0, 3: 2.0, 4: 1.0, None: 1.5}
MAX_URGENCY_POINTS = 5.0
URGENCY_HALF_LIFE = timedelta(days=2)  # two days of slack halve the urgency
SLACK_PER_WORK = 3  # an hour of work needs about three hours of the clock: nights and meetings come between
AGE_POINTS_IN_FULL = timedelta(days=30)  # one point after a month


@dataclass(frozen=True, slots=True)
class _Score:
    points: float
    reasons: tuple[str, ...]


class RulesAssistant:
    """`Assistant` without a model: at once, at no cost, and always the same."""

    async def advise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer:
        return Answer(advice=tuple(_advice(task) for task in tasks), source="rules")

    async def prioritise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer:
        return Answer(priorities=priorities_of(tasks, situation.now, zone_of(situation)), source="rules")


def estimate_minutes(title: str) -> int:
    """How long a task takes, in minutes (a multiple of 5), from the words of its title alone; 30 where none tells."""
    minutes = next((minutes for minutes, words in _ROWS if words.search(title)), DEFAULT_MINUTES)
    if _SHORTER.search(title):
        minutes //= 2
    elif _LONGER.search(title):
        minutes = minutes * 3 // 2
    return max(10, 5 * round(minutes / 5))


def priority_of(brief: TaskBrief, now: datetime, zone: ZoneInfo) -> Priority:
    """The priority of one task by itself, 0.0 to 10.0:

    importance (4, 3, 2, 1 points for 1 to 4; 1.5 for none) + urgency (5 x 2 ** -(slack / 2 days), 5 when there is no slack,
    0 without a deadline; slack = time to the deadline - 3 x duration) + age (1 point after 30 days). The weights are chosen
    so that a highest task due within a day is red (7.0), and no task without a deadline ever is.
    """
    return _as_priority(brief, _score(brief, now, zone))


def priorities_of(tasks: tuple[TaskBrief, ...], now: datetime, zone: ZoneInfo) -> tuple[Priority, ...]:
    """The priorities of all tasks together: a task is at least as pressing as any task that waits for it."""
    scores = {task.id: _score(task, now, zone) for task in tasks}
    known = {task.id: task for task in tasks}
    settled: set[int] = set()
    for waiter in sorted(tasks, key=lambda task: (-scores[task.id].points, task.id)):  # the most pressing pulls first
        pulled = list(waiter.waits_for)
        while pulled:
            earlier = pulled.pop()
            if earlier in settled or earlier not in known or earlier == waiter.id:
                continue
            settled.add(earlier)
            if scores[earlier].points < scores[waiter.id].points:
                waits = f"“{one_line(waiter.title, 60)}” waits for it"
                scores[earlier] = _Score(scores[waiter.id].points, (*scores[earlier].reasons, waits))
            pulled.extend(known[earlier].waits_for)
        settled.add(waiter.id)
    return tuple(_as_priority(task, scores[task.id]) for task in tasks)


def _advice(task: TaskBrief) -> Advice:
    if task.duration_minutes is not None:
        return Advice(task_id=task.id)
    minutes = estimate_minutes(task.title)
    return Advice(task_id=task.id, duration_minutes=minutes, reason=f"About {minutes} minutes, judging by the title.")


def _score(task: TaskBrief, now: datetime, zone: ZoneInfo) -> _Score:
    importance = task.importance if task.importance in IMPORTANCE_POINTS else None
    points = IMPORTANCE_POINTS[importance]
    reasons = []
    if task.deadline_at:
        left = task.deadline_at - now
        work = timedelta(minutes=task.duration_minutes or estimate_minutes(task.title))
        slack = max(timedelta(0), left - SLACK_PER_WORK * work)
        points += MAX_URGENCY_POINTS * 2.0 ** -(slack / URGENCY_HALF_LIFE)
        reasons.append(_due(task.deadline_at, now, zone))
        if timedelta(0) < left <= SLACK_PER_WORK * work:
            reasons.append(f"hardly time for {_span(work)} of work")
    if importance is not None:
        reasons.append(f"importance {importance}")
    if task.created_at and task.created_at < now:
        age = now - task.created_at
        points += min(1.0, age / AGE_POINTS_IN_FULL)
        if age >= timedelta(days=7):
            reasons.append(f"added {_span(age)} ago")
    return _Score(points, tuple(reasons))


def _as_priority(task: TaskBrief, score: _Score) -> Priority:
    reason = "; ".join(_distinct(score.reasons)) or "no deadline and no importance given"
    return Priority(task_id=task.id, priority=round(min(10.0, score.points), 1), reason=one_line(reason))


def _distinct(reasons: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(reasons)]


def _due(deadline: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "due Friday 17:00, in 2 days", "was due Mon 2 Nov 09:00, 3 days ago"."""
    local, left = deadline.astimezone(zone), deadline - now
    days = (local.date() - now.astimezone(zone).date()).days
    near = {0: "today", 1: "tomorrow"}.get(days, f"{local:%A}" if 1 < days < 7 else f"{local:%a} {local.day} {local:%b}")
    if left <= timedelta(0):
        return f"was due {near} {telling.time_of(local)}, {_span(-left)} ago"
    return f"due {near} {telling.time_of(local)}, in {_span(left)}"


def _span(length: timedelta) -> str:
    """A length in its largest whole unit: "2 days", "5 hours", "40 minutes"."""
    minutes = max(1, round(length.total_seconds() / 60))
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
