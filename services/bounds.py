"""What binds a task because the person said so: from when on, at which times, and how much of it a day.

It reads and puts each into words; `services.free_times` keeps what is moved by hand within all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from assistant.context import DAYS
from models import Block, Task, TaskWindow
from planning.hours import Span, local_midnights
from planning.problem import Interval
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import context_words, framing, hours, jobs, wording
from services.framing import Frame
from services.jobs import Surroundings
from services.planning import PlanningService
from services.scope import Scope
from services.taken import Taken

TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a block of the task may lie by one thing that was said, sorted and disjoint, and a sentence that says it."""

    spans: Sequence[Span]
    sentence: str

    def holds(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether all of that time lies within it."""
        return any(low <= start_at and end_at <= high for low, high in self.spans)


class Bounds:
    """What binds one person's tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def of(self, task: Task, low: datetime, high: datetime, known: Taken) -> Sequence[Bound]:
        """What was said of the task, or of its kind, within `[low, high)`, of which `known` is taken."""
        parent = await TaskRepository(self.scope.session).get(task.user_id, task.parent_id) if task.parent_id else None
        around = await PlanningService(self.scope).surroundings(task, framing.frame_at(low), high, known)
        earliest = jobs.dates_of(task, parent).earliest_at
        if earliest is None:
            return [*_times(task, around)]
        when = wording.when(earliest, self.scope.now, self.scope.person.zone)
        return [
            Bound(((max(low, earliest), high),), f"It is not to begin before {when}, as you said of it."),
            *_times(task, around),
        ]

    async def a_day(self, task: Task, block: Block, length: timedelta, low: datetime, high: datetime) -> Sequence[Bound]:
        """How much of the task a day may hold: the days around `[low, high)` that have room for its block, of that length,
        beside its other pins that lie ahead."""
        if task.max_per_day_minutes is None or length > timedelta(minutes=task.max_per_day_minutes):
            return ()  # what is too long for every day is no matter of the day
        missed = self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes)
        others = [
            (other.start_at, other.end_at)
            for other in await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
            if other.pinned and other.id != block.id and other.start_at >= missed
        ]
        room = task.max_per_day_minutes - length // timedelta(minutes=1)
        days = pairwise(local_midnights(ZoneInfo(self.scope.person.zone), low - TWO_DAYS, high + TWO_DAYS))
        free = [day for day in days if sum(hours.covered_minutes(*day, [other]) for other in others) <= room]
        most = wording.minutes(task.max_per_day_minutes)
        return (Bound(_joined(free), f"At most {most} of it a day, as you said, and its other pins there take that up."),)


def within(spans: Iterable[Span], bounds: Iterable[Bound]) -> Sequence[Span]:
    """What of the spans lies within all bounds."""
    left = [*spans]
    for bound in bounds:
        pairs = ((max(low, start), min(high, end)) for low, high in left for start, end in bound.spans)
        left = [(low, high) for low, high in pairs if low < high]
    return left


def _times(task: Task, around: Surroundings) -> Iterator[Bound]:
    """The task's own hard times, or else what was accepted about tasks of its kind."""
    own = [window for window in around.windows.get(task.id, ()) if window.is_hard]
    if own:
        said = " and ".join(_in_words(window) for window in own)
        yield Bound(_instants(around.allowed(task) or (), around.frame), f"It is to be done {said}, as you said of it.")
    for rule, spots in around.by_rule(task).items():
        yield Bound(_instants(spots, around.frame), f"You said: {context_words.says(rule)}.")


def _in_words(window: TaskWindow) -> str:
    days = tuple(day for bit, day in enumerate(DAYS) if window.weekdays >> bit & 1)
    return f"{context_words.days(days)} {context_words.span(window.start_minute, window.end_minute)}"


def _instants(spots: Iterable[Interval], frame: Frame) -> Sequence[Span]:
    return [(frame.instant(spot.start), frame.instant(spot.end)) for spot in spots]


def _joined(days: Iterable[Span]) -> Sequence[Span]:
    """Days in a row as one span."""
    found: list[Span] = []
    for start, end in days:
        begun = found.pop()[0] if found and found[-1][1] == start else start
        found.append((begun, end))
    return found
