"""Constraints in words, as chips show them: what each says, and what accepting it changes.

It formats; what may be accepted is `services.context`' business.
"""

from __future__ import annotations

from itertools import groupby
from typing import assert_never

from assistant import telling
from assistant.context import (
    ALL_TASKS,
    DAY,
    DAYS,
    Break,
    Buffer,
    Constraint,
    Day,
    DaysOff,
    Focus,
    KindTime,
    Routine,
    WorkHours,
)
from services import wording

_RULES = {"prefer": "best", "only": "only", "never": "never"}


def says(constraint: Constraint) -> str:
    """ "Work Mon–Fri 09:00–17:00", "Lunch every day 12:00–13:00", "Meetings never before 10:00"."""
    match constraint:
        case WorkHours():
            return f"Work {days(constraint.days)} {span(constraint.start, constraint.end)}"
        case DaysOff():
            return f"No work {days(constraint.days)}"
        case Routine():
            return f"{constraint.title} {days(constraint.days)} {span(constraint.start, constraint.end)}"
        case Focus():
            return f"Focus time {span(constraint.start, constraint.end)}"
        case Break():
            return f"Break of {wording.minutes(constraint.minutes)} after {wording.minutes(constraint.after_minutes)}"
        case Buffer():
            return f"{wording.minutes(constraint.minutes)} free after each task"
        case KindTime():
            return _of_kind(constraint)
        case _:
            assert_never(constraint)


def does(constraint: Constraint) -> str:
    """What accepting it does, in a few words."""
    match constraint:
        case WorkHours() | DaysOff():
            return "Sets these days of your working hours"
        case Routine():
            return "Keeps this time busy every week"
        case Focus() | Break() | Buffer():
            return "Sets it under How you work"
        case KindTime():
            return "Tells the planner when such tasks may be done" if constraint.rule != "prefer" else "A wish to the planner"
        case _:
            assert_never(constraint)


def _of_kind(rule: KindTime) -> str:
    about = "All tasks" if rule.about == ALL_TASKS else rule.about[:1].upper() + rule.about[1:]
    parts = [about, _RULES[rule.rule]]
    if len(rule.days) < len(DAYS):
        parts.append(days(rule.days))
    if (rule.start, rule.end) == (0, DAY):
        return " ".join(parts)
    if rule.start == 0:
        return " ".join([*parts, f"before {telling.minute_of_day(rule.end)}"])
    if rule.end == DAY:
        return " ".join([*parts, f"after {telling.minute_of_day(rule.start)}"])
    return " ".join([*parts, span(rule.start, rule.end)])


def span(start: int, end: int) -> str:
    """ "09:00–17:00"."""
    return f"{telling.minute_of_day(start)}–{telling.minute_of_day(end)}"


def days(chosen: tuple[Day, ...]) -> str:
    """ "every day", "Mon–Fri", "Tue and Thu", "Mon–Wed and Sat"."""
    if len(chosen) == len(DAYS):
        return "every day"
    numbers = [DAYS.index(day) for day in chosen]
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    names: list[str] = []
    for run in runs:
        shown = [wording.WEEKDAYS[number] for number in run]
        names += [f"{shown[0]}–{shown[-1]}"] if len(run) > 2 else shown
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
