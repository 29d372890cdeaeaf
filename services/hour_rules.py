"""What hours may be, each rule with its sentence: the same for forms, chat and programs.

Pure functions of what somebody wants to set; nothing here reads a form or the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise

from assistant import telling
from planning.hours import HourRange, MinuteRange
from services import wording

MINUTES_A_DAY = 1440
DAYS_A_WEEK = 7
STRETCHES_A_DAY = 3
MOST_WEEKS = 4
MOST_SETS = 10
NOTE_LENGTH = 100
LONGEST_DAYS = 60
FARTHEST_DAYS = 3 * 366


def day_field(week: int, weekday: int) -> str:
    """The name of a day in forms and errors: "mon" of the first week, "week2_mon" of the second."""
    day = wording.WEEKDAYS[weekday].lower()
    return f"week{week + 1}_{day}" if week else day


def weekly_problems(ranges: Sequence[HourRange], cycle_weeks: int) -> dict[str, str]:
    """A sentence for each day at fault, by `day_field`."""
    days = [[r for r in ranges if (r.week, r.weekday) == divmod(number, DAYS_A_WEEK)] for number in range(cycle_weeks * 7)]
    problems: dict[str, str] = {}
    for number, today in enumerate(days):
        problem = stretches_problem([(r.start_minute, r.end_minute) for r in today])
        if problem is None and _reaches_into(today, days[(number + 1) % len(days)]):
            problem = "This runs over midnight into the next day's hours."
        if problem:
            problems[day_field(*divmod(number, DAYS_A_WEEK))] = problem
    return problems


def _reaches_into(today: Sequence[HourRange], tomorrow: Sequence[HourRange]) -> bool:
    first = min((r.start_minute for r in tomorrow), default=MINUTES_A_DAY)
    return any(r.end_minute <= r.start_minute and r.end_minute > first for r in today)


def stretches_problem(stretches: Sequence[MinuteRange]) -> str | None:
    """What is wrong with the stretches of one day; None: nothing."""
    if len(stretches) > STRETCHES_A_DAY:
        return f"At most {STRETCHES_A_DAY} stretches a day."
    if any(not (0 <= start < MINUTES_A_DAY and 0 <= end <= MINUTES_A_DAY) for start, end in stretches):
        return "Times of a day lie between 00:00 and 24:00."
    spans = sorted((start, end if end > start else end + MINUTES_A_DAY) for start, end in stretches)
    return "These stretches overlap." if any(later[0] < earlier[1] for earlier, later in pairwise(spans)) else None


def dates_problems(first_on: date, last_on: date, today: date) -> dict[str, str]:
    """What is wrong with the dates from `first_on` to `last_on`, by field."""
    if first_on < today:
        return {"first_on": "This day is over. Choose today or a day to come."}
    if last_on < first_on:
        return {"last_on": "The last day lies before the first."}
    days = (last_on - first_on).days + 1
    if days > LONGEST_DAYS:
        return {"last_on": f"At most {LONGEST_DAYS} days at once; these are {days}."}
    if (last_on - today).days > FARTHEST_DAYS:
        field = "first_on" if (first_on - today).days > FARTHEST_DAYS else "last_on"
        return {field: "This is too far away to plan: choose a day within three years."}
    return {}


def spoken_stretches(stretches: Sequence[MinuteRange]) -> str:
    """ "09:00–12:00, 13:00–17:00"."""
    return ", ".join(f"{telling.minute_of_day(start)}–{telling.minute_of_day(end % MINUTES_A_DAY)}" for start, end in stretches)


def spoken_week(ranges: Sequence[HourRange]) -> str:
    """One week in words: "Mon–Fri 09:00–17:00; Sat 10:00–12:00"."""
    days: Mapping[int, str] = {
        weekday: spoken_stretches([(r.start_minute, r.end_minute) for r in found])
        for weekday, found in groupby(sorted(ranges, key=lambda r: (r.weekday, r.start_minute)), key=lambda r: r.weekday)
    }
    groups: list[list[int]] = []
    for weekday, spoken in days.items():
        if groups and groups[-1][-1] == weekday - 1 and days[weekday - 1] == spoken:
            groups[-1].append(weekday)
        else:
            groups.append([weekday])
    parts = []
    for group in groups:
        first, last = wording.WEEKDAYS[group[0]], wording.WEEKDAYS[group[-1]]
        parts.append(f"{first if first == last else f'{first}–{last}'} {days[group[0]]}")
    return "; ".join(parts)
