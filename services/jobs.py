"""A person's tasks as the kernel's jobs: what they said binds, what the assistant advised is a wish or fills a gap.

It translates; what is fixed and how far ahead to look is `services.snapshot`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from assistant import kinds
from assistant.advice import Advice, Window
from assistant.context import DAYS, KindTime, weekday_bits
from models import Energy, Preferences, Task, TaskWindow
from planning.hours import HourRange, WeeklyHours, working_intervals
from planning.problem import Calendar, Demand, Interval, Job, Predecessor
from services.framing import GRID_MINUTES, PERSON, Frame
from services.hours import NamedHours

DEFAULT_WEIGHT = 5.0
FARTHEST_ADVISED_DAYS = 7
"""An advised earliest start further away is not obeyed: every plan reaches at least another week beyond it."""
EVERY_DAY = 127
DAY = 1440
Times = tuple[int, int, int]
"""Weekdays as bits from Monday on, and the minutes of the day from and to."""


@dataclass(frozen=True)
class Surroundings:
    """What all tasks of a person have in common: the frame up to `end`, the hours, and how they like to work."""

    frame: Frame
    end: datetime
    zone: str
    hours: Sequence[NamedHours]
    preferences: Preferences
    windows: Mapping[int, Sequence[TaskWindow]] = field(default_factory=dict)
    kind_times: Sequence[KindTime] = ()
    labels: Mapping[int, Sequence[str]] = field(default_factory=dict)
    _known: dict[Times, tuple[Interval, ...]] = field(default_factory=dict)
    _by_rules: dict[tuple[KindTime, ...], tuple[Interval, ...]] = field(default_factory=dict)

    @cached_property
    def calendars(self) -> tuple[Calendar, ...]:
        """The person's sets of hours from the origin to `end`."""
        return tuple(Calendar(item.name, self._intervals(item.weekly)) for item in self.hours)

    def calendar_of(self, task: Task) -> str | None:
        """The name of the set that a task is planned in."""
        chosen = next((item for item in self.hours if item.id == task.hour_set_id), None)
        usual = next(iter(self.hours), None)
        return (chosen or usual).name if usual else None

    def allowed(self, task: Task) -> tuple[Interval, ...] | None:
        """The hard windows of a task, or else those of the kinds of tasks that it is of; None: it may lie anywhere."""
        times = [_times(window) for window in self.windows.get(task.id, ()) if window.is_hard]
        if times:
            return self._merged(times)
        return self._of_kinds(tuple(rule for rule in self._rules(task) if rule.rule != "prefer"))

    def by_rule(self, task: Task) -> Mapping[KindTime, tuple[Interval, ...]]:
        """Where a task without hard windows may lie by each single rule about its kind."""
        if any(window.is_hard for window in self.windows.get(task.id, ())):
            return {}
        return {rule: self._of_kinds((rule,)) or () for rule in self._rules(task) if rule.rule != "prefer"}

    def preferred(self, task: Task, advice: Advice) -> tuple[Interval, ...]:
        """The windows that suit a task: what the person said of it, or of its kind, or when they have the energy, or what was
        advised."""
        times = [_times(window) for window in self.windows.get(task.id, ()) if not window.is_hard]
        times = times or [_rule_times(rule) for rule in self._rules(task) if rule.rule == "prefer"]
        if not times and task.energy is not None:
            times = self._times_of(task.energy)
        return self._merged(times) if times else _advised(advice.preferred, self.frame)

    def wished_day(self, task: Task, left_minutes: int, deadline: datetime | None) -> datetime | None:
        """When the coming day begins on which the person wants tasks of its kind ("admin on Fridays"), if it fits there in
        time: without this, a wish that is days away loses to an early end. None: any day will do."""
        rules = [rule for rule in self._rules(task) if rule.rule == "prefer" and len(rule.days) < len(DAYS)]
        if not rules:
            return None
        last = self.frame.minute_before(deadline or self.end)
        last = min(last, FARTHEST_ADVISED_DAYS * DAY + left_minutes)
        work = next((calendar.intervals for calendar in self.calendars if calendar.name == self.calendar_of(task)), ())
        spots = _within(self._merged(_rule_times(rule) for rule in rules), work)
        first = next((spot for spot in spots if spot.end - spot.start >= left_minutes), None)
        return self.frame.instant(first.start) if first and first.start + left_minutes <= last else None

    def _rules(self, task: Task) -> list[KindTime]:
        """What the person accepted about the kinds of tasks that a task is of."""
        return [rule for rule in self.kind_times if kinds.matches(rule.about, task.title, self.labels.get(task.id, ()))]

    def _of_kinds(self, rules: tuple[KindTime, ...]) -> tuple[Interval, ...] | None:
        """Where tasks may lie that `only` and `never` rules are about: within all of the ones, outside all of the others."""
        if not rules:
            return None
        if rules not in self._by_rules:
            free: tuple[Interval, ...] = (Interval(0, self.frame.minute_before(self.end)),)
            for rule in rules:
                times = self._merged([_rule_times(rule)])
                free = _within(free, times if rule.rule == "only" else _around(times, free))
            self._by_rules[rules] = free
        return self._by_rules[rules]

    def _times_of(self, energy: Energy) -> list[Times]:
        """Work that takes energy goes into the focus time, light work around it."""
        start, end = self.preferences.focus_start_minute, self.preferences.focus_end_minute
        if start is None or end is None:
            return []
        if energy is Energy.HIGH:
            return [(EVERY_DAY, start, end)]
        return [(EVERY_DAY, low, high) for low, high in ((0, start), (end, DAY)) if low < high]

    def _merged(self, times: Iterable[Times]) -> tuple[Interval, ...]:
        merged: list[Interval] = []
        for interval in sorted(interval for one in times for interval in self._of(one)):
            if merged and interval.start <= merged[-1].end:
                merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
            else:
                merged.append(interval)
        return tuple(merged)

    def _of(self, times: Times) -> tuple[Interval, ...]:
        """Many tasks share their windows, and a horizon has many days."""
        if times not in self._known:
            weekdays, start, end = times
            ranges = tuple(HourRange(day, start, end) for day in range(7) if weekdays >> day & 1)
            self._known[times] = self._intervals(WeeklyHours(ranges))
        return self._known[times]

    def _intervals(self, weekly: WeeklyHours) -> tuple[Interval, ...]:
        spans = working_intervals(weekly, ZoneInfo(self.zone), self.frame.origin, self.end)
        minutes = ((self.frame.minute_after(low), self.frame.minute_before(high)) for low, high in spans)
        return tuple(Interval(low, high) for low, high in minutes if low < high)


def is_split(task: Task) -> bool:
    """Whether the task may be placed in several blocks."""
    return any(limit is not None for limit in (task.min_chunk_minutes, task.max_chunk_minutes, task.max_per_day_minutes))


def piece_minutes(task: Task, left_minutes: int) -> int:
    """The longest block of a task of which `left_minutes` are left: all of it, unless it must be split."""
    limits = (left_minutes, _on_grid(task.max_chunk_minutes), _on_grid(task.max_per_day_minutes))
    return min(limit for limit in limits if limit is not None)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a task may begin and must end, as the person said; a part has its parent's dates where it has none of its own."""

    earliest_at: datetime | None
    deadline_at: datetime | None
    deadline_is_hard: bool


def dates_of(task: Task, parent: Task | None) -> Dates:
    """The dates of a task, which is a part of `parent`."""
    due = task if parent is None or task.deadline_at is not None else parent
    earliest = task.earliest_at or (parent.earliest_at if parent else None)
    return Dates(earliest, due.deadline_at, due.deadline_is_hard and due.deadline_at is not None)


def job(task: Task, left_minutes: int, around: Surroundings, waits_for: Iterable[int] = (), parent: Task | None = None) -> Job:
    """The task, which may be a part of `parent`, as a job of `left_minutes`."""
    frame, said = around.frame, dates_of(task, parent)
    advice = Advice.model_validate(task.advice) if task.advice else Advice(task_id=task.id)
    deadline = said.deadline_at or advice.deadline_at
    wished = None if said.earliest_at or said.deadline_is_hard else around.wished_day(task, left_minutes, deadline)
    earliest = said.earliest_at or wished or _advised_start(advice, deadline, left_minutes, frame)
    buffer = around.preferences.buffer_minutes if task.buffer_minutes is None else task.buffer_minutes
    return Job(
        id=str(task.id),
        name=task.title,
        duration=left_minutes,
        release=max(0, frame.minute_after(earliest)) if earliest else 0,
        deadline=frame.minute_before(deadline) if deadline else None,
        deadline_is_hard=said.deadline_is_hard,
        weight=task.priority if task.priority is not None else DEFAULT_WEIGHT,
        demands=(Demand(PERSON),),
        calendar=around.calendar_of(task),
        allowed=around.allowed(task),
        preferred=around.preferred(task, advice),
        suggested_start=frame.minute_before(advice.suggested_start) if advice.suggested_start else None,
        predecessors=tuple(Predecessor(str(other)) for other in waits_for),
        min_chunk=_on_grid(task.min_chunk_minutes),
        max_chunk=_on_grid(task.max_chunk_minutes),
        max_per_day=_on_grid(task.max_per_day_minutes),
        buffer_after=buffer,
    )


def _on_grid(minutes: int | None) -> int | None:
    """Limits of pieces count in steps of the grid, as everything that is placed."""
    return None if minutes is None else max(GRID_MINUTES, minutes - minutes % GRID_MINUTES)


def _times(window: TaskWindow) -> Times:
    return window.weekdays, window.start_minute, window.end_minute


def _rule_times(rule: KindTime) -> Times:
    return weekday_bits(rule.days), rule.start, rule.end


def _within(one: Sequence[Interval], other: Sequence[Interval]) -> tuple[Interval, ...]:
    """The minutes that lie in both; each is sorted and disjoint."""
    found: list[Interval] = []
    at = 0
    for interval in one:
        while at < len(other) and other[at].end <= interval.start:
            at += 1
        nearby = at
        while nearby < len(other) and other[nearby].start < interval.end:
            found.append(Interval(max(interval.start, other[nearby].start), min(interval.end, other[nearby].end)))
            nearby += 1
    return tuple(found)


def _around(times: Sequence[Interval], frame: Sequence[Interval]) -> tuple[Interval, ...]:
    """What lies between the times, from the first to the last minute of a frame."""
    low = frame[0].start if frame else 0
    found: list[Interval] = []
    for interval in times:
        if low < interval.start:
            found.append(Interval(low, interval.start))
        low = max(low, interval.end)
    if frame and low < frame[-1].end:
        found.append(Interval(low, frame[-1].end))
    return tuple(found)


def _advised_start(advice: Advice, deadline: datetime | None, left_minutes: int, frame: Frame) -> datetime | None:
    """The advised earliest start, unless it could cost the task its place: advice never does that."""
    earliest = advice.earliest_at
    if earliest is None or earliest > frame.origin + timedelta(days=FARTHEST_ADVISED_DAYS):
        return None
    is_too_late = deadline is not None and earliest + timedelta(minutes=left_minutes) > deadline
    return None if is_too_late else earliest


def _advised(windows: Iterable[Window], frame: Frame) -> tuple[Interval, ...]:
    minutes = ((frame.minute_after(window.start), frame.minute_before(window.end)) for window in windows)
    return tuple(Interval(low, high) for low, high in minutes if low < high)
